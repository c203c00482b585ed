/** The engine of every room: accepts, decodes, stores, acknowledges, sends on. A room adds only its tenant. */
import { log } from "../log.ts";
import { Agenda } from "./agenda.ts";
import { ARCHIVE, Archiver } from "./archive.ts";
import { Bell } from "./bell.ts";
import { Commits, type Pending } from "./commits.ts";
import { Company } from "./company.ts";
import { EntryRate } from "./entry-rate.ts";
import { Feed } from "./feed.ts";
import { type Followed, type Follower, Followers, type StaleRights } from "./followers.ts";
import { CLOSE, encode, fault, LIMITS, PROTOCOL, type RoomFrame, type ServerFrame } from "./frames.ts";
import { type Draft, type Entry, Journal } from "./journal.ts";
import { Memory } from "./memory.ts";
import { ReadMarks } from "./read-marks.ts";
import { Rights } from "./rights.ts";
import type { RoomStub } from "./rooms.ts";
import { credentialEnd, endOf, isRevoked, type Revocation, type SocketFacts, Sockets } from "./sockets.ts";
import { draftOf, sayingOf } from "./speech.ts";
import { Subscriptions } from "./subscriptions.ts";
import { Talk, TOO_MANY } from "./talk.ts";
import {
  ADMISSION_HEADER,
  type Admission,
  type Latest,
  type Published,
  STALE_RIGHTS_HEADER,
  type Taken,
  type Tenant,
} from "./tenant.ts";

type Objects = (name: string) => RoomStub | null;

export class Room {
  readonly #state: DurableObjectState;
  readonly #tenant: Tenant;
  readonly #clock: () => number;
  readonly #sockets: Sockets;
  readonly #feed: Feed;
  readonly #memory: Memory;
  readonly #archiver: Archiver;
  readonly #bell: Bell;
  readonly #followers: Followers;
  readonly #company: Company;
  readonly #marks: ReadMarks;
  readonly #rights: Rights;
  readonly #commits: Commits;
  readonly #entryRate: EntryRate;
  readonly #mostSockets: () => number;
  readonly #agenda: Agenda;
  readonly #talk: Talk;
  /** Null in a room that follows no others. */
  readonly #subscriptions: Subscriptions | null;
  #opened: Journal | null = null;
  /** When the first credential of a socket runs out, epoch ms; infinity for none, undefined until somebody looked. */
  #nextExpiry: number | undefined;

