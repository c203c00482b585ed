/** How many entries one person may add to a room within a while. Counted from the journal, so that sleep forgets nothing. */
import type { Rate } from "../runtime.ts";
import type { Draft, Journal } from "./log/journal.ts";

export class EntryRate {
  readonly #journal: () => Journal;
  readonly #clock: () => number;
  readonly #rate: (() => Rate) | undefined;
  /** By author, when each of their latest entries was taken, epoch ms, the oldest first; null until the journal was read. */
  #taken: Map<number, number[]> | null = null;

  constructor(journal: () => Journal, clock: () => number, rate: (() => Rate) | undefined) {
    this.#journal = journal;
    this.#clock = clock;
    this.#rate = rate;
  }

  /** Counts an entry that is about to be stored. False: its author has added too many, and it must not be. */
  take({ author, ref }: Pick<Draft, "author" | "ref">): boolean {
    if (!this.#rate) return true;
    // What is sent again is stored already and answered from there.
    if (ref !== null && this.#journal().holds(author, ref)) return true;
    const { limit, seconds } = this.#rate();
    const since = this.#clock() - seconds * 1000;
    const taken = (this.#times(since).get(author) ?? []).filter((at) => at > since);
    if (taken.length >= limit) return false;
    this.#times(since).set(author, [...taken, this.#clock()]);
    return true;
  }

  /** The journal is empty now. */
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
