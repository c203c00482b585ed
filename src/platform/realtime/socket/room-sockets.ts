/**
 * The face of a room that its own sockets reach: they open, send frames and close, and their rights end. The sockets
 * themselves are `connections.ts`.
 */
import type { Caller } from "../../http/caller.ts";
import { log } from "../../log.ts";
import { isoTime } from "../../time.ts";
import { openSocket } from "../handshake/open-socket.ts";
import type { Lifecycle } from "../lifecycle.ts";
import type { Draft } from "../log/entry.ts";
import type { RoomLog } from "../log/room-log.ts";
import type { RoomParts } from "../parts.ts";
import { isRevoked, type Revocation } from "../rights/revocation.ts";
import type { Local, SocketMethods } from "../rpc.ts";
import { credentialEnd, endOf } from "./attachment.ts";
import { decide, refOf } from "./decide-frame.ts";
import { CLOSE, encode, LATER, type RoomFrame, TOO_MANY } from "./frames.ts";

export class RoomSockets implements Local<SocketMethods> {
  readonly #parts: RoomParts;
  readonly #log: RoomLog;
  readonly #lifecycle: Lifecycle;

  constructor(parts: RoomParts, log: RoomLog, lifecycle: Lifecycle) {
    this.#parts = parts;
    this.#log = log;
    this.#lifecycle = lifecycle;
  }

  /** Lets in a socket that the Worker has admitted, after a look at who is still here. */
  async connect(request: Request): Promise<Response> {
    await this.#parts.presence.look();
    return this.open(request);
  }

  open(request: Request): Response {
    return openSocket(this.#parts, this.#lifecycle, request);
  }

  /** Carries out what a frame asks for, or answers what is wrong with it. */
  async message(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const { connections, presence, subscriptions, handler } = this.#parts;
    // A socket that was closed here may go on sending until its client answers the close.
    if (socket.readyState !== WebSocket.OPEN || this.#closeIfOver(socket)) return;
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
        return this.#refresh(socket, decision.token);
      case "pong":
        connections.resetFaults(socket);
        return connections.send(socket, encode({ t: "pong" }));
      default:
        return decision satisfies never;
    }
  }

  /** Closes a socket that sends too fast, or whose credential or right has ended. */
  #closeIfOver(socket: WebSocket): boolean {
    const { connections, clock } = this.#parts;
    const facts = connections.facts(socket);
    if (!connections.withinRate(socket, clock())) connections.close(socket, CLOSE.tooFast, "too fast");
    else if (credentialEnd(facts) <= clock()) connections.close(socket, CLOSE.unauthenticated, "expired");
    else if (endOf(facts) <= clock()) connections.close(socket, CLOSE.forbidden, "no longer allowed");
    else return false;
    return true;
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

  /** Replaces the credential of a socket; its person stays, because the rights were decided for that one. */
  async #refresh(socket: WebSocket, token: string): Promise<void> {
    const { connections, handler, roomState } = this.#parts;
    let caller: Caller | null;
    try {
      caller = await handler.authenticate(token);
    } catch (error) {
      log("warn", "room.renew", { room: roomState.name }, error);
      return connections.send(socket, encode({ t: "error", ...LATER }));
    }
    const userId = connections.facts(socket).caller?.userId;
    if (!caller || caller.userId !== userId || roomState.revocationOf({ caller }))
      return connections.close(socket, CLOSE.unauthenticated, "not accepted");
    connections.update(socket, { ...connections.facts(socket), caller, faults: 0 });
    this.#lifecycle.rearm();
  }

  /** A client has closed its socket, or lost it. */
  closed(socket: WebSocket, code: number, reason: string): void {
    const { subscriptions, connections, presence } = this.#parts;
    subscriptions.closed(socket);
    connections.answerClose(socket, code, reason);
    presence.left(socket);
  }

  async recheck(room: string): Promise<void> {
    const { roomState, rights } = this.#parts;
    if (roomState.isRetired) return;
    roomState.know(room);
    await rights.recheck();
    this.#lifecycle.arm();
  }

  revoke(revocation: Revocation, code: number, reason: string): number {
    const { roomState, presence, subscribers, connections } = this.#parts;
    roomState.revoke(revocation);
    const closed = presence.through(() => {
      const meant = subscribers.all().filter((subscriber) => isRevoked(subscriber, revocation));
      subscribers.drop(meant, code);
      return connections.closeRevoked(revocation, code, reason);
    });
    this.#lifecycle.arm();
    return closed;
  }
}
