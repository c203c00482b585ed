/**
 * Group commit: while one transaction is being made durable, what arrives waits and becomes the next one. A lone frame
 * waits for nothing.
 */
import type { Draft, Entry } from "./journal.ts";

export interface Pending {
  readonly draft: Draft;
  /** Called once it is stored, before anybody else hears of it. */
  readonly stored: (entry: Entry) => void;
}

export class GroupCommit {
  readonly #storage: Pick<DurableObjectStorage, "sync">;
  readonly #store: (pending: readonly Pending[]) => void;
  #waiting: { readonly pending: Pending; readonly gone: () => void }[] = [];
  #busy = false;

  constructor(storage: Pick<DurableObjectStorage, "sync">, store: (pending: readonly Pending[]) => void) {
    this.#storage = storage;
    this.#store = store;
  }

  /** Ends when it is stored, or never will be. */
  async add(pending: Pending): Promise<void> {
    const done = new Promise<void>((gone) => this.#waiting.push({ pending, gone }));
    if (!this.#busy) await this.#run();
    await done;
  }

  /** What waits is not stored any more. */
  drop(): void {
    for (const { gone } of this.#waiting.splice(0)) gone();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting.splice(0);
        try {
          this.#store(batch.map(({ pending }) => pending));
        } finally {
          for (const { gone } of batch) gone();
        }
        await this.#storage.sync();
      }
    } finally {
      this.#busy = false;
    }
  }
}
