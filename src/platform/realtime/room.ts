/** The engine of every room: accepts, decodes, stores, acknowledges, sends on. A room adds only its tenant. */
import { log } from "../log.ts";
import { EntryRate } from "./entry-rate.ts";
import { Broadcaster } from "./fanout/broadcast.ts";
import { Presence } from "./fanout/presence.ts";
import { ReadMarks } from "./fanout/read-marks.ts";
import {
  type StaleRights,
  type SubscribeResult,
  type Subscriber,
  Subscribers,
} from "./fanout/subscribers.ts";
import { Subscriptions } from "./fanout/subscriptions.ts";
import {
  ADMISSION_HEADER,
  type FrameResult,
  type Latest,
  type Published,
  type RoomHandler,
  type SocketAdmission,
  STALE_RIGHTS_HEADER,
} from "./handler.ts";
import { AlarmScheduler } from "./log/alarms.ts";
import { ARCHIVE, Archiver } from "./log/archive.ts";
import { GroupCommit, type Pending } from "./log/group-commit.ts";
import { type Draft, type Entry, Journal } from "./log/journal.ts";
import { ScheduledCallback } from "./log/scheduled.ts";
import { RoomState } from "./log/state.ts";
import { Rights } from "./rights/rights.ts";
import { CLOSE, encode, fault, LIMITS, PROTOCOL, type RoomFrame, type ServerFrame } from "./socket/frames.ts";
import { FrameHandler, TOO_MANY } from "./socket/inbound.ts";
import { appendRequestOf, draftOf } from "./socket/parse-frame.ts";
import {
  credentialEnd,
  endOf,
  isRevoked,
  type Revocation,
  type SocketFacts,
  Sockets,
} from "./socket/sockets.ts";
import type { RoomStub } from "./stubs.ts";

type Objects = (name: string) => RoomStub | null;

export class Room {
  readonly #state: DurableObjectState;
  readonly #handler: RoomHandler;
  readonly #clock: () => number;
  readonly #sockets: Sockets;
  readonly #broadcaster: Broadcaster;
  readonly #roomState: RoomState;
  readonly #archiver: Archiver;
  readonly #scheduled: ScheduledCallback;
  readonly #subscribers: Subscribers;
  readonly #presence: Presence;
  readonly #marks: ReadMarks;
  readonly #rights: Rights;
  readonly #groupCommit: GroupCommit;
  readonly #entryRate: EntryRate;
  readonly #mostSockets: () => number;
  readonly #alarms: AlarmScheduler;
  readonly #inbound: FrameHandler;
  /** Null in a room that follows no others. */
  readonly #subscriptions: Subscriptions | null;
  #opened: Journal | null = null;
  /** When the first credential of a socket runs out, epoch ms; infinity for none, undefined until somebody looked. */
  #nextExpiry: number | undefined;

