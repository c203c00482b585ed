/** The hibernating sockets of a room: accepts them, keeps their facts, sends to them and closes them. */

import { isRevoked, type Revocation } from "../rights/revocation.ts";
import { endOf, NOBODY, type SocketFacts } from "./attachment.ts";
import { CLOSE, encode, type Fault, LIMITS, MAX_BUFFERED, MAX_FAULTS, PROTOCOL } from "./frames.ts";

/** The runtime reports this for a Close frame without a code; it can't be sent. */
const NO_STATUS = 1005;

export class Connections {
  readonly #state: DurableObjectState;
  /** Cached until the object sleeps: each read of an attachment deserializes it again. */
  readonly #facts = new WeakMap<WebSocket, SocketFacts>();
  readonly #rates = new WeakMap<WebSocket, { second: number; frames: number }>();

  constructor(state: DurableObjectState) {
    this.#state = state;
    // Answered without waking the object. One pair per object: only exactly this text is answered.
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair('{"t":"ping"}', '{"t":"pong"}'));
  }

  accept(facts: SocketFacts): { client: WebSocket; server: WebSocket } {
    const { 0: client, 1: server } = new WebSocketPair();
    this.#state.acceptWebSocket(server, [userTag(facts.caller?.userId ?? NOBODY)]);
    this.update(server, facts);
    return { client, server };
  }

  /** Closes the oldest sockets of a person who has `most` of them in this room, so that one more may open. */
  makeRoom(userId: number, most: number): void {
    const open = this.#state
      .getWebSockets(userTag(userId))
      .filter((socket) => socket.readyState === WebSocket.OPEN);
    const oldest = open.toSorted((one, other) => this.facts(one).openedAt - this.facts(other).openedAt);
    for (const socket of oldest.slice(0, Math.max(0, open.length + 1 - most)))
      this.close(socket, CLOSE.tooFast, "too many sockets");
  }

  facts(socket: WebSocket): SocketFacts {
    let facts = this.#facts.get(socket);
    if (!facts) {
      facts = socket.deserializeAttachment() as SocketFacts;
      this.#facts.set(socket, facts);
    }
    return facts;
  }

  update(socket: WebSocket, facts: SocketFacts): void {
    this.#facts.set(socket, facts);
    socket.serializeAttachment(facts);
  }

  /** Notes that a frame came in, at most once a second: presence is decided by the minute. */
  hear(socket: WebSocket, now: number): void {
    const facts = this.facts(socket);
    if (now - facts.heardAt >= 1000) this.update(socket, { ...facts, heardAt: now });
  }

  /**
   * When its client was last heard, epoch ms: by a frame, or by a ping that the platform answered while the object slept.
   * https://developers.cloudflare.com/durable-objects/api/state/#getwebsocketautoresponsetimestamp
   */
  heardAt(socket: WebSocket): number {
    const pinged = this.#state.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0;
    return Math.max(pinged, this.facts(socket).heardAt);
  }

  /** When this person was last heard on any socket here, epoch ms; 0 without one. */
  heardFrom(userId: number): number {
    const own = this.open().filter((socket) => this.facts(socket).caller?.userId === userId);
    return Math.max(0, ...own.map((socket) => this.heardAt(socket)));
  }

  /** The open sockets. The platform also lists closing ones, until their clients have answered the close. */
  open(): WebSocket[] {
    return this.#state.getWebSockets().filter((socket) => socket.readyState === WebSocket.OPEN);
  }

  /** Sends one frame; closes a socket whose client has stopped reading. */
  send(socket: WebSocket, frame: string): void {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (bufferedBytes(socket) > MAX_BUFFERED) this.close(socket, CLOSE.slow, "too slow");
    else socket.send(frame);
  }

  /** Sends an error in the socket's dialect, without counting it as a bad frame: the client may not be at fault. */
  tell(socket: WebSocket, fault: Fault, ref?: string, room?: string): void {
    const frame =
      this.facts(socket).dialect === PROTOCOL
        ? encode({
            t: "error",
            ...(room === undefined ? {} : { room }),
            ...(ref === undefined ? {} : { ref }),
            ...fault,
          })
        : JSON.stringify({ type: "error", ...fault });
    this.send(socket, frame);
  }

  /** Answers a bad frame; the third in a row closes the socket. */
  reportFault(socket: WebSocket, fault: Fault, ref?: string, room?: string): void {
    this.tell(socket, fault, ref, room);
    const facts = this.facts(socket);
    const faults = facts.faults + 1;
    this.update(socket, { ...facts, faults });
    if (faults >= MAX_FAULTS) this.close(socket, CLOSE.badFrames, "bad frames");
  }

  /** A good frame resets the count of bad frames in a row. */
  resetFaults(socket: WebSocket): void {
    const facts = this.facts(socket);
    if (facts.faults > 0) this.update(socket, { ...facts, faults: 0 });
  }

  /** False when the socket has sent more than allowed in this second. The count restarts at 0 when the object wakes. */
  withinRate(socket: WebSocket, now: number): boolean {
    const second = Math.floor(now / 1000);
    const rate = this.#rates.get(socket);
    const frames = rate?.second === second ? rate.frames + 1 : 1;
    this.#rates.set(socket, { second, frames });
    return frames <= LIMITS.rate;
  }

  /**
   * The Close frame leaves at once. If the client has never sent a frame, not even a ping, the runtime ends the
   * connection about ten seconds later: seen in workerd 1.20261023 with a bare hibernating object, 2026-11-21.
   */
  close(socket: WebSocket, code: number, reason: string): void {
    try {
      socket.close(code, reason);
    } catch {
      // Already closing.
    }
  }

  /**
   * Answers a client's close; without it the client waits ten seconds and reports 1006. The runtime's automatic answer
   * (compatibility date 2026-04-07) does not reach hibernating sockets: seen in workerd 1.20261023.
   */
  answerClose(socket: WebSocket, code: number, reason: string): void {
    this.close(socket, code === NO_STATUS ? 1000 : code, reason);
  }

  /** Closes the sockets that a revocation covers; returns how many. */
  closeRevoked(revocation: Revocation, code: number, reason: string): number {
    const meant = this.#state
      .getWebSockets(userTag(revocation.userId))
      .filter((socket) => isRevoked(this.facts(socket), revocation));
    for (const socket of meant) this.close(socket, code, reason);
    return meant.length;
  }

  closeAll(code: number, reason: string): void {
    for (const socket of this.open()) this.close(socket, code, reason);
  }

  /** Closes the sockets whose credential has expired; returns when the next one expires (epoch ms), null for never. */
  closeExpired(now: number, end: (facts: SocketFacts) => number = endOf): number | null {
    let next: number | null = null;
    for (const socket of this.open()) {
      const expiresAt = end(this.facts(socket));
      if (expiresAt === Number.POSITIVE_INFINITY) continue;
      if (expiresAt <= now) this.close(socket, CLOSE.unauthenticated, "expired");
      else next = next === null ? expiresAt : Math.min(next, expiresAt);
    }
    return next;
  }
}

function userTag(userId: number): string {
  return `user:${userId}`;
}

/** Bytes that the client has not read yet; the type definitions don't have the property yet. */
export function bufferedBytes(socket: WebSocket): number {
  return (socket as WebSocket & { bufferedAmount?: number }).bufferedAmount ?? 0;
}
