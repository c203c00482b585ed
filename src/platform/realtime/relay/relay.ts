/**
 * A relay: an object that holds some of the sockets of a room, sends them what the room stores, and passes on what they
 * say. Clients see no difference. It stores nothing: its position in the room's log is in the attachments of a few of its
 * sockets, which live as long as they do; what else it knows it asks the room for when it begins again.
 */
import { log } from "../../log.ts";
import type { ShownValue } from "../fanout/latest.ts";
import type { RelayedHandler } from "../handler.ts";
import { admissionOf, openSocket } from "../handshake/open-socket.ts";
import { AlarmScheduler } from "../log/alarms.ts";
import { ARCHIVE } from "../log/archive/archive.ts";
import type { Draft } from "../log/entry.ts";
import type { EntranceFacts } from "../log/state.ts";
import type { Revocation } from "../rights/revocation.ts";
import type { RoomStub } from "../rpc.ts";
import { credentialEnd, endOf } from "../socket/attachment.ts";
import { closeIfOver, refreshCredential } from "../socket/credential.ts";
import { decide } from "../socket/decide-frame.ts";
import { encode, LATER } from "../socket/frames.ts";
import { Attachment } from "./attachment.ts";
import { RelayParts, type RelaySurroundings } from "./parts.ts";
import { RelayedRoom } from "./relayed-room.ts";
import { Replies } from "./replies.ts";
import { type Push, parseRelayName, type RelayMethods, type RelayReport } from "./rpc.ts";

export class Relay implements RelayMethods {
  readonly #parts: RelayParts;
  readonly #room: RelayedRoom;
  readonly #attachment: Attachment;
  readonly #replies: Replies;
  readonly #alarms: AlarmScheduler;
  /** When the first credential of a socket expires, epoch ms; infinity for never, undefined until it was computed. */
  #nextExpiry: number | undefined;

  constructor(
    state: DurableObjectState,
    handler: RelayedHandler,
    object: () => RoomStub | null,
    surroundings: RelaySurroundings,
  ) {
    this.#room = new RelayedRoom(parseRelayName(state.id.name ?? "").number, object);
    this.#parts = new RelayParts(state, handler, this.#room, surroundings);
    this.#attachment = new Attachment(this.#parts, this.#room);
    this.#replies = new Replies(this.#parts);
    this.#alarms = new AlarmScheduler(state.storage, this.#parts.clock, (now) => this.#due(now));
    void this.#alarms.recall();
  }

  /** Lets in a socket that the Worker has admitted, once the room knows this relay. */
  async connect(request: Request): Promise<Response> {
    const opened = await this.#attachment.during(async (isGone) => {
      if (isGone) return new Response(null, { status: 404 });
      const { epoch = null, since = null } = admissionOf(request) ?? {};
      if (since !== null) await this.#attachment.reach(epoch, since);
      return openSocket(this.#parts, { rearm: () => this.#rearm() }, request);
    });
    this.#attachment.carry();
    return opened;
  }

  /** Carries out what a frame asks for, or answers what is wrong with it. */
  async message(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const { connections, handler } = this.#parts;
    if (socket.readyState !== WebSocket.OPEN || closeIfOver(this.#parts, socket)) return;
    const decision = decide(handler, connections.facts(socket), data);
    switch (decision.do) {
      case "reject":
        return connections.reportFault(socket, decision.fault, decision.ref);
      case "append":
        return this.#append(socket, decision.draft);
      case "refresh":
        if (await refreshCredential(this.#parts, socket, decision.token)) this.#rearm();
        return;
      case "pong":
        connections.resetFaults(socket);
        return connections.send(socket, encode({ t: "pong" }));
      // The rest is for rooms that are social, or inboxes: `decide` has rejected it.
      case "ignore":
      case "indicate":
      case "forward":
      case "subscribe":
      case "unsubscribe":
        return;
      default:
        return decision satisfies never;
    }
  }

  async #append(socket: WebSocket, draft: Draft): Promise<void> {
    const { connections, roomState } = this.#parts;
    const reply = this.#replies.expect(socket, draft);
    try {
      const result = await this.#room.append(draft);
      if (result?.ok) {
        connections.resetFaults(socket);
        return reply.stored(result.entry);
      }
      if (result?.code === "detached") return this.#attachment.lose();
      connections.tell(socket, result ?? LATER, draft.ref ?? undefined);
    } catch (error) {
      log("warn", "relay.append", { room: roomState.name }, error);
      connections.tell(socket, LATER, draft.ref ?? undefined);
    } finally {
      reply.end();
    }
  }

  /** A client has closed its socket, or lost it. */
  closed(socket: WebSocket, code: number, reason: string): void {
    this.#parts.connections.answerClose(socket, code, reason);
    this.#attachment.carry();
    this.#attachment.endIfEmpty();
  }

  async push({ epoch, entries }: Push): Promise<RelayReport | null> {
    const { journal, broadcaster, connections } = this.#parts;
    if (!(await this.#attachment.isKept())) return null;
    if (epoch !== journal.epoch) {
      this.#attachment.lose();
      return null;
    }
    const news = journal.add(entries);
    if (news.length > 0) {
      for (const entry of news) this.#replies.stored(entry);
      broadcaster.send(news);
      this.#attachment.carry();
      this.#alarms.arm();
    }
    return { seq: journal.head, sockets: connections.open().length };
  }

  async end(push: Push, code: number, reason: string): Promise<void> {
    await this.push(push);
    this.#parts.connections.closeAll(code, reason);
    this.#attachment.forget();
  }

  async revoke(revocation: Revocation, code: number, reason: string): Promise<number> {
    const { roomState, connections } = this.#parts;
    roomState.revoke(revocation);
    const closed = connections.closeRevoked(revocation, code, reason);
    this.#attachment.endIfEmpty();
    return closed;
  }

  async heardFrom(userId: number): Promise<number> {
    return this.#parts.connections.heardFrom(userId);
  }

  async recheck(facts: EntranceFacts): Promise<void> {
    const { roomState, rights } = this.#parts;
    roomState.adopt(facts);
    await rights.review();
    this.#attachment.endIfEmpty();
    this.#alarms.arm();
  }

  async show(shown: ShownValue): Promise<void> {
    this.#parts.latest.showHere(shown);
  }

  async forgetEntries(): Promise<void> {
    this.#parts.journal.forget();
  }

  /** Does everything that is due. */
  async alarm(): Promise<void> {
    const { rights, catchUp, clock } = this.#parts;
    this.#alarms.rang();
    this.#nextExpiry = this.#closeExpired(clock());
    await rights.endLapsed();
    catchUp.resume();
    this.#attachment.endIfEmpty();
    this.#alarms.arm();
  }

  #rearm(): void {
    this.#nextExpiry = undefined;
    this.#parts.rights.changed();
    this.#alarms.arm();
  }

  #due(now: number): (number | null)[] {
    const { rights, catchUp } = this.#parts;
    this.#nextExpiry ??= this.#closeExpired(now);
    return [
      this.#nextExpiry === Number.POSITIVE_INFINITY ? null : this.#nextExpiry,
      rights.nextEnd(),
      catchUp.busy ? now + ARCHIVE.pause : null,
    ];
  }

  /** As in a room (`lifecycle.ts`). */
  #closeExpired(now: number): number {
    const { handler, connections } = this.#parts;
    return (
      connections.closeExpired(now, handler.authorize ? credentialEnd : endOf) ?? Number.POSITIVE_INFINITY
    );
  }
}