  constructor(
    state: DurableObjectState,
    handler: RoomHandler,
    clock: () => number = Date.now,
    objects: Objects = () => null,
    /** How many sockets one person may have here. */
    mostSockets: () => number = () => Number.POSITIVE_INFINITY,
  ) {
    this.#state = state;
    this.#handler = handler;
    this.#clock = clock;
    this.#sockets = new Sockets(state);
    this.#roomState = new RoomState(() => this.#journal, clock);
    this.#archiver = new Archiver(handler, clock);
    this.#scheduled = new ScheduledCallback(this.#roomState, handler, clock);
    this.#broadcaster = new Broadcaster(state, this.#sockets, () => this.#journal, handler);
    const name = () => this.#roomState.name;
    this.#subscribers = new Subscribers(
      state,
      objects,
      () => this.#journal,
      name,
      (entry, subscriber) => this.#broadcaster.show(entry, subscriber),
      (inbox) => this.unsubscribe(inbox),
      clock,
    );
    this.#marks = new ReadMarks(state.storage.sql, handler);
    this.#presence = new Presence(this.#sockets, this.#subscribers, this.#marks, handler, clock);
    this.#rights = new Rights({
      handler,
      sockets: this.#sockets,
      subscribers: this.#subscribers,
      roomState: this.#roomState,
      clock,
      through: (change) => this.#presence.through(change),
    });
    this.#mostSockets = mostSockets;
    this.#entryRate = new EntryRate(() => this.#journal, clock, handler.entryRate?.bind(handler));
    this.#groupCommit = new GroupCommit(state.storage, (pending) => this.#store(pending));
    const authorizeSubscription = handler.authorizeSubscription?.bind(handler);
    this.#subscriptions = authorizeSubscription
      ? new Subscriptions(state, this.#sockets, objects, authorizeSubscription, name, clock)
      : null;
    this.#alarms = new AlarmScheduler(state.storage, clock, (now) => this.#due(now));
    this.#inbound = new FrameHandler({
      handler,
      clock,
      sockets: this.#sockets,
      roomState: this.#roomState,
      groupCommit: this.#groupCommit,
      entryRate: this.#entryRate,
      presence: this.#presence,
      subscriptions: this.#subscriptions,
      head: () => this.#journal.head,
      arm: () => this.#alarms.arm(),
      renewed: () => this.#rearm(),
    });
  }

  get #journal(): Journal {
    this.#opened ??= new Journal(this.#state.storage.sql);
    return this.#opened;
  }

  /** Finds out who is still here, before somebody is told of it. */
  async look(): Promise<void> {
    await this.#presence.look();
  }

  /** Lets a socket in that the Worker has already admitted. */
  open(request: Request): Response {
    const admission = JSON.parse(request.headers.get(ADMISSION_HEADER) ?? "null") as SocketAdmission | null;
    if (!admission) return new Response(null, { status: 400 });
    const { caller, native } = admission;
    const revoked = this.#roomState.revocationOf(admission);
    if (revoked) return new Response(null, { status: revoked.rightsBefore === undefined ? 401 : 403 });
    if (this.#roomState.isRetired) return new Response(null, { status: 404 });
    this.#roomState.know(admission.room);
    const version = this.#rights.staleVersion(admission);
    if (version !== null)
      return new Response(null, { status: 409, headers: { [STALE_RIGHTS_HEADER]: String(version) } });
    const resumed = native && admission.since !== null;
    const recovered = admission.since === null || this.#journal.covers(admission.epoch, admission.since);
    const facts: SocketFacts = {
      dialect: native ? PROTOCOL : "documented",
      caller,
      faults: 0,
      catchingUp: resumed && recovered ? admission.since : null,
      openedAt: this.#clock(),
      heardAt: this.#clock(),
      admittedAt: admission.admittedAt,
      ...(admission.readOnly ? { readOnly: true } : {}),
      until: admission.until,
      visibleFrom: admission.visibleFrom,
    };
    this.#presence.glance();
    const before = this.#presence.shown();
    if (caller) this.#sockets.makeRoom(caller.userId, this.#mostSockets());
    const { client, server } = this.#sockets.accept(facts);
    if (native) {
      const end = endOf(facts);
      const ttl =
        end < Number.POSITIVE_INFINITY ? Math.max(0, Math.floor((end - this.#clock()) / 1000)) : null;
      const { epoch, head: seq } = this.#journal;
      this.#sockets.send(server, encode({ t: "welcome", epoch, seq, ttl, recovered, limits: LIMITS }));
      if (facts.catchingUp !== null) this.#broadcaster.catchUp(server);
    } else {
      const greeting = this.#handler.greet?.(this.#journal, admission.opening) ?? [];
      for (const frame of greeting) this.#sockets.send(server, frame);
    }
    this.#presence.welcome(server, before);
    this.#rearm();
    const headers = new Headers(admission.protocol ? { "Sec-WebSocket-Protocol": admission.protocol } : {});
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  message(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    return this.#inbound.message(socket, data);
  }

  /** A client leaves. */
  closed(socket: WebSocket, code: number, reason: string): void {
    this.#subscriptions?.closed(socket);
    this.#sockets.answerClose(socket, code, reason);
    this.#presence.left(socket);
  }

  /** Stores a system entry and sends it to everybody. */
  publish(room: string, draft: Omit<Draft, "author">): Published {
    if (this.#roomState.isRetired) return { seq: 0, epoch: this.#journal.epoch };
    this.#roomState.know(room);
    const [appended] = this.#store([{ draft: { ...draft, author: 0 }, stored: () => {} }]);
    return { seq: appended?.entry.seq ?? this.#journal.head, epoch: this.#journal.epoch };
  }

  /** One piece, without a pause in it: nothing can be stored between the last word and the end. */
  retire(room: string, draft: Omit<Draft, "author">): void {
    this.publish(room, draft);
    this.#groupCommit.drop();
    this.#sockets.closeAll(CLOSE.gone, "gone");
    this.#subscribers.drop(this.#subscribers.all(), CLOSE.gone);
    this.#journal.reset();
    this.#marks.clear();
    this.#entryRate.clear();
    this.#roomState.know(room);
    this.#roomState.retire();
    this.#alarms.arm();
  }

  erase(author: number): void {
    this.#journal.erase(author);
    this.#marks.forget(author);
  }

  empty(refs: readonly string[]): void {
    this.#journal.empty(refs);
  }

  /** Asks anew who may be here. */
  async recheck(room: string): Promise<void> {
    if (this.#roomState.isRetired) return;
    this.#roomState.know(room);
    await this.#rights.recheck();
    this.#alarms.arm();
  }

  revoke(revocation: Revocation, code: number, reason: string): number {
    this.#roomState.revoke(revocation);
    const closed = this.#presence.through(() => {
      const meant = this.#subscribers.all().filter((subscriber) => isRevoked(subscriber, revocation));
      this.#subscribers.drop(meant, code);
      return this.#sockets.closeRevoked(revocation, code, reason);
    });
    this.#alarms.arm();
    return closed;
  }

  /** Copies everything to D1 now. */
  async flush(room: string): Promise<boolean> {
    if (this.#journal.head === 0) return true;
    this.#roomState.know(room);
    await this.#presence.look();
    const done = await this.#archiver.flush(this.#journal, room, () => this.#journal.epoch, this.#present());
    this.#alarms.arm();
    return done;
  }

  latest(limit: number, reader: number | null = null): Latest {
    const { epoch, head: seq } = this.#journal;
    const hasRead = reader !== null && seq > 0 && this.#presence.read(reader, seq);
    if (hasRead) this.#alarms.arm();
    return {
      epoch,
      entries: this.#journal.latest(limit),
      reads: this.#marks.all(),
      newlyRead: hasRead ? { userId: reader, seq } : null,
    };
  }

  schedule(room: string, at: number): void {
    this.#roomState.know(room);
    this.#scheduled.set(at);
    this.#alarms.arm();
  }

  subscribe(
    room: string,
    subscriber: Subscriber,
    epoch: string | null,
    since: number | null,
  ): SubscribeResult | StaleRights | null {
    if (this.#roomState.revocationOf(subscriber) || this.#roomState.isRetired) return null;
    this.#roomState.know(room);
    const rightsVersion = this.#rights.staleVersion(subscriber);
    if (rightsVersion !== null) return { rightsVersion };
    this.#presence.through(() => this.#subscribers.add(subscriber));
    const { epoch: now, head } = this.#journal;
    const recovered = since === null || this.#journal.covers(epoch, since);
    this.#rearm();
    return { epoch: now, head, recovered, present: this.#presence.shown(), reads: this.#marks.all() };
  }

  unsubscribe(inbox: string): void {
    this.#presence.through(() => this.#subscribers.remove(inbox));
  }

  read(inbox: string, epoch: string, since: number): Entry[] | null {
    const subscriber = this.#subscribers.get(inbox);
    if (!subscriber || !this.#journal.covers(epoch, since)) return null;
    return this.#journal.after(since, LIMITS.page).map((entry) => this.#broadcaster.show(entry, subscriber));
  }

  async takeFrame(inbox: string, frame: RoomFrame): Promise<FrameResult> {
    const subscriber = this.#subscribers.get(inbox);
    if (!subscriber) return { ok: false, ...fault("forbidden", "Subscribe to the room first.") };
    this.#presence.hearFollower(inbox);
    const { head: seq } = this.#journal;
    if (frame.t === "typing" || frame.t === "read") {
      const refused = this.#presence.gesture(subscriber, frame, seq);
      this.#alarms.arm();
      return refused ? { ok: false, ...refused } : { ok: true, seq, at: this.#clock() };
    }
    const draft = draftOf(this.#handler, subscriber, appendRequestOf(frame), frame.ref);
    if ("code" in draft) return { ok: false, ...draft };
    if (!this.#entryRate.take(draft)) return { ok: false, ...TOO_MANY };
    const stored: Entry[] = [];
    await this.#groupCommit.add({ draft, stored: (entry) => void stored.push(entry) });
    const [entry] = stored;
    if (!entry) return { ok: false, ...fault("unavailable", "Send it again later.") };
    return { ok: true, seq: entry.seq, at: entry.at };
  }

  relay(room: string, epoch: string, entries: readonly Entry[], head: number): number | null {
    return this.#subscriptions?.relay(room, epoch, entries, head) ?? null;
  }

  heard(room: string): number | null {
    return this.#subscriptions?.heard(room) ?? null;
  }

  relayFrame(room: string, frame: ServerFrame): void {
    this.#subscriptions?.relayFrame(room, frame);
  }

  dropped(room: string, code: number): void {
    this.#subscriptions?.dropped(room, code);
  }

  /** Goes on with what a crash, a move or a lost alarm left undone. */
  async wake(room: string): Promise<void> {
    if (this.#isSpent()) return this.#vanish();
    this.#roomState.know(room);
    this.#broadcaster.resume();
    await this.#alarms.check();
  }

  /** Everything that is due. Never throws: the platform gives up on an alarm that fails seven times. */
  async alarm(): Promise<void> {
    this.#alarms.rang();
    try {
      // First: D1 may take its time, and nobody's credential waits for it.
      this.#nextExpiry = this.#closeExpired(this.#clock());
      await this.#rights.endLapsed();
      this.#broadcaster.resume();
      await this.#scheduled.onSchedule();
      await this.#presence.look();
      const { name } = this.#roomState;
      // Marks first: what was read by now is told to nobody.
      await this.#marks.archive(name);
      await this.#archiver.run(this.#journal, name, () => this.#journal.epoch, this.#present());
      this.#nudge();
      this.#journal.prune(this.#clock());
      if (this.#isSpent()) return await this.#vanish();
    } catch (error) {
      log("error", "room.alarm", { room: this.#roomState.name }, error);
    }
    this.#alarms.arm();
  }

  #present(): ReadonlySet<number> {
    return new Set(this.#presence.present());
  }

  /** Nobody waits for it; what fails is tried again. */
  #nudge(): void {
    this.#state.waitUntil(this.#subscribers.nudge().then(() => this.#subscribers.owes && this.#alarms.arm()));
  }

  /** Persist, then acknowledge, then fan out: what is sent here leaves when the insert is durable. */
  #store(pending: readonly Pending[]) {
    const journal = this.#journal;
    const now = this.#clock();
    const drafts = pending.map(({ draft }) => draft);
    const complete = (draft: Draft) =>
      draft.author === 0 ? draft : (this.#handler.complete?.(draft, journal, now) ?? draft);
    const appended = this.#state.storage.transactionSync(() => journal.append(drafts, now, complete));
    for (const [index, { entry }] of appended.entries()) pending[index]?.stored(entry);
    const entries = appended.filter(({ repeated }) => !repeated).map(({ entry }) => entry);
    this.#broadcaster.send(entries);
    if (entries.length > 0) this.#subscribers.tell(entries);
    this.#alarms.arm();
    return appended;
  }

  /** A credential or a right that ends at another time may be the next to end. */
  #rearm(): void {
    this.#nextExpiry = undefined;
    this.#rights.changed();
    this.#alarms.arm();
  }

  /** A right that a tenant can be asked about ends by itself: another may have taken its place. */
  #closeExpired(now: number): number {
    const end = this.#handler.authorize ? credentialEnd : endOf;
    return this.#sockets.closeExpired(now, end) ?? Number.POSITIVE_INFINITY;
  }

  #due(now: number): (number | null)[] {
    this.#nextExpiry ??= this.#closeExpired(now);
    return [
      this.#archiver.due(this.#journal, now),
      this.#roomState.dueAt,
      this.#nextExpiry === Number.POSITIVE_INFINITY ? null : this.#nextExpiry,
      this.#rights.nextEnd(),
      this.#marks.hasNews || this.#broadcaster.busy ? now + ARCHIVE.pause : null,
      this.#subscribers.owes ? now + NUDGE_AGAIN : null,
      this.#presence.dueAt(now),
      ...(this.#journal.head === 0 ? this.#roomState.ends() : []),
    ];
  }

  /** Nothing was ever said here, or it is retired; nobody is here, and nothing is left to remember. */
  #isSpent(): boolean {
    return (
      this.#journal.head === 0 &&
      this.#sockets.open().length === 0 &&
      this.#subscribers.all().length === 0 &&
      this.#roomState.dueAt === null &&
      this.#roomState.ends().length === 0
    );
  }

  /** An object without storage costs nothing and is soon gone itself. */
  async #vanish(): Promise<void> {
    const { storage } = this.#state;
    const gone = [storage.deleteAlarm(), storage.deleteAll()];
    this.#opened = null;
    this.#subscribers.forget();
    this.#marks.forgetAll();
    await Promise.all(gone);
  }
}

/** Followers that could not be told are told again after this long. Milliseconds. */
const NUDGE_AGAIN = 10_000;
