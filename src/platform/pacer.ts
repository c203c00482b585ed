/** Sends the latest value to a receiver, no faster than it asks for. What comes in between is merged, by default replaced. */

import { log } from "./log.ts";

/** The pacer's clock; a simulation replaces it. */
export interface PacerClock {
  /** Epoch ms. */
  now(): number;
  after(milliseconds: number, run: () => void): void;
}

export const REAL_CLOCK: PacerClock = {
  now: Date.now,
  after: (milliseconds, run) => void setTimeout(run, milliseconds),
};

/** Milliseconds. */
const AFTER_FAILURE = 1000;

interface PacerOptions<Value> {
  /** Sends a value; returns after how many ms the next one is welcome. When it throws, that is a second. */
  readonly send: (value: Value) => Promise<number>;
  readonly merge?: (waiting: Value, next: Value) => Value;
  readonly clock?: PacerClock;
}

/** What waits is lost when the object dies: the next value replaces it. */
export class Pacer<Value> {
  readonly #send: (value: Value) => Promise<number>;
  readonly #merge: (waiting: Value, next: Value) => Value;
  readonly #clock: PacerClock;
  #waiting: { readonly value: Value } | null = null;
  /** When the receiver takes the next value, epoch ms. */
  #freeAt = 0;
  #busy = false;

  constructor({ send, merge = (_, next) => next, clock = REAL_CLOCK }: PacerOptions<Value>) {
    this.#send = send;
    this.#merge = merge;
    this.#clock = clock;
  }

  /** Sends the value now, and ends when it was sent; or keeps it until the receiver takes it, and ends at once. */
  async put(value: Value): Promise<void> {
    this.#waiting = { value: this.#waiting ? this.#merge(this.#waiting.value, value) : value };
    if (this.#busy) return;
    this.#busy = true;
    const wait = this.#freeAt - this.#clock.now();
    if (wait > 0) this.#clock.after(wait, () => void this.#run());
    else await this.#run();
  }

  /** Whether nothing waits and the receiver would take a value now. */
  get isIdle(): boolean {
    return !this.#busy && this.#freeAt <= this.#clock.now();
  }

  async #run(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting) {
      const pause = await this.#send(waiting.value).catch((error: unknown) => {
        log("warn", "pacer.send", {}, error);
        return AFTER_FAILURE;
      });
      this.#freeAt = this.#clock.now() + pause;
    }
    if (this.#waiting)
      this.#clock.after(Math.max(0, this.#freeAt - this.#clock.now()), () => void this.#run());
    else this.#busy = false;
  }
}
