/** The engine of every room: accepts, decodes, stores, acknowledges, sends on. A room adds only its tenant. */
import * as v from "valibot";
import type { Caller } from "../http/caller.ts";
import { isDeeper } from "../json.ts";
import { log } from "../log.ts";
import { isoTime } from "../time.ts";
import { ARCHIVE, Archiver } from "./archive.ts";
import { Feed } from "./feed.ts";
import { CLOSE, ClientFrame, encode, fault, LIMITS, PROTOCOL } from "./frames.ts";
import { type Draft, Journal } from "./journal.ts";
import { Memory } from "./memory.ts";
import { type Revocation, type SocketFacts, Sockets } from "./sockets.ts";
import { ADMISSION_HEADER, type Admission, type Published, type Tenant } from "./tenant.ts";

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
  readonly #memory: Memory;
  readonly #archiver: Archiver;
  #opened: Journal | null = null;
  #pending: Pending[] = [];
  #committing = false;
  /** When the real alarm is set for; null unknown or none. */
  #armedFor: number | null = null;
  /** When the first credential of a socket runs out; undefined until somebody looked. */
  #nextExpiry: number | null | undefined;

  constructor(state: DurableObjectState, tenant: Tenant, clock: () => number = Date.now) {
    this.#state = state;
    this.#tenant = tenant;
    this.#clock = clock;
    this.#sockets = new Sockets(state);
    this.#memory = new Memory(() => this.#journal, clock);
    this.#archiver = new Archiver(tenant, clock);
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
    if (this.#memory.isRevoked(caller)) return new Response(null, { status: 401 });
    if (this.#memory.isRetired) return new Response(null, { status: 404 });
    this.#memory.know(admission.room);
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
    if (this.#memory.isRetired) return { seq: 0, epoch: this.#journal.epoch };
    this.#memory.know(room);
    const [appended] = this.#store([{ socket: null, draft: { ...draft, author: 0 } }]);
    return { seq: appended?.entry.seq ?? this.#journal.head, epoch: this.#journal.epoch };
  }

  /** One piece, without a pause in it: nothing can be stored between the last word and the end. */
  retire(room: string, draft: Omit<Draft, "author">): void {
    this.publish(room, draft);
    this.#pending = [];
    this.#sockets.closeAll(CLOSE.gone, "gone");
    this.#journal.reset();
    this.#memory.know(room);
    this.#memory.retire();
    this.#arm();
  }

  erase(author: number): void {
    this.#journal.erase(author);
  }

  revoke(revocation: Revocation, code: number, reason: string): number {
    this.#memory.revoke(revocation);
    this.#arm();
    return this.#sockets.closeRevoked(revocation, code, reason);
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
      await this.#archiver.run(this.#journal, this.#memory.name, () => this.#journal.epoch);
      this.#journal.prune(this.#clock());
      if (this.#isSpent()) return await this.#vanish();
    } catch (error) {
      log("error", "room.alarm", { room: this.#memory.name }, error);
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
      log("warn", "room.renew", { room: this.#memory.name }, error);
      return this.#sockets.send(
        socket,
        encode({ t: "error", ...fault("unavailable", "Send it again later.") }),
      );
    }
    // A socket keeps its person: rights were decided for that one.
    const userId = this.#sockets.facts(socket).caller?.userId;
    if (!caller || caller.userId !== userId || this.#memory.isRevoked(caller)) {
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
    if (this.#journal.head === 0) due.push(...this.#memory.ends());
    if (this.#feed.busy) due.push(now + ARCHIVE.pause);
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
    return this.#journal.head === 0 && this.#sockets.open().length === 0 && this.#memory.ends().length === 0;
  }

  /** An object without storage costs nothing and is soon gone itself. */
  async #vanish(): Promise<void> {
    const { storage } = this.#state;
    const gone = [storage.deleteAlarm(), storage.deleteAll()];
    this.#opened = null;
    await Promise.all(gone);
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
