/** Notifications of this browser. It has one subscription to pushes, so one person at the page has it at a time. */
import type { Person } from "./person.ts";

export class Notifications {
  #holder: Person | null = null;
  readonly #watchers = new Set<() => void>();

  /** Whose pushes come here, asked for since the page was opened. */
  get holder(): Person | null {
    return this.#holder;
  }

  /** Throws a `CaravanError` with one of the codes of `push.subscribe`, or as the server refuses it. */
  async ask(person: Person): Promise<void> {
    await person.caravan.push.subscribe(await serviceWorker());
    this.#become(person);
    const end = person.caravan.session.onChange((tokens) => {
      if (tokens) return;
      end();
      if (this.#holder === person) this.#become(null);
    });
  }

  async stop(person: Person): Promise<void> {
    await person.caravan.push.unsubscribe();
    this.#become(null);
  }

  /** Calls `watcher` after each change; returns what ends it. */
  readonly onChange = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  };

  #become(holder: Person | null): void {
    this.#holder = holder;
    for (const watcher of this.#watchers) watcher();
  }
}

export const notifications = new Notifications();

/** Shows what comes. Browsers have none on pages that are not secure, and some in private windows. */
async function serviceWorker() {
  const worker = await navigator.serviceWorker?.register("/static/push-worker.js").catch(() => null);
  return worker ?? { active: null, installing: null, waiting: null };
}
