/** What a room does when its alarm fires, when that is, and how an object without contents deletes itself. */
import { log } from "../log.ts";
import { AlarmScheduler } from "./log/alarms.ts";
import { ARCHIVE, NET } from "./log/archive/archive.ts";
import { PRUNED } from "./log/journal/window.ts";
import type { RoomParts } from "./parts.ts";
import type { LifecycleMethods, Local, RoomHealth } from "./rpc.ts";
import { credentialEnd, endOf } from "./socket/attachment.ts";

/** Subscribers and relays that could not be reached are called again after this long. Milliseconds. */
const NUDGE_AGAIN = 10_000;

/** How often a room looks for entries that fell out of its window, in ms and in entries stored. */
const PRUNE = { every: 3600_000, entries: PRUNED / 2 } as const;

/**
 * How far the archive is, is stored once nothing was stored for this long: as long as the alarm waits that is the net under
 * a batch. Milliseconds.
 */
const QUIET = NET;

export class Lifecycle implements Local<LifecycleMethods> {
  readonly #parts: RoomParts;
  readonly #alarms: AlarmScheduler;
  /** When the first credential of a socket expires, epoch ms; infinity for never, undefined until it was computed. */
  #nextExpiry: number | undefined;
  /** The copy to D1 that is under way. */
  #copying: Promise<void> | null = null;
  /** End of the last one, epoch ms. */
  #copiedAt = 0;
  #pruned = { at: Number.NEGATIVE_INFINITY, head: 0 };

  constructor(parts: RoomParts) {
    this.#parts = parts;
    this.#alarms = new AlarmScheduler(parts.state.storage, parts.clock, (now) => this.#due(now));
    void this.#alarms.recall();
  }

