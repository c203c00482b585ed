/** Calls a room's handler at a time that was asked for; the earliest time wins. */
import type { RoomHandler } from "../handler.ts";
import type { RoomState } from "./state.ts";

/** A call that did not return is repeated after this long. Milliseconds. */
const CALL_AGAIN = 10_000;

export class ScheduledCallback {
  readonly #roomState: RoomState;
  readonly #handler: Pick<RoomHandler, "onSchedule">;
  readonly #clock: () => number;
  /** The earliest time asked for since the last call began: the handler's answer may not know of it. */
  #meanwhile = Number.POSITIVE_INFINITY;

  constructor(roomState: RoomState, handler: Pick<RoomHandler, "onSchedule">, clock: () => number) {
    this.#roomState = roomState;
    this.#handler = handler;
    this.#clock = clock;
  }

  set(at: number): void {
    if (!this.#handler.onSchedule || this.#roomState.isRetired) return;
    this.#meanwhile = Math.min(this.#meanwhile, at);
    this.#roomState.setDue(Math.min(this.#roomState.dueAt ?? at, at));
  }

  async onSchedule(): Promise<void> {
    const { dueAt } = this.#roomState;
    if (dueAt === null || dueAt > this.#clock() || !this.#handler.onSchedule) return;
    this.#roomState.setDue(this.#clock() + CALL_AGAIN);
    this.#meanwhile = Number.POSITIVE_INFINITY;
    const next = await this.#handler.onSchedule(this.#roomState.name);
    if (this.#roomState.isRetired) return;
    const due = Math.min(next ?? Number.POSITIVE_INFINITY, this.#meanwhile);
    this.#roomState.setDue(due === Number.POSITIVE_INFINITY ? null : due);
  }
}
