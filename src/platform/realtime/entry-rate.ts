/**
 * Limits how many entries one person may add to a room: in rooms of every kind by a flow that is far above what clients
 * send, and in some kinds by the handler's own rate over a longer period.
 */
import type { Rate } from "../runtime.ts";
import type { Draft } from "./log/entry.ts";
import type { Journal } from "./log/journal/journal.ts";

export class EntryRate {
  readonly #journal: () => Journal;
  readonly #clock: () => number;
  readonly #flow: (() => Rate) | undefined;
  readonly #rate: (() => Rate) | undefined;
  /** By author, how many entries they sent in this period of the flow. An object that sleeps has been idle for as long. */
  #sent = { period: 0, byAuthor: new Map<number, number>() };
  /** By author, the times of their latest entries, epoch ms, oldest first; null until the journal was read. */
  #taken: Map<number, number[]> | null = null;

  /** `flow`: for all kinds of rooms, counted in memory. `rate`: the handler's, counted from the journal. */
  constructor(
    journal: () => Journal,
    clock: () => number,
    { flow, rate }: { readonly flow?: (() => Rate) | undefined; readonly rate?: (() => Rate) | undefined },
  ) {
    this.#journal = journal;
    this.#clock = clock;
    this.#flow = flow;
    this.#rate = rate;
  }

  /** Counts an entry that is about to be stored. False: its author is over the limit, and it must not be stored. */
  take({ author, ref }: Pick<Draft, "author" | "ref">): boolean {
    const isOver = this.#countFlow(author);
    if (!isOver && !this.#rate) return true;
    // A repeated ref is stored already and is acknowledged from the journal.
    if (ref !== null && this.#journal().holds(author, ref)) return true;
    return !isOver && this.#isWithinRate(author);
  }

  /** Counts what an author sends. True: it is more than the flow. */
  #countFlow(author: number): boolean {
    if (!this.#flow) return false;
    const { limit, seconds } = this.#flow();
    const period = Math.floor(this.#clock() / (seconds * 1000));
    if (period !== this.#sent.period) this.#sent = { period, byAuthor: new Map() };
    const sent = (this.#sent.byAuthor.get(author) ?? 0) + 1;
    this.#sent.byAuthor.set(author, sent);
    return sent > limit;
  }

  #isWithinRate(author: number): boolean {
    if (!this.#rate) return true;
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