  /** Something new may be due. */
  arm(): void {
    const now = this.#parts.clock();
    if (this.#isCopyDue(now)) this.#parts.state.waitUntil(this.#copy());
    this.#alarms.arm();
  }

  /** Entries were stored; `told` ends when subscribers and relays were told of them. */
  stored(told: Promise<unknown>): void {
    const { archiver, state, subscribers, relays } = this.#parts;
    archiver.stored();
    this.#prune();
    if (subscribers.isTelling || relays.isTelling) state.waitUntil(told.then(() => this.#owes && this.arm()));
    this.arm();
  }

  /** A credential or a right that came or was renewed may be the next to end. */
  rearm(): void {
    this.#nextExpiry = undefined;
    this.#parts.rights.changed();
    this.arm();
  }

  schedule(room: string, at: number): void {
    this.#parts.roomState.know(room);
    this.#parts.scheduled.set(at);
    this.arm();
  }

  health(): RoomHealth {
    const { connections, subscribers, relays, journal, handler } = this.#parts;
    const oldest = handler.archive ? journal.after(journal.archived, 1)[0] : undefined;
    return {
      sockets: connections.open().length + relays.sockets,
      subscribers: subscribers.all().length,
      head: journal.head,
      waiting: oldest ? journal.head - oldest.seq + 1 : 0,
      waitsSince: oldest?.at ?? null,
    };
  }

  /** Goes on with what a crash, a move or a lost alarm left undone. */
  async wake(room: string): Promise<void> {
    if (this.#isSpent()) return this.#vanish();
    const { roomState, catchUp } = this.#parts;
    roomState.know(room);
    catchUp.resume();
    await this.#alarms.check();
    await this.#resume();
    if (this.#isCopyDue(this.#parts.clock())) await this.#copy();
    this.#checkpoint();
    this.arm();
  }

  /** Does everything that is due. Never throws: the platform gives up on an alarm that fails seven times. */
  async alarm(): Promise<void> {
    const { rights, catchUp, scheduled, roomState, clock } = this.#parts;
    this.#alarms.rang();
    try {
      // First: D1 may be slow, and an expired credential must not outlive it.
      this.#nextExpiry = this.#closeExpired(clock());
      await rights.endLapsed();
      catchUp.resume();
      await scheduled.onSchedule();
      await this.#resume();
      await this.#copy();
      if (clock() - this.#parts.journal.headAt >= QUIET) this.#checkpoint();
      this.#prune();
      if (this.#isSpent()) return await this.#vanish();
    } catch (error) {
      log("error", "room.alarm", { room: roomState.name }, error);
    }
    this.arm();
  }

  /** Finds what an earlier object has left to copy. */
  async #resume(): Promise<void> {
    const { archiver, journal, marks } = this.#parts;
    await this.#copying;
    archiver.resume(journal);
    marks.resume();
  }

  /** Stores how far the copy is, so that the next object does not repeat it. */
  #checkpoint(): void {
    this.#parts.journal.checkpoint();
    this.#parts.marks.checkpoint();
  }

  /** Copies entries and read marks to D1, then sends the newest position to subscribers who may have missed a push. */
  #copy(): Promise<void> {
    const { state, presence, marks, archiver, roomState, clock } = this.#parts;
    const copy = async () => {
      try {
        // After the write: what was stored is acknowledged before its copy is prepared.
        await state.storage.sync();
        await presence.look();
        // Read marks first: no notice is sent of an entry that was read by now.
        await marks.archive(roomState.name);
        await archiver.run(this.#parts.archived());
        this.#nudge();
      } catch (error) {
        log("error", "room.copy", { room: roomState.name }, error);
      }
      this.#copiedAt = clock();
      this.#copying = null;
      this.#alarms.arm();
    };
    this.#copying ??= copy();
    return this.#copying;
  }

  #isCopyDue(now: number): boolean {
    if (this.#copying) return false;
    const { archiver, marks } = this.#parts;
    return archiver.isDue(now) || (marks.hasNews && this.#copiedAt + ARCHIVE.pause <= now);
  }

  #prune(): void {
    const { journal, archiver, clock } = this.#parts;
    const { at, head } = this.#pruned;
    if (clock() - at < PRUNE.every && journal.head - head < PRUNE.entries) return;
    this.#pruned = { at: clock(), head: journal.head };
    journal.prune(clock(), archiver.archived(journal));
  }

  #nudge(): void {
    const { state, subscribers, relays } = this.#parts;
    const nudged = Promise.all([subscribers.nudge(), relays.nudge()]);
    state.waitUntil(nudged.then(() => this.#owes && this.arm()));
  }

  /** Whether a subscriber or a relay must be told again. */
  get #owes(): boolean {
    return this.#parts.subscribers.owes || this.#parts.relays.owes;
  }

  #due(now: number): (number | null)[] {
    const { archiver, journal, roomState, rights, marks, catchUp, subscribers, presence, relays } =
      this.#parts;
    this.#nextExpiry ??= this.#closeExpired(now);
    return [
      archiver.alarmAt(now, this.#copying !== null),
      roomState.dueAt,
      this.#nextExpiry === Number.POSITIVE_INFINITY ? null : this.#nextExpiry,
      rights.nextEnd(),
      marks.hasNews ? now + (this.#copying ? NET : ARCHIVE.pause) : null,
      catchUp.busy ? now + ARCHIVE.pause : null,
      subscribers.isTelling || relays.isTelling ? now + NET : null,
      this.#owes ? now + NUDGE_AGAIN : null,
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

  /** No entries (never any, or retired), no connections, no subscribers, no relays, and nothing left to remember. */
  #isSpent(): boolean {
    const { journal, connections, subscribers, relays, roomState } = this.#parts;
    return (
      journal.head === 0 &&
      connections.open().length === 0 &&
      subscribers.all().length === 0 &&
      relays.isEmpty &&
      roomState.dueAt === null &&
      roomState.ends().length === 0
    );
  }

  /** Deletes all storage: an object without storage costs nothing and is removed by the platform. */
  async #vanish(): Promise<void> {
    const { storage } = this.#parts.state;
    const gone = [storage.deleteAlarm(), storage.deleteAll()];
    this.#parts.forget();
    this.#alarms.rang();
    await Promise.all(gone);
  }
}
