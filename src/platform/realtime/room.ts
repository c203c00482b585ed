/** The engine of every room: accepts, decodes, stores, acknowledges, sends on. A room adds only its tenant. */
import type { Caller } from "../http/caller.ts";
import { log } from "../log.ts";
import { isoTime } from "../time.ts";
import { ARCHIVE, Archiver } from "./archive.ts";
import { Bell } from "./bell.ts";
import { Commits, type Pending } from "./commits.ts";
import { Company } from "./company.ts";
import { Feed } from "./feed.ts";
import { type Followed, type Follower, Followers } from "./followers.ts";
import {
  CLOSE,
  encode,
  type Fault,
  fault,
  LIMITS,
  PROTOCOL,
  type RoomFrame,
  type ServerFrame,
} from "./frames.ts";
import { type Draft, type Entry, Journal } from "./journal.ts";
import { Memory } from "./memory.ts";
import type { RoomStub } from "./rooms.ts";
import { endOf, isRevoked, type Revocation, type SocketFacts, Sockets } from "./sockets.ts";
import { draftOf, LISTENER, readFrame, sayingOf, textOf, type Writer } from "./speech.ts";
import { Subscriptions } from "./subscriptions.ts";
import {
  ADMISSION_HEADER,
  type Admission,
  type Published,
  type ReadMark,
  type Saying,
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
  readonly #commits: Commits;
  /** Null in a room that follows no others. */
  readonly #subscriptions: Subscriptions | null;
  #opened: Journal | null = null;
  /** When the real alarm is set for; null unknown or none. */
  #armedFor: number | null = null;
  /** When the first credential of a socket runs out; undefined until somebody looked. */
  #nextExpiry: number | null | undefined;

  constructor(
    state: DurableObjectState,
    tenant: Tenant,
    clock: () => number = Date.now,
    objects: Objects = () => null,
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
      (entry, caller) => this.#feed.show(entry, caller),
      (inbox) => this.unfollow(inbox),
    );
    this.#company = new Company(state.storage.sql, this.#sockets, this.#followers);
    this.#commits = new Commits(state.storage, (pending) => this.#store(pending));
    const enter = tenant.enter?.bind(tenant);
    this.#subscriptions = enter ? new Subscriptions(state, this.#sockets, objects, enter, name, clock) : null;
  }

  get #journal(): Journal {
    this.#opened ??= new Journal(this.#state.storage.sql);
    return this.#opened;
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
    const resumed = native && admission.since !== null;
    const recovered = admission.since === null || this.#journal.covers(admission.epoch, admission.since);
    const facts: SocketFacts = {
      dialect: native ? PROTOCOL : "documented",
      caller,
      faults: 0,
      catchingUp: resumed && recovered ? admission.since : null,
      admittedAt: admission.admittedAt,
      ...(admission.readOnly ? { readOnly: true } : {}),
      until: admission.until,
    };
    const company = this.#tenant.social ? this.#company.present() : null;
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
    if (company) this.#welcome(server, native, company);
    this.#nextExpiry = undefined;
    this.#arm();
    const headers = new Headers(admission.protocol ? { "Sec-WebSocket-Protocol": admission.protocol } : {});
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  async message(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    // Whom we closed may still send until it answers the close, and one that means harm never does.
    if (socket.readyState !== WebSocket.OPEN) return;
    const now = this.#clock();
    const facts = this.#sockets.facts(socket);
    const { caller, dialect, readOnly } = facts;
    if (!this.#sockets.withinRate(socket, now)) return this.#sockets.close(socket, CLOSE.tooFast, "too fast");
    if (endOf(facts) <= now) return this.#sockets.close(socket, CLOSE.unauthenticated, "expired");
    const text = textOf(data);
    if (typeof text !== "string") return this.#sockets.complain(socket, text);
    const writer = { caller, readOnly };
    if (dialect === PROTOCOL) await this.#nativeFrame(socket, writer, text);
    else await this.#documentedFrame(socket, writer, text);
  }

  /** A client leaves. */
  closed(socket: WebSocket, code: number, reason: string): void {
    this.#subscriptions?.closed(socket);
    this.#sockets.answerClose(socket, code, reason);
    if (this.#tenant.social) this.#company.announce(this.#withLeaver(socket));
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
    if (this.#tenant.social) this.#company.clear();
    this.#memory.know(room);
    this.#memory.retire();
    this.#arm();
  }

  erase(author: number): void {
    this.#journal.erase(author);
    if (this.#tenant.social) this.#company.forget(author);
  }

  empty(refs: readonly string[]): void {
    this.#journal.empty(refs);
  }

  revoke(revocation: Revocation, code: number, reason: string): number {
    this.#memory.revoke(revocation);
    const company = this.#company.present();
    const closed = this.#sockets.closeRevoked(revocation, code, reason);
    this.#followers.drop(
      this.#followers.all().filter((follower) => isRevoked(follower, revocation)),
      code,
    );
    if (this.#tenant.social) this.#company.announce(company);
    this.#arm();
    return closed;
  }

  /** Copies everything to D1 now. */
  async flush(room: string): Promise<boolean> {
    if (this.#journal.head === 0) return true;
    this.#memory.know(room);
    const done = await this.#archiver.flush(this.#journal, room, () => this.#journal.epoch, this.#present());
    this.#arm();
    return done;
  }

  latest(limit: number): { epoch: string; entries: Entry[]; reads: ReadMark[] } {
    const reads = this.#tenant.social ? this.#company.reads() : [];
    return { epoch: this.#journal.epoch, entries: this.#journal.latest(limit), reads };
  }

  schedule(room: string, at: number): void {
    this.#memory.know(room);
    this.#bell.set(at);
    this.#arm();
  }

  follow(room: string, follower: Follower, epoch: string | null, since: number | null): Followed | null {
    if (this.#memory.revocationOf(follower) || this.#memory.isRetired) return null;
    this.#memory.know(room);
    const company = this.#company.present();
    this.#followers.add(follower);
    if (this.#tenant.social) this.#company.announce(company);
    const { head } = this.#journal;
    return {
      epoch: this.#journal.epoch,
      head,
      recovered: since === null || this.#journal.covers(epoch, since),
      present: this.#tenant.social ? this.#company.present() : null,
      reads: this.#tenant.social ? this.#company.reads() : [],
    };
  }

  unfollow(inbox: string): void {
    const company = this.#company.present();
    if (this.#followers.remove(inbox) && this.#tenant.social) this.#company.announce(company);
  }

  read(inbox: string, epoch: string, since: number): Entry[] | null {
    const follower = this.#followers.get(inbox);
    if (!follower || !this.#journal.covers(epoch, since)) return null;
    return this.#journal.after(since, LIMITS.page).map((entry) => this.#feed.show(entry, follower.caller));
  }

  async take(inbox: string, frame: RoomFrame): Promise<Taken> {
    const follower = this.#followers.get(inbox);
    if (!follower) return { ok: false, ...fault("forbidden", "Subscribe to the room first.") };
    const { head: seq } = this.#journal;
    if (frame.t === "typing" || frame.t === "read") {
      const refused = this.#gesture(follower, frame);
      return refused ? { ok: false, ...refused } : { ok: true, seq, at: this.#clock() };
    }
    const draft = draftOf(this.#tenant, follower, sayingOf(frame), frame.ref);
    if ("code" in draft) return { ok: false, ...draft };
    const stored: Entry[] = [];
    await this.#commits.add({ draft, stored: (entry) => void stored.push(entry) });
    const [entry] = stored;
    if (!entry) return { ok: false, ...fault("unavailable", "Send it again later.") };
    return { ok: true, seq: entry.seq, at: entry.at };
  }

  relay(room: string, epoch: string, entries: readonly Entry[], head: number): boolean {
    return this.#subscriptions?.relay(room, epoch, entries, head) ?? false;
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
    const alarm = await this.#state.storage.getAlarm();
    this.#armedFor = alarm !== null && alarm > this.#clock() ? alarm : null;
    this.#arm();
  }

  /** Everything that is due. Never throws: the platform gives up on an alarm that fails seven times. */
  async alarm(): Promise<void> {
    this.#armedFor = null;
    try {
      // First: D1 may take its time, and nobody's credential waits for it.
      this.#nextExpiry = this.#sockets.closeExpired(this.#clock());
      this.#feed.resume();
      await this.#bell.ring();
      const { name } = this.#memory;
      await this.#archiver.run(this.#journal, name, () => this.#journal.epoch, this.#present());
      await this.#archiveReads();
      this.#nudge();
      this.#journal.prune(this.#clock());
      if (this.#isSpent()) return await this.#vanish();
    } catch (error) {
      log("error", "room.alarm", { room: this.#memory.name }, error);
    }
    this.#arm();
  }

  async #nativeFrame(socket: WebSocket, writer: Writer, data: string): Promise<void> {
    const frame = readFrame(data);
    if ("fault" in frame) return this.#sockets.complain(socket, frame.fault, frame.ref);
    switch (frame.t) {
      case "say":
      case "points":
      case "read":
      case "typing":
        if (frame.room !== undefined) return this.#passOn(socket, frame, frame.room);
        if (frame.t === "say" || frame.t === "points")
          return this.#say(socket, writer, sayingOf(frame), frame.ref);
        return this.#answerGesture(socket, this.#gesture(writer, frame));
      case "subscribe":
        if (!this.#subscriptions) return this.#sockets.complain(socket, NO_SUBSCRIPTIONS);
        this.#sockets.forgive(socket);
        return this.#subscriptions.join(socket, frame);
      case "unsubscribe":
        if (!this.#subscriptions) return this.#sockets.complain(socket, NO_SUBSCRIPTIONS);
        this.#sockets.forgive(socket);
        return this.#subscriptions.leave(socket, frame.room);
      case "auth":
        return this.#renew(socket, frame.token);
      case "ping":
        this.#sockets.forgive(socket);
        return this.#sockets.send(socket, encode({ t: "pong" }));
      default:
        return frame satisfies never;
    }
  }

  /** A frame for a room that this socket follows. */
  async #passOn(socket: WebSocket, frame: RoomFrame, room: string): Promise<void> {
    const ref = "ref" in frame ? frame.ref : undefined;
    if (!this.#subscriptions) return this.#sockets.complain(socket, NO_SUBSCRIPTIONS, ref);
    const taken = await this.#subscriptions.pass(socket, frame, room);
    if (!taken.ok) {
      const { code, detail } = taken;
      // What fails here is no fault of theirs.
      if (code !== "unavailable") return this.#sockets.complain(socket, { code, detail }, ref, room);
      const named = ref === undefined ? {} : { ref };
      return this.#sockets.send(socket, encode({ t: "error", room, ...named, code, detail }));
    }
    this.#sockets.forgive(socket);
    if (ref !== undefined)
      this.#sockets.send(socket, encode({ t: "ack", room, ref, seq: taken.seq, at: isoTime(taken.at) }));
  }

  #documentedFrame(socket: WebSocket, writer: Writer, data: string): Promise<void> | void {
    const saying = this.#tenant.fromDocumented(data);
    if (!saying) return;
    if ("code" in saying) return this.#sockets.complain(socket, saying);
    return this.#say(socket, writer, saying, null);
  }

  async #say(socket: WebSocket, writer: Writer, saying: Saying, ref: string | null): Promise<void> {
    const draft = draftOf(this.#tenant, writer, saying, ref);
    if ("code" in draft) return this.#sockets.complain(socket, draft, ref ?? undefined);
    this.#sockets.forgive(socket);
    await this.#commits.add({ draft, stored: (entry) => this.#confirm(socket, entry) });
  }

  /** What is shown and not said: typing, and how far somebody has read. */
  #gesture({ caller, readOnly }: Writer, frame: Extract<RoomFrame, { t: "read" | "typing" }>): Fault | null {
    if (!this.#tenant.social) return fault("bad_frame", "This room knows no such thing.");
    if (!caller || readOnly) return LISTENER;
    if (frame.t === "typing") this.#company.typing(caller.userId);
    else {
      this.#company.read(caller.userId, Math.min(frame.seq, this.#journal.head));
      this.#arm();
    }
    return null;
  }

  #answerGesture(socket: WebSocket, refusal: Fault | null): void {
    if (refusal) this.#sockets.complain(socket, refusal);
    else this.#sockets.forgive(socket);
  }

  /** Tells the author that it is stored. */
  #confirm(socket: WebSocket, entry: Entry): void {
    const { dialect } = this.#sockets.facts(socket);
    if (dialect !== PROTOCOL) {
      const words = this.#tenant.confirm?.(entry);
      if (words !== undefined) this.#sockets.send(socket, words);
    } else if (entry.ref !== null) {
      const { ref, seq, at } = entry;
      this.#sockets.send(socket, encode({ t: "ack", ref, seq, at: isoTime(at) }));
    }
  }

  /** A newcomer hears who is here and how far they have read; the others hear of the newcomer. */
  #welcome(socket: WebSocket, native: boolean, before: readonly number[]): void {
    const present = this.#company.present();
    this.#company.announce(before);
    if (!native) return;
    if (present.length === before.length)
      this.#sockets.send(socket, encode({ t: "presence", users: present }));
    for (const { userId: by, seq } of this.#company.reads())
      this.#sockets.send(socket, encode({ t: "read", by, seq }));
  }

  /** Who was here while this socket was. */
  #withLeaver(socket: WebSocket): number[] {
    const leaver = this.#sockets.facts(socket).caller?.userId;
    const present = this.#company.present();
    return leaver === undefined || present.includes(leaver) ? present : [...present, leaver];
  }

  #present(): ReadonlySet<number> {
    return new Set(this.#company.present());
  }

  async #archiveReads(): Promise<void> {
    if (!this.#tenant.social || !this.#tenant.archiveReads) return;
    const reads = this.#company.unarchived();
    if (reads.length === 0) return;
    try {
      await this.#tenant.archiveReads(this.#memory.name, reads);
      this.#company.markArchived(reads);
    } catch (error) {
      log("warn", "room.archiveReads", { room: this.#memory.name }, error);
    }
  }

  /** Nobody waits for it; what fails is tried again. */
  #nudge(): void {
    this.#state.waitUntil(this.#followers.nudge().then(() => this.#followers.owes && this.#arm()));
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
    this.#arm();
    return appended;
  }

  async #renew(socket: WebSocket, token: string): Promise<void> {
    let caller: Caller | null;
    try {
      caller = await this.#tenant.authenticate(token);
    } catch (error) {
      log("warn", "room.renew", { room: this.#memory.name }, error);
      return this.#sockets.send(
        socket,
        encode({ t: "error", ...fault("unavailable", "Send it again later.") }),
      );
    }
    // A socket keeps its person: rights were decided for that one.
    const userId = this.#sockets.facts(socket).caller?.userId;
    if (!caller || caller.userId !== userId || this.#memory.revocationOf({ caller })) {
      return this.#sockets.close(socket, CLOSE.unauthenticated, "not accepted");
    }
    this.#sockets.update(socket, { ...this.#sockets.facts(socket), caller, faults: 0 });
    this.#nextExpiry = undefined;
    this.#arm();
  }

  /** Sets the one real alarm to the earliest thing due. Joins the transaction of the write before it. */
  #arm(): void {
    const now = this.#clock();
    const due: number[] = [];
    const archiveAt = this.#archiver.due(this.#journal, now);
    if (archiveAt !== null) due.push(archiveAt);
    const ringAt = this.#memory.dueAt;
    if (ringAt !== null) due.push(Math.max(now, ringAt));
    if (this.#tenant.archiveReads && this.#company.hasNews) due.push(now + ARCHIVE.pause);
    if (this.#journal.head === 0) due.push(...this.#memory.ends());
    if (this.#feed.busy) due.push(now + ARCHIVE.pause);
    if (this.#followers.owes) due.push(now + NUDGE_AGAIN);
    if (this.#nextExpiry === undefined) this.#nextExpiry = this.#sockets.closeExpired(now);
    if (this.#nextExpiry !== null) due.push(Math.max(now, this.#nextExpiry));
    if (due.length === 0) return;
    const next = Math.min(...due);
    if (this.#armedFor !== null && this.#armedFor <= next && this.#armedFor > now - OVERDUE) return;
    this.#armedFor = next;
    void this.#state.storage.setAlarm(next);
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
    this.#company.forgetAll();
    await Promise.all(gone);
  }
}

/** An armed alarm this long past has been lost. */
const OVERDUE = 5_000;

/** Followers that could not be told are told again after this long. Milliseconds. */
const NUDGE_AGAIN = 10_000;

const NO_SUBSCRIPTIONS = fault("bad_frame", "Other rooms are followed from /ws/me/.");
