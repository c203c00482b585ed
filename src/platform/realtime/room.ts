/** The engine of every room: journal, sockets, fan-out, archive and clock in one piece. A room adds only its tenant. */

import * as v from "valibot";
import type { Caller } from "../http/caller.ts";
import { isDeeper } from "../json.ts";
import { log } from "../log.ts";
import { isoTime } from "../time.ts";
import { ARCHIVE, type ArchiveState, archiveDue } from "./archive.ts";
import { Feed } from "./feed.ts";
import { CLOSE, ClientFrame, encode, type Fault, fault, LIMITS, PROTOCOL } from "./frames.ts";
import { type Draft, type Entry, Journal } from "./journal.ts";
import { isRevoked, type Revocation, type SocketFacts, Sockets } from "./sockets.ts";

/** What a room is about: its rules, its documented frames and where its entries are archived. */
export interface Tenant {
  /** Kinds a client may `say`, each with the schema of its body. */
  readonly says: Readonly<Record<string, v.GenericSchema<unknown, Record<string, unknown>>>>;
  /** Whether this caller may write; null for yes. */
  mayWrite(caller: Caller | null): Fault | null;
  /** A frame of the documented dialect as an entry of one of the kinds above. */
  fromDocumented(text: string): { kind: string; body: unknown } | Fault;
  /** An entry as the documented dialect shows it; null for one that it does not know. */
  toDocumented(entry: Entry): string | null;
  /** Frames for a documented socket that has just opened. */
  greet?(journal: Journal): string[];
  /** Copies entries to D1. Must stand being called twice with the same ones. */
  archive(room: string, epoch: string, entries: readonly Entry[]): Promise<void>;
  /** Checks a token that renews a socket; null when it is no good. */
  authenticate(token: string): Promise<Caller | null>;
}

/** What the Worker tells a room about a socket it lets in. */
export interface Admission {
  readonly room: string;
  readonly caller: Caller | null;
  readonly native: boolean;
  /** Sub-protocol to echo. */
  readonly protocol: string | null;
  readonly epoch: string | null;
  readonly since: number | null;
}

/** Header from the Worker to the object. An object is reachable only through its Worker, so no client can forge it. */
export const ADMISSION_HEADER = "x-caravan-admission";

export interface Published {
  /** 0 when the room is gone: nothing was stored. */
  readonly seq: number;
  readonly epoch: string;
}

/** What every room object can be asked by the Worker and by other objects. */
export interface RoomObject extends Rpc.DurableObjectBranded {
  /** Stores an entry of the system; the same `ref` twice is stored and sent once. */
  publish(room: string, draft: Omit<Draft, "author">): Promise<Published>;
  /** Says a last word, closes every socket with 4004 and forgets everything; for a while nobody gets in. */
  retire(room: string, draft: Omit<Draft, "author">): Promise<void>;
  /** Closes the sockets that a revocation means. */
  revoke(revocation: Revocation, code: number, reason: string): Promise<number>;
  /** Takes the words of a deleted account out of the journal. */
  erase(author: number): Promise<void>;
  /** Re-arms an alarm that was lost: the second net of the archive. */
  wake(room: string): Promise<void>;
  fetch(request: Request): Promise<Response>;
}

/** For this long a room remembers whom it closed, so that a handshake under way does not slip in behind. */
const REVOCATION_MEMORY = 60_000;
/** For this long a room knows that it was retired: longer than a gate may trust what it read, and a notice be late. */
const GRAVE = 3600_000;

interface Remembered {
  readonly revocation: Revocation;
  /** Epoch ms. */
  readonly until: number;
}

interface Pending {
  readonly socket: WebSocket | null;
  readonly draft: Draft;
}

export class Room {
  readonly #state: DurableObjectState;
  readonly #tenant: Tenant;
  readonly #clock: () => number;
  readonly #sockets: Sockets;
  readonly #feed: Feed;
  #opened: Journal | null = null;
  #pending: Pending[] = [];
  #committing = false;
  #archive: ArchiveState = { lastAt: 0, failures: 0 };
  #archiving = false;
  /** When the real alarm is set for; null unknown or none. */
  #armedFor: number | null = null;
  /** When the first credential of a socket runs out; undefined until somebody looked. */
  #nextExpiry: number | null | undefined;

