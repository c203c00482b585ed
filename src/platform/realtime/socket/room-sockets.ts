/**
 * The face of a room that its own sockets reach: they open, send frames and close, and their rights end. The sockets
 * themselves are `connections.ts`.
 */
import { isoTime } from "../../time.ts";
import { admissionOf, openSocket, refusalOf } from "../handshake/open-socket.ts";
import type { Lifecycle } from "../lifecycle.ts";
import type { Draft } from "../log/entry.ts";
import type { RoomLog } from "../log/room-log.ts";
import type { RoomParts } from "../parts.ts";
import { isRevoked, type Revocation } from "../rights/revocation.ts";
import type { Local, SocketMethods } from "../rpc.ts";
import { closeIfOver, refreshCredential } from "./credential.ts";
import { decide, refOf } from "./decide-frame.ts";
import { encode, type RoomFrame, TOO_MANY } from "./frames.ts";

export class RoomSockets implements Local<SocketMethods> {
  readonly #parts: RoomParts;
  readonly #log: RoomLog;
  readonly #lifecycle: Lifecycle;

  constructor(parts: RoomParts, log: RoomLog, lifecycle: Lifecycle) {
    this.#parts = parts;
    this.#log = log;
    this.#lifecycle = lifecycle;
  }

  /** Lets in a socket that the Worker has admitted, after a look at who is still here. The first one starts the journal. */
  async connect(request: Request): Promise<Response> {
    const { beginning, presence, relays } = this.#parts;
    if (!beginning.isOver) {
      const admission = admissionOf(request);
      // A refused handshake begins nothing.
      const refusal = admission && refusalOf(this.#parts, admission);
      if (refusal) return refusal;
      if (admission && !(await beginning.ensure(admission.room, admission.admittedAt)))
        return new Response(null, { status: 404 });
    }
    await Promise.all([presence.look(), relays.look()]);
    return this.open(request);
  }

  open(request: Request): Response {
    return openSocket(this.#parts, this.#lifecycle, request);
  }

  /** Carries out what a frame asks for, or answers what is wrong with it. */
  async message(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const { connections, presence, subscriptions, handler } = this.#parts;
    // A socket that was closed here may go on sending until its client answers the close.
    if (socket.readyState !== WebSocket.OPEN || closeIfOver(this.#parts, socket)) return;
    presence.hear(socket);
    const decision = decide(handler, connections.facts(socket), data);
    switch (decision.do) {
      case "ignore":
        return;
      case "reject":
        return connections.reportFault(socket, decision.fault, decision.ref);
      case "append":
        return this.#append(socket, decision.draft);
      case "indicate":
        connections.resetFaults(socket);
        presence.indicate(decision.userId, decision.frame, this.#parts.journal.head);
        return this.#lifecycle.arm();
      case "forward":
        return this.#forward(socket, decision.frame, decision.room);
      case "subscribe":
        connections.resetFaults(socket);
        return subscriptions.join(socket, decision.frame);
      case "unsubscribe":
        connections.resetFaults(socket);
        return subscriptions.leave(socket, decision.room);
      case "refresh":
        if (await refreshCredential(this.#parts, socket, decision.token)) this.#lifecycle.rearm();
        return;
      case "pong":
        connections.resetFaults(socket);
        return connections.send(socket, encode({ t: "pong" }));
      default:
        return decision satisfies never;
    }
  }

  async #append(socket: WebSocket, draft: Draft): Promise<void> {
    const { connections, entryRate } = this.#parts;
    if (!entryRate.take(draft)) return connections.tell(socket, TOO_MANY, draft.ref ?? undefined);
    connections.resetFaults(socket);
    await this.#log.commit(draft, socket);
  }

  /** Passes a frame on to a room that this socket subscribes to. */
  async #forward(socket: WebSocket, frame: RoomFrame, room: string): Promise<void> {
    const { connections, subscriptions } = this.#parts;
    const ref = refOf(frame);
    const result = await subscriptions.forward(socket, frame, room);
    if (!result.ok) {
      const { code, detail } = result;
      const isBad = code !== "unavailable" && code !== "too_many";
      return connections[isBad ? "reportFault" : "tell"](socket, { code, detail }, ref, room);
    }
    connections.resetFaults(socket);
    if (ref !== undefined)
      connections.send(socket, encode({ t: "ack", room, ref, seq: result.seq, at: isoTime(result.at) }));
    if (result.stored) subscriptions.show(room, result.stored);
  }

  /** A client has closed its socket, or lost it. */
  closed(socket: WebSocket, code: number, reason: string): void {
    const { subscriptions, connections, presence } = this.#parts;
    subscriptions.closed(socket);
    connections.answerClose(socket, code, reason);
    presence.left(socket);
  }

  async recheck(room: string): Promise<void> {
    const { roomState, rights, relays } = this.#parts;
    if (roomState.isRetired) return;
    roomState.know(room);
    await rights.recheck();
    await relays.each((relay) => relay.recheck(roomState.entranceFacts()));
    this.#lifecycle.arm();
  }

  revoke(revocation: Revocation, code: number, reason: string): number | Promise<number> {
    const { roomState, presence, subscribers, connections, relays } = this.#parts;
    roomState.revoke(revocation);
    const closed = presence.through(() => {
      const meant = subscribers.all().filter((subscriber) => isRevoked(subscriber, revocation));
      subscribers.drop(meant, code);
      return connections.closeRevoked(revocation, code, reason);
    });
    this.#lifecycle.arm();
    if (relays.isEmpty) return closed;
    return relays
      .each((relay) => relay.revoke(revocation, code, reason))
      .then((elsewhere) => elsewhere.reduce((sum, count) => sum + count, closed));
  }

  heardFrom(userId: number): number | Promise<number> {
    const { connections, relays } = this.#parts;
    const here = connections.heardFrom(userId);
    if (relays.isEmpty) return here;
    return relays.each((relay) => relay.heardFrom(userId)).then((elsewhere) => Math.max(here, ...elsewhere));
  }
}
