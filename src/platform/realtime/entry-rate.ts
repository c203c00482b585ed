/** Limits how many entries one person may add to a room within a period. Counted from the journal, so hibernation loses nothing. */
import type { Rate } from "../runtime.ts";
import type { Draft } from "./log/entry.ts";
import type { Journal } from "./log/journal/journal.ts";

export class EntryRate {
  readonly #journal: () => Journal;
  readonly #clock: () => number;
  readonly #rate: (() => Rate) | undefined;
  /** By author, the times of their latest entries, epoch ms, oldest first; null until the journal was read. */
  #taken: Map<number, number[]> | null = null;

  constructor(journal: () => Journal, clock: () => number, rate: (() => Rate) | undefined) {
    this.#journal = journal;
    this.#clock = clock;
    this.#rate = rate;
  }

  /** Counts an entry that is about to be stored. False: its author is over the limit, and it must not be stored. */
  take({ author, ref }: Pick<Draft, "author" | "ref">): boolean {
    if (!this.#rate) return true;
    // A repeated ref is stored already and is acknowledged from the journal.
    if (ref !== null && this.#journal().holds(author, ref)) return true;
    const { limit, seconds } = this.#rate();
    const since = this.#clock() - seconds * 1000;
    const taken = (this.#times(since).get(author) ?? []).filter((at) => at > since);
    if (taken.length >= limit) return false;
    this.#times(since).set(author, [...taken, this.#clock()]);
    return true;
  }

  /** The journal was emptied. */
  clear(): void {
    this.#taken = null;
  }

  #times(since: number): Map<number, number[]> {
    if (!this.#taken) {
      this.#taken = new Map();
      for (const { author, at } of this.#journal().authorsSince(since))
        this.#taken.set(author, [...(this.#taken.get(author) ?? []), at]);
    }
    return this.#taken;
  }
}
