/** Sets the one alarm of an object to the earliest time that anything is due. */

/** An alarm that is overdue by this long counts as lost. Milliseconds. */
const OVERDUE = 5_000;

export class AlarmScheduler {
  readonly #storage: Pick<DurableObjectStorage, "getAlarm" | "setAlarm">;
  readonly #clock: () => number;
  readonly #due: (now: number) => readonly (number | null)[];
  /** The time that the alarm is set for, epoch ms; null when it is unknown or not set. */
  #armedFor: number | null = null;

  /** `due` returns the times at which something is due, epoch ms; null for what is not. */
  constructor(
    storage: Pick<DurableObjectStorage, "getAlarm" | "setAlarm">,
    clock: () => number,
    due: (now: number) => readonly (number | null)[],
  ) {
    this.#storage = storage;
    this.#clock = clock;
    this.#due = due;
  }

  /** Finds out what an earlier object has set the alarm for, so that it is not set again: that costs a row. */
  async recall(): Promise<void> {
    const alarm = await this.#storage.getAlarm();
    this.#armedFor ??= alarm;
  }

  /** Sets the alarm, in the transaction of the write before it. */
  arm(): void {
    const now = this.#clock();
    const due = this.#due(now).filter((at) => at !== null);
    if (due.length === 0) return;
    const next = Math.max(now, Math.min(...due));
    if (this.#armedFor !== null && this.#armedFor <= next && this.#armedFor > now - OVERDUE) return;
    this.#armedFor = next;
    void this.#storage.setAlarm(next);
  }

  /** The alarm fired, or was deleted, and is not set any more. */
  rang(): void {
    this.#armedFor = null;
  }

  /** Checks the alarm in storage: stuck alarms have been seen. */
  async check(): Promise<void> {
    const alarm = await this.#storage.getAlarm();
    this.#armedFor = alarm !== null && alarm > this.#clock() ? alarm : null;
    this.arm();
  }
}
