/** The face of a room that reads and writes its entries. */
import { log } from "../../log.ts";
import type { LatestValue } from "../fanout/latest.ts";
import type { Lifecycle } from "../lifecycle.ts";
import type { RoomParts } from "../parts.ts";
import type { Latest, Local, LogMethods, Published } from "../rpc.ts";
import { CLOSE } from "../socket/frames.ts";
import { acknowledge } from "./acknowledge.ts";
import type { Appended, Draft, Entry } from "./entry.ts";
import { GroupCommit, type Pending } from "./group-commit.ts";

export class RoomLog implements Local<LogMethods> {
  readonly #parts: RoomParts;
  readonly #lifecycle: Lifecycle;
  readonly #groupCommit: GroupCommit;
  /** What the handler does about the entries that were just stored. */
  #handled: Promise<void> | undefined;

  constructor(parts: RoomParts, lifecycle: Lifecycle) {
    this.#parts = parts;
    this.#lifecycle = lifecycle;
    this.#groupCommit = new GroupCommit(parts.state.storage);
  }

  /** Stores what a person sent, with the next transaction. `from` hears the ack. Null: the room was retired meanwhile. */
  async commit(draft: Draft, from: WebSocket | null, inbox?: string): Promise<Entry | null> {
    if (this.#parts.roomState.isRetired) return null;
    return this.#groupCommit.add({ draft, from, inbox }, (pending) => this.#append(pending));
  }

  /**
   * Appends, acknowledges, broadcasts, in that order. What is sent here leaves the object when the insert is durable (the
   * output gate), so what was acknowledged is stored. An entry that was stored before is acknowledged again, and sent to
   * nobody else.
   */
  #append(pending: readonly Pending[]): Appended[] {
    const { broadcaster, subscribers, relays } = this.#parts;
    const appended = this.#store(pending.map(({ draft }) => draft));
    for (const [index, { entry }] of appended.entries()) {
      const from = pending[index]?.from;
      if (from) acknowledge(this.#parts, from, entry);
    }
    const entries = appended.filter(({ repeated }) => !repeated).map(({ entry }) => entry);
    broadcaster.send(entries);
    // Among entries of others it is told of its own like everybody: what it has already, it drops.
    const knows = pending.length === 1 ? pending[0]?.inbox : undefined;
    if (entries.length > 0)
      this.#lifecycle.stored(Promise.all([subscribers.tell(entries, knows), relays.tell(entries)]));
    this.#handled = entries.length > 0 ? this.#handle(entries) : undefined;
    return appended;
  }

  /** Lets the handler work on what was stored. A failure is only logged. */
  #handle(entries: readonly Entry[]): Promise<void> | undefined {
    const { handler, roomState, state } = this.#parts;
    if (!handler.onStored) return undefined;
    const room = roomState.name;
    const handled = Promise.resolve(handler.onStored(room, entries)).catch((error: unknown) =>
      log("warn", "room.onStored", { room }, error),
    );
    state.waitUntil(handled);
    return handled;
  }

  /**
   * One transaction for all of them; one entry alone is one statement, which needs none. The handler completes what people
   * sent with facts that only the server knows.
   */
  #store(drafts: readonly Draft[]): Appended[] {
    const { state, journal, handler, clock } = this.#parts;
    const now = clock();
    const complete = (draft: Draft) =>
      draft.author === 0 ? draft : (handler.complete?.(draft, journal, now) ?? draft);
    const append = () => journal.append(drafts, now, complete);
    try {
      return drafts.length === 1 ? append() : state.storage.transactionSync(append);
    } catch (error) {
      journal.reload();
      throw error;
    }
  }

  async submit(room: string, draft: Draft): Promise<Entry | null> {
    const { roomState, beginning } = this.#parts;
    if (!(beginning.isOver || (await beginning.ensure(room))) || roomState.isRetired) return null;
    roomState.know(room);
    return this.commit(draft, null);
  }

  async publish(room: string, draft: Omit<Draft, "author">): Promise<Published> {
    const { beginning } = this.#parts;
    const exists = beginning.isOver || (await beginning.ensure(room));
    const { journal } = this.#parts;
    const entry = exists ? this.#publish(room, draft) : null;
    // As it is now: the room may be retired while the handler works.
    const published = { seq: entry?.seq ?? 0, epoch: journal.epoch };
    await this.#handled;
    return published;
  }

  /** Null when the room is gone. */
  #publish(room: string, draft: Omit<Draft, "author">): Entry | null {
    const { roomState } = this.#parts;
    if (roomState.isRetired) return null;
    roomState.know(room);
    const [appended] = this.#append([{ draft: { ...draft, author: 0 }, from: null }]);
    return appended?.entry ?? null;
  }

  show(room: string, latest: LatestValue): number {
    return this.#parts.latest.take(room, latest);
  }

  /** Synchronous: no entry can be stored between the last one and the end. */
  retire(room: string, draft: Omit<Draft, "author">): void {
    const { connections, subscribers, relays, journal, marks, latest, entryRate, roomState } = this.#parts;
    // Where nothing has begun there is nobody to tell.
    if (this.#parts.beginning.isOver) this.#publish(room, draft);
    this.#groupCommit.drop();
    const endRelays = relays.retire();
    connections.closeAll(CLOSE.gone, "gone");
    subscribers.drop(subscribers.all(), CLOSE.gone);
    journal.reset();
    marks.clear();
    entryRate.clear();
    latest.clear();
    roomState.know(room);
    roomState.retire();
    endRelays();
    this.#lifecycle.arm();
  }

  async erase(author: number): Promise<void> {
    await this.#parts.beginning.settled();
    this.#parts.journal.erase(author);
    this.#parts.marks.forget(author);
    await this.#parts.relays.each((relay) => relay.forgetEntries());
  }

  async emptyAbout(things: readonly string[]): Promise<void> {
    await this.#parts.beginning.settled();
    this.#parts.journal.emptyAbout(things);
    await this.#parts.relays.each((relay) => relay.forgetEntries());
  }

  async flush(room: string): Promise<boolean> {
    const { journal, roomState, presence, archiver } = this.#parts;
    if (journal.head === 0) return true;
    roomState.know(room);
    await presence.look();
    const done = await archiver.flush(this.#parts.archived());
    this.#lifecycle.arm();
    return done;
  }

  latest(_room: string, limit: number, reader: number | null = null): Latest {
    const { journal, presence, marks } = this.#parts;
    const { epoch, head: seq } = journal;
    const hasRead = reader !== null && seq > 0 && presence.read(reader, seq);
    if (hasRead) this.#lifecycle.arm();
    return {
      epoch,
      entries: journal.latest(limit),
      reads: marks.all(),
      newlyRead: hasRead ? { userId: reader, seq } : null,
    };
  }
}
