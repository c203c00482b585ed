/** The one real alarm of an object, set to the earliest of all that is due. */

/** An armed alarm this long past has been lost. Milliseconds. */
const OVERDUE = 5_000;

export class AlarmScheduler {
  readonly #storage: Pick<DurableObjectStorage, "getAlarm" | "setAlarm">;
  readonly #clock: () => number;
  readonly #due: (now: number) => readonly (number | null)[];
  /** When the real alarm is set for; null unknown or none. */
  #armedFor: number | null = null;

  /** `due` names everything that is due, epoch ms; null for what is not. */
  constructor(
    storage: Pick<DurableObjectStorage, "getAlarm" | "setAlarm">,
    clock: () => number,
    due: (now: number) => readonly (number | null)[],
  ) {
    this.#storage = storage;
    this.#clock = clock;
    this.#due = due;
  }

  /** Joins the transaction of the write before it. */
  arm(): void {
    const now = this.#clock();
    const due = this.#due(now).filter((at) => at !== null);
    if (due.length === 0) return;
    const next = Math.max(now, Math.min(...due));
    if (this.#armedFor !== null && this.#armedFor <= next && this.#armedFor > now - OVERDUE) return;
    this.#armedFor = next;
    void this.#storage.setAlarm(next);
  }

  /** It rang, and is gone by that. */
  rang(): void {
    this.#armedFor = null;
  }

  /** Looks whether the alarm that should be there is: stuck ones have been seen. */
  async check(): Promise<void> {
    const alarm = await this.#storage.getAlarm();
    this.#armedFor = alarm !== null && alarm > this.#clock() ? alarm : null;
    this.arm();
  }
}