  constructor(
    state: DurableObjectState,
    tenant: Tenant,
    clock: () => number = Date.now,
    objects: Objects = () => null,
    /** How many sockets one person may have here. */
    mostSockets: () => number = () => Number.POSITIVE_INFINITY,
  ) {
    this.#state = state;
    this.#tenant = tenant;
    this.#clock = clock;
    this.#sockets = new Sockets(state);
    this.#memory = new Memory(() => this.#journal, clock);
    this.#archiver = new Archiver(tenant, clock);
    this.#bell = new Bell(this.#memory, tenant, clock);
    this.#feed = new Feed(state, this.#sockets, () => this.#journal, tenant);
    const name = () => this.#memory.name;
    this.#followers = new Followers(
      state,
      objects,
      () => this.#journal,
      name,
      (entry, follower) => this.#feed.show(entry, follower),
      (inbox) => this.unfollow(inbox),
      clock,
    );
    this.#marks = new ReadMarks(state.storage.sql, tenant);
    this.#company = new Company(this.#sockets, this.#followers, this.#marks, tenant, clock);
    this.#rights = new Rights({
      tenant,
      sockets: this.#sockets,
      followers: this.#followers,
      memory: this.#memory,
      clock,
      through: (change) => this.#company.through(change),
    });
    this.#mostSockets = mostSockets;
    this.#entryRate = new EntryRate(() => this.#journal, clock, tenant.entryRate?.bind(tenant));
    this.#commits = new Commits(state.storage, (pending) => this.#store(pending));
    const enter = tenant.enter?.bind(tenant);
    this.#subscriptions = enter ? new Subscriptions(state, this.#sockets, objects, enter, name, clock) : null;
    this.#agenda = new Agenda(state.storage, clock, (now) => this.#due(now));
    this.#talk = new Talk({
      tenant,
      clock,
      sockets: this.#sockets,
      memory: this.#memory,
      commits: this.#commits,
      entryRate: this.#entryRate,
      company: this.#company,
      subscriptions: this.#subscriptions,
      head: () => this.#journal.head,
      arm: () => this.#agenda.arm(),
      renewed: () => this.#rearm(),
    });
  }

  get #journal(): Journal {
    this.#opened ??= new Journal(this.#state.storage.sql);
    return this.#opened;
  }

  /** Finds out who is still here, before somebody is told of it. */
  async look(): Promise<void> {
    await this.#company.look();
  }

  /** Lets a socket in that the Worker has already admitted. */
  open(request: Request): Response {
    const admission = JSON.parse(request.headers.get(ADMISSION_HEADER) ?? "null") as Admission | null;
    if (!admission) return new Response(null, { status: 400 });
    const { caller, native } = admission;
    const revoked = this.#memory.revocationOf(admission);
    if (revoked) return new Response(null, { status: revoked.rightsBefore === undefined ? 401 : 403 });
    if (this.#memory.isRetired) return new Response(null, { status: 404 });
    this.#memory.know(admission.room);
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
    this.#company.glance();
    const before = this.#company.shown();
    if (caller) this.#sockets.makeRoom(caller.userId, this.#mostSockets());
    const { client, server } = this.#sockets.accept(facts);
    if (native) {
      const end = endOf(facts);
      const ttl =
        end < Number.POSITIVE_INFINITY ? Math.max(0, Math.floor((end - this.#clock()) / 1000)) : null;
      const { epoch, head: seq } = this.#journal;
      this.#sockets.send(server, encode({ t: "welcome", epoch, seq, ttl, recovered, limits: LIMITS }));
      if (facts.catchingUp !== null) this.#feed.catchUp(server);
    } else {
      const greeting = this.#tenant.greet?.(this.#journal, admission.opening) ?? [];
      for (const frame of greeting) this.#sockets.send(server, frame);
    }
    this.#company.welcome(server, before);
    this.#rearm();
    const headers = new Headers(admission.protocol ? { "Sec-WebSocket-Protocol": admission.protocol } : {});
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  message(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    return this.#talk.message(socket, data);
  }

  /** A client leaves. */
  closed(socket: WebSocket, code: number, reason: string): void {
    this.#subscriptions?.closed(socket);
    this.#sockets.answerClose(socket, code, reason);
    this.#company.left(socket);
  }

  /** Stores a system entry and sends it to everybody. */
  publish(room: string, draft: Omit<Draft, "author">): Published {
    if (this.#memory.isRetired) return { seq: 0, epoch: this.#journal.epoch };
    this.#memory.know(room);
    const [appended] = this.#store([{ draft: { ...draft, author: 0 }, stored: () => {} }]);
    return { seq: appended?.entry.seq ?? this.#journal.head, epoch: this.#journal.epoch };
  }

  /** One piece, without a pause in it: nothing can be stored between the last word and the end. */
  retire(room: string, draft: Omit<Draft, "author">): void {
    this.publish(room, draft);
    this.#commits.drop();
    this.#sockets.closeAll(CLOSE.gone, "gone");
    this.#followers.drop(this.#followers.all(), CLOSE.gone);
    this.#journal.reset();
    this.#marks.clear();
    this.#entryRate.clear();
    this.#memory.know(room);
    this.#memory.retire();
    this.#agenda.arm();
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
    if (this.#memory.isRetired) return;
    this.#memory.know(room);
    await this.#rights.recheck();
    this.#agenda.arm();
  }

  revoke(revocation: Revocation, code: number, reason: string): number {
    this.#memory.revoke(revocation);
    const closed = this.#company.through(() => {
      const meant = this.#followers.all().filter((follower) => isRevoked(follower, revocation));
      this.#followers.drop(meant, code);
      return this.#sockets.closeRevoked(revocation, code, reason);
    });
    this.#agenda.arm();
    return closed;
  }

  /** Copies everything to D1 now. */
  async flush(room: string): Promise<boolean> {
    if (this.#journal.head === 0) return true;
    this.#memory.know(room);
    await this.#company.look();
    const done = await this.#archiver.flush(this.#journal, room, () => this.#journal.epoch, this.#present());
    this.#agenda.arm();
    return done;
  }

  latest(limit: number, reader: number | null = null): Latest {
    const { epoch, head: seq } = this.#journal;
    const hasRead = reader !== null && seq > 0 && this.#company.read(reader, seq);
    if (hasRead) this.#agenda.arm();
    return {
      epoch,
      entries: this.#journal.latest(limit),
      reads: this.#marks.all(),
      newlyRead: hasRead ? { userId: reader, seq } : null,
    };
  }

  schedule(room: string, at: number): void {
    this.#memory.know(room);
    this.#bell.set(at);
    this.#agenda.arm();
  }

  follow(
    room: string,
    follower: Follower,
    epoch: string | null,
    since: number | null,
  ): Followed | StaleRights | null {
    if (this.#memory.revocationOf(follower) || this.#memory.isRetired) return null;
    this.#memory.know(room);
    const rightsVersion = this.#rights.staleVersion(follower);
    if (rightsVersion !== null) return { rightsVersion };
    this.#company.through(() => this.#followers.add(follower));
    const { epoch: now, head } = this.#journal;
    const recovered = since === null || this.#journal.covers(epoch, since);
    this.#rearm();
    return { epoch: now, head, recovered, present: this.#company.shown(), reads: this.#marks.all() };
  }

  unfollow(inbox: string): void {
    this.#company.through(() => this.#followers.remove(inbox));
  }

  read(inbox: string, epoch: string, since: number): Entry[] | null {
    const follower = this.#followers.get(inbox);
    if (!follower || !this.#journal.covers(epoch, since)) return null;
    return this.#journal.after(since, LIMITS.page).map((entry) => this.#feed.show(entry, follower));
  }

  async take(inbox: string, frame: RoomFrame): Promise<Taken> {
    const follower = this.#followers.get(inbox);
    if (!follower) return { ok: false, ...fault("forbidden", "Subscribe to the room first.") };
    this.#company.hearFollower(inbox);
    const { head: seq } = this.#journal;
    if (frame.t === "typing" || frame.t === "read") {
      const refused = this.#company.gesture(follower, frame, seq);
      this.#agenda.arm();
      return refused ? { ok: false, ...refused } : { ok: true, seq, at: this.#clock() };
    }
    const draft = draftOf(this.#tenant, follower, sayingOf(frame), frame.ref);
    if ("code" in draft) return { ok: false, ...draft };
    if (!this.#entryRate.take(draft)) return { ok: false, ...TOO_MANY };
    const stored: Entry[] = [];
    await this.#commits.add({ draft, stored: (entry) => void stored.push(entry) });
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
    this.#memory.know(room);
    this.#feed.resume();
    await this.#agenda.check();
  }

  /** Everything that is due. Never throws: the platform gives up on an alarm that fails seven times. */
  async alarm(): Promise<void> {
    this.#agenda.rang();
    try {
      // First: D1 may take its time, and nobody's credential waits for it.
      this.#nextExpiry = this.#closeExpired(this.#clock());
      await this.#rights.endLapsed();
      this.#feed.resume();
      await this.#bell.ring();
      await this.#company.look();
      const { name } = this.#memory;
      // Marks first: what was read by now is told to nobody.
      await this.#marks.archive(name);
      await this.#archiver.run(this.#journal, name, () => this.#journal.epoch, this.#present());
      this.#nudge();
      this.#journal.prune(this.#clock());
      if (this.#isSpent()) return await this.#vanish();
    } catch (error) {
      log("error", "room.alarm", { room: this.#memory.name }, error);
    }
    this.#agenda.arm();
  }

  #present(): ReadonlySet<number> {
    return new Set(this.#company.present());
  }

  /** Nobody waits for it; what fails is tried again. */
  #nudge(): void {
    this.#state.waitUntil(this.#followers.nudge().then(() => this.#followers.owes && this.#agenda.arm()));
  }

  /** Persist, then acknowledge, then fan out: what is sent here leaves when the insert is durable. */
  #store(pending: readonly Pending[]) {
    const journal = this.#journal;
    const now = this.#clock();
    const drafts = pending.map(({ draft }) => draft);
    const complete = (draft: Draft) =>
      draft.author === 0 ? draft : (this.#tenant.complete?.(draft, journal, now) ?? draft);
    const appended = this.#state.storage.transactionSync(() => journal.append(drafts, now, complete));
    for (const [index, { entry }] of appended.entries()) pending[index]?.stored(entry);
    const entries = appended.filter(({ repeated }) => !repeated).map(({ entry }) => entry);
    this.#feed.send(entries);
    if (entries.length > 0) this.#followers.tell(entries);
    this.#agenda.arm();
    return appended;
  }

  /** A credential or a right that ends at another time may be the next to end. */
  #rearm(): void {
    this.#nextExpiry = undefined;
    this.#rights.changed();
    this.#agenda.arm();
  }

  /** A right that a tenant can be asked about ends by itself: another may have taken its place. */
  #closeExpired(now: number): number {
    const end = this.#tenant.authorize ? credentialEnd : endOf;
    return this.#sockets.closeExpired(now, end) ?? Number.POSITIVE_INFINITY;
  }

  #due(now: number): (number | null)[] {
    this.#nextExpiry ??= this.#closeExpired(now);
    return [
      this.#archiver.due(this.#journal, now),
      this.#memory.dueAt,
      this.#nextExpiry === Number.POSITIVE_INFINITY ? null : this.#nextExpiry,
      this.#rights.nextEnd(),
      this.#marks.hasNews || this.#feed.busy ? now + ARCHIVE.pause : null,
      this.#followers.owes ? now + NUDGE_AGAIN : null,
      this.#company.dueAt(now),
      ...(this.#journal.head === 0 ? this.#memory.ends() : []),
    ];
  }

  /** Nothing was ever said here, or it is retired; nobody is here, and nothing is left to remember. */
  #isSpent(): boolean {
    return (
      this.#journal.head === 0 &&
      this.#sockets.open().length === 0 &&
      this.#followers.all().length === 0 &&
      this.#memory.dueAt === null &&
      this.#memory.ends().length === 0
    );
  }

  /** An object without storage costs nothing and is soon gone itself. */
  async #vanish(): Promise<void> {
    const { storage } = this.#state;
    const gone = [storage.deleteAlarm(), storage.deleteAll()];
    this.#opened = null;
    this.#followers.forget();
    this.#marks.forgetAll();
    await Promise.all(gone);
  }
}

/** Followers that could not be told are told again after this long. Milliseconds. */
const NUDGE_AGAIN = 10_000;