  constructor(state: DurableObjectState, tenant: Tenant, clock: () => number = Date.now) {
    this.#state = state;
    this.#tenant = tenant;
    this.#clock = clock;
    this.#sockets = new Sockets(state);
    this.#feed = new Feed(
      state,
      this.#sockets,
      () => this.#journal,
      (entry) => tenant.toDocumented(entry),
    );
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
    if (this.#isRecentlyRevoked(caller)) return new Response(null, { status: 401 });
    if (this.#isRetired()) return new Response(null, { status: 404 });
    this.#know(admission.room);
    const resumed = native && admission.since !== null;
    const recovered = admission.since === null || this.#journal.covers(admission.epoch, admission.since);
    const facts: SocketFacts = {
      dialect: native ? PROTOCOL : "documented",
      caller,
      faults: 0,
      catchingUp: resumed && recovered ? admission.since : null,
    };
    const { client, server } = this.#sockets.accept(facts);
    if (native) {
      const ttl = caller ? Math.max(0, Math.floor((caller.expiresAt - this.#clock()) / 1000)) : null;
      const { epoch, head: seq } = this.#journal;
      this.#sockets.send(server, encode({ t: "welcome", epoch, seq, ttl, recovered, limits: LIMITS }));
      if (facts.catchingUp !== null) this.#feed.catchUp(server);
    } else {
      for (const frame of this.#tenant.greet?.(this.#journal) ?? []) this.#sockets.send(server, frame);
    }
    this.#nextExpiry = undefined;
    this.#arm();
    const headers = new Headers(admission.protocol ? { "Sec-WebSocket-Protocol": admission.protocol } : {});
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  async message(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    // Whom we closed may still send until it answers the close, and one that means harm never does.
    if (socket.readyState !== WebSocket.OPEN) return;
    const now = this.#clock();
    const { caller, dialect } = this.#sockets.facts(socket);
    if (!this.#sockets.withinRate(socket, now)) return this.#sockets.close(socket, CLOSE.tooFast, "too fast");
    if (caller && caller.expiresAt <= now)
      return this.#sockets.close(socket, CLOSE.unauthenticated, "expired");
    if (typeof data !== "string")
      return this.#sockets.complain(socket, fault("bad_frame", "Text frames only."));
    if (data.length > LIMITS.frame || new TextEncoder().encode(data).byteLength > LIMITS.frame) {
      return this.#sockets.complain(
        socket,
        fault("too_large", `A frame takes at most ${LIMITS.frame} bytes.`),
      );
    }
    if (dialect === PROTOCOL) await this.#nativeFrame(socket, caller, data);
    else await this.#documentedFrame(socket, caller, data);
  }

  /** A client leaves. */
  closed(socket: WebSocket, code: number, reason: string): void {
    this.#sockets.answerClose(socket, code, reason);
  }

  /** Stores a system entry and sends it to everybody. */
  publish(room: string, draft: Omit<Draft, "author">): Published {
    if (this.#isRetired()) return { seq: 0, epoch: this.#journal.epoch };
    this.#know(room);
    const [appended] = this.#store([{ socket: null, draft: { ...draft, author: 0 } }]);
    return { seq: appended?.entry.seq ?? this.#journal.head, epoch: this.#journal.epoch };
  }

  /** One piece, without a pause in it: nothing can be stored between the last word and the end. */
  retire(room: string, draft: Omit<Draft, "author">): void {
    this.publish(room, draft);
    this.#pending = [];
    this.#sockets.closeAll(CLOSE.gone, "gone");
    this.#journal.reset();
    this.#know(room);
    this.#journal.setFact("retiredUntil", String(this.#clock() + GRAVE));
    this.#arm();
  }

  erase(author: number): void {
    this.#journal.erase(author);
  }

  revoke(revocation: Revocation, code: number, reason: string): number {
    const until = this.#clock() + REVOCATION_MEMORY;
    const remembered: Remembered[] = [...this.#revocations(), { revocation, until }];
    this.#journal.setFact("revocations", JSON.stringify(remembered));
    this.#arm();
    return this.#sockets.closeRevoked(revocation, code, reason);
  }

  /** Goes on with what a crash, a move or a lost alarm left undone. */
  async wake(room: string): Promise<void> {
    if (this.#isSpent()) return this.#vanish();
    this.#know(room);
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
      await this.#archiveBatch();
      this.#journal.prune(this.#clock());
      if (this.#isSpent()) return await this.#vanish();
    } catch (error) {
      log("error", "room.alarm", { room: this.#name() }, error);
    }
    this.#arm();
  }

  async #nativeFrame(socket: WebSocket, caller: Caller | null, data: string): Promise<void> {
    const frame = parseJson(data);
    const parsed = v.safeParse(ClientFrame, frame);
    const ref = refOf(frame);
    if (!parsed.success)
      return this.#sockets.complain(socket, fault("bad_frame", explain(parsed.issues)), ref);
    switch (parsed.output.t) {
      case "say":
        return this.#say(socket, caller, parsed.output.kind, parsed.output.body, parsed.output.ref);
      case "auth":
        return this.#renew(socket, parsed.output.token);
      case "ping":
        this.#sockets.forgive(socket);
        return this.#sockets.send(socket, encode({ t: "pong" }));
      default:
        return parsed.output satisfies never;
    }
  }

  #documentedFrame(socket: WebSocket, caller: Caller | null, data: string): Promise<void> | void {
    const intent = this.#tenant.fromDocumented(data);
    if ("code" in intent) return this.#sockets.complain(socket, intent);
    return this.#say(socket, caller, intent.kind, intent.body, null);
  }

  async #say(
    socket: WebSocket,
    caller: Caller | null,
    kind: string,
    body: unknown,
    ref: string | null,
  ): Promise<void> {
    const named = ref ?? undefined;
    const refusal = this.#tenant.mayWrite(caller);
    if (refusal) return this.#sockets.complain(socket, refusal, named);
    const schema = Object.hasOwn(this.#tenant.says, kind) ? this.#tenant.says[kind] : undefined;
    if (!schema)
      return this.#sockets.complain(socket, fault("bad_frame", "This room does not take that kind."), named);
    // The archive reads its batches with SQLite's JSON: one entry that it can't read would hold up all after it.
    if (isDeeper(body))
      return this.#sockets.complain(socket, fault("bad_frame", "Nested too deeply."), named);
    const parsed = v.safeParse(schema, body);
    if (!parsed.success)
      return this.#sockets.complain(socket, fault("bad_frame", explain(parsed.issues)), named);
    this.#sockets.forgive(socket);
    this.#pending.push({ socket, draft: { author: caller?.userId ?? 0, ref, kind, body: parsed.output } });
    await this.#commit();
  }

  /**
   * Group commit: while one transaction is being made durable, what arrives waits and becomes the next one.
   * A lone frame waits for nothing.
   */
  async #commit(): Promise<void> {
    if (this.#committing) return;
    this.#committing = true;
    try {
      while (this.#pending.length > 0) {
        this.#store(this.#pending.splice(0));
        await this.#state.storage.sync();
      }
    } finally {
      this.#committing = false;
    }
  }

  /** Persist, then acknowledge, then fan out: what is sent here leaves when the insert is durable. */
  #store(pending: readonly Pending[]) {
    const journal = this.#journal;
    const drafts = pending.map(({ draft }) => draft);
    const appended = this.#state.storage.transactionSync(() => journal.append(drafts, this.#clock()));
    for (const [index, { entry }] of appended.entries()) {
      const socket = pending[index]?.socket;
      if (!socket || entry.ref === null || this.#sockets.facts(socket).dialect !== PROTOCOL) continue;
      this.#sockets.send(socket, encode({ t: "ack", ref: entry.ref, seq: entry.seq, at: isoTime(entry.at) }));
    }
    this.#feed.send(appended.filter(({ repeated }) => !repeated).map(({ entry }) => entry));
    this.#arm();
    return appended;
  }

  async #renew(socket: WebSocket, token: string): Promise<void> {
    let caller: Caller | null;
    try {
      caller = await this.#tenant.authenticate(token);
    } catch (error) {
      log("warn", "room.renew", { room: this.#name() }, error);
      return this.#sockets.send(
        socket,
        encode({ t: "error", ...fault("unavailable", "Send it again later.") }),
      );
    }
    // A socket keeps its person: rights were decided for that one.
    const userId = this.#sockets.facts(socket).caller?.userId;
    if (!caller || caller.userId !== userId || this.#isRecentlyRevoked(caller)) {
      return this.#sockets.close(socket, CLOSE.unauthenticated, "not accepted");
    }
    this.#sockets.update(socket, { ...this.#sockets.facts(socket), caller, faults: 0 });
    this.#nextExpiry = undefined;
    this.#arm();
  }

  async #archiveBatch(): Promise<void> {
    if (this.#archiving) return;
    const entries = this.#journal.unarchived(ARCHIVE.rows, ARCHIVE.characters);
    const last = entries.at(-1);
    if (!last) return;
    if (archiveDue(this.#archive, this.#clock()) > this.#clock()) return;
    this.#archiving = true;
    const { epoch } = this.#journal;
    try {
      await this.#tenant.archive(this.#name(), epoch, entries);
      // A room that was retired meanwhile has begun anew: its positions are not these.
      if (this.#journal.epoch === epoch) this.#journal.markArchived(last.seq);
      this.#archive = { lastAt: this.#clock(), failures: 0 };
    } catch (error) {
      this.#archive = { lastAt: this.#clock(), failures: this.#archive.failures + 1 };
      log("warn", "room.archive", { room: this.#name(), failures: this.#archive.failures }, error);
    } finally {
      this.#archiving = false;
    }
  }

  /** Sets the one real alarm to the earliest thing due. Joins the transaction of the write before it. */
  #arm(): void {
    const now = this.#clock();
    const due: number[] = [];
    const { head, archived } = this.#journal;
    // A batch under way arms for the next one when it ends.
    if (archived < head && !this.#archiving) due.push(archiveDue(this.#archive, now));
    if (head === 0) due.push(...this.#memories());
    if (this.#feed.busy) due.push(now + ARCHIVE.pause);
    if (this.#nextExpiry === undefined) this.#nextExpiry = this.#sockets.closeExpired(now);
    if (this.#nextExpiry !== null) due.push(Math.max(now, this.#nextExpiry));
    if (due.length === 0) return;
    const next = Math.min(...due);
    if (this.#armedFor !== null && this.#armedFor <= next && this.#armedFor > now - OVERDUE) return;
    this.#armedFor = next;
    void this.#state.storage.setAlarm(next);
  }

  #isRecentlyRevoked(caller: Caller | null): boolean {
    return caller !== null && this.#revocations().some(({ revocation }) => isRevoked(caller, revocation));
  }

  #revocations(): Remembered[] {
    const remembered = JSON.parse(this.#journal.fact("revocations") ?? "[]") as Remembered[];
    return remembered.filter(({ until }) => until > this.#clock());
  }

  #isRetired(): boolean {
    return Number(this.#journal.fact("retiredUntil") ?? 0) > this.#clock();
  }

  /** When what an empty room still remembers ends, epoch ms. */
  #memories(): number[] {
    const ends = [
      Number(this.#journal.fact("retiredUntil") ?? 0),
      ...this.#revocations().map(({ until }) => until),
    ];
    return ends.filter((end) => end > this.#clock());
  }

  /** Nothing was ever said here, or it is retired; nobody is here, and nothing is left to remember. */
  #isSpent(): boolean {
    return this.#journal.head === 0 && this.#sockets.open().length === 0 && this.#memories().length === 0;
  }

  /** An object without storage costs nothing and is soon gone itself. */
  async #vanish(): Promise<void> {
    const { storage } = this.#state;
    const gone = [storage.deleteAlarm(), storage.deleteAll()];
    this.#opened = null;
    await Promise.all(gone);
  }

  /** The object learns its own name from whoever calls it first, and keeps it for its alarms. */
  #know(room: string): void {
    if (this.#name() !== room) this.#journal.setFact("room", room);
  }

  #name(): string {
    return this.#journal.fact("room") ?? "";
  }
}

/** An armed alarm this long past has been lost. */
const OVERDUE = 5_000;

function parseJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

function refOf(frame: unknown): string | undefined {
  if (typeof frame !== "object" || frame === null || !("ref" in frame)) return undefined;
  return typeof frame.ref === "string" ? frame.ref.slice(0, 64) : undefined;
}

function explain(issues: readonly v.BaseIssue<unknown>[]): string {
  const [issue] = issues;
  if (!issue) return "The frame could not be read.";
  const path = issue.path?.map((step) => String(step.key)).join(".");
  return path ? `${path}: ${issue.message}` : issue.message;
}
