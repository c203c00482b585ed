/** What a room does when its alarm fires, when that is, and how an object without contents deletes itself. */
import { log } from "../log.ts";
import { AlarmScheduler } from "./log/alarms.ts";
import { ARCHIVE } from "./log/archive.ts";
import type { RoomParts } from "./parts.ts";
import type { LifecycleMethods, Local } from "./rpc.ts";
import { credentialEnd, endOf } from "./socket/attachment.ts";

/** Subscribers that could not be reached are called again after this long. Milliseconds. */
const NUDGE_AGAIN = 10_000;

export class Lifecycle implements Local<LifecycleMethods> {
  readonly #parts: RoomParts;
  readonly #alarms: AlarmScheduler;
  /** When the first credential of a socket expires, epoch ms; infinity for never, undefined until it was computed. */
  #nextExpiry: number | undefined;

  constructor(parts: RoomParts) {
    this.#parts = parts;
    this.#alarms = new AlarmScheduler(parts.state.storage, parts.clock, (now) => this.#due(now));
  }

  /** Something new may be due. */
  arm(): void {
    this.#alarms.arm();
  }

  /** A credential or a right that came or was renewed may be the next to end. */
  rearm(): void {
    this.#nextExpiry = undefined;
    this.#parts.rights.changed();
    this.#alarms.arm();
  }

  schedule(room: string, at: number): void {
    this.#parts.roomState.know(room);
    this.#parts.scheduled.set(at);
    this.arm();
  }

  /** Goes on with what a crash, a move or a lost alarm left undone. */
  async wake(room: string): Promise<void> {
    if (this.#isSpent()) return this.#vanish();
    this.#parts.roomState.know(room);
    this.#parts.broadcaster.resume();
    await this.#alarms.check();
  }

  /** Does everything that is due. Never throws: the platform gives up on an alarm that fails seven times. */
  async alarm(): Promise<void> {
    const { rights, broadcaster, scheduled, presence, marks, archiver, roomState, clock } = this.#parts;
    this.#alarms.rang();
    try {
      // First: D1 may be slow, and an expired credential must not outlive it.
      this.#nextExpiry = this.#closeExpired(clock());
      await rights.endLapsed();
      broadcaster.resume();
      await scheduled.onSchedule();
      await presence.look();
      const { name } = roomState;
      // Read marks first: no notice is sent of an entry that was read by now.
      await marks.archive(name);
      await archiver.run(this.#parts.journal, name, () => this.#parts.journal.epoch, this.#parts.present());
      this.#nudge();
      this.#parts.journal.prune(clock());
      if (this.#isSpent()) return await this.#vanish();
    } catch (error) {
      log("error", "room.alarm", { room: roomState.name }, error);
    }
    this.arm();
  }

  #nudge(): void {
    const { state, subscribers } = this.#parts;
    state.waitUntil(subscribers.nudge().then(() => subscribers.owes && this.arm()));
  }

  #due(now: number): (number | null)[] {
    const { archiver, journal, roomState, rights, marks, broadcaster, subscribers, presence } = this.#parts;
    this.#nextExpiry ??= this.#closeExpired(now);
    return [
      archiver.due(journal, now),
      roomState.dueAt,
      this.#nextExpiry === Number.POSITIVE_INFINITY ? null : this.#nextExpiry,
      rights.nextEnd(),
      marks.hasNews || broadcaster.busy ? now + ARCHIVE.pause : null,
      subscribers.owes ? now + NUDGE_AGAIN : null,
      presence.dueAt(now),
      ...(journal.head === 0 ? roomState.ends() : []),
    ];
  }

  /** A right that the handler can look up is ended by `rights`: another may have taken its place. */
  #closeExpired(now: number): number {
    const { handler, connections } = this.#parts;
    const end = handler.authorize ? credentialEnd : endOf;
    return connections.closeExpired(now, end) ?? Number.POSITIVE_INFINITY;
  }

  /** No entries (never any, or retired), no connections, no subscribers, and nothing left to remember. */
  #isSpent(): boolean {
    const { journal, connections, subscribers, roomState } = this.#parts;
    return (
      journal.head === 0 &&
      connections.open().length === 0 &&
      subscribers.all().length === 0 &&
      roomState.dueAt === null &&
      roomState.ends().length === 0
    );
  }

  /** Deletes all storage: an object without storage costs nothing and is removed by the platform. */
  async #vanish(): Promise<void> {
    const { storage } = this.#parts.state;
    const gone = [storage.deleteAlarm(), storage.deleteAll()];
    this.#parts.forget();
    await Promise.all(gone);
  }
}
