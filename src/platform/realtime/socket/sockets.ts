/** The hibernating sockets of a room: who each one is, what it may still do, and how to reach them all. */
import type { Caller } from "../../http/caller.ts";
import { CLOSE, encode, type Fault, LIMITS, MAX_BUFFERED, MAX_FAULTS } from "./frames.ts";

/** Raw frames as a contract documents them, or the native ones. */
export type Dialect = "documented" | "caravan.v1";

/** Facts of one socket, kept in its attachment: they survive hibernation. */
export interface SocketFacts {
  readonly dialect: Dialect;
  /** Null: an anonymous reader. */
  readonly caller: Caller | null;
  /** Bad frames in a row. */
  readonly faults: number;
  /** Position up to which a socket that is behind was served; null while it is live. */
  readonly catchingUp: number | null;
  /** When the right to be here was looked up, epoch ms. */
  readonly admittedAt: number;
  /** When it opened, epoch ms. */
  readonly openedAt: number;
  /** When a frame last came in, epoch ms, to the second; pings that the platform answered are not in it. */
  readonly heardAt: number;
  /** The others were told that nobody is heard here any more. */
  readonly silent?: boolean;
  /** Hears and says nothing. */
  readonly readOnly?: boolean;
  /** When the right to be here ends, epoch ms. */
  readonly until?: number | undefined;
  /** When it began: what is older is hidden. */
  readonly visibleFrom?: number | undefined;
  /** Rooms that a person's own socket follows, and up to where each was served. */
  readonly follows?: Readonly<Record<string, { readonly epoch: string; readonly seq: number }>>;
}

/** Which sockets a revocation means: a whole person, one of their sessions, or all but one session. */
export interface Revocation {
  readonly userId: number;
  readonly sessionId?: string | undefined;
  readonly exceptSession?: string | undefined;
  /** The right to be in one room, and no session: who was let in before this moment is meant, epoch ms. */
  readonly rightsBefore?: number | undefined;
  /** When it was decided, epoch ms: who signs in later is not meant. Absent: every session is, whenever it began. */
  readonly at?: number | undefined;
}

/** What the runtime reports for a Close frame without a code; it can't be sent. */
const NO_STATUS = 1005;

export class Sockets {
  readonly #state: DurableObjectState;
  /** Read once a wake: an attachment is deserialized anew at each read. */
  readonly #facts = new WeakMap<WebSocket, SocketFacts>();
  readonly #rates = new WeakMap<WebSocket, { second: number; frames: number }>();

  constructor(state: DurableObjectState) {
    this.#state = state;
    // Answered without waking the object, and object-wide: so exactly this text and no shorter one.
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair('{"t":"ping"}', '{"t":"pong"}'));
  }

  accept(facts: SocketFacts): { client: WebSocket; server: WebSocket } {
    const { 0: client, 1: server } = new WebSocketPair();
    this.#state.acceptWebSocket(server, [userTag(facts.caller?.userId ?? NOBODY)]);
    this.update(server, facts);
    return { client, server };
  }

  /** Closes the oldest sockets of a person who has `most` of them here, so that there is room for one more. */
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

  /** A frame came in. Noted once a second: it is asked for by the minute. */
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

  /** Without those that are closing: the platform lists a socket until its client has answered the close. */
  open(): WebSocket[] {
    return this.#state.getWebSockets().filter((socket) => socket.readyState === WebSocket.OPEN);
  }

  /** Sends one frame; closes a reader that has stopped reading. */
  send(socket: WebSocket, frame: string): void {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (bufferedBytes(socket) > MAX_BUFFERED) this.close(socket, CLOSE.slow, "too slow");
    else socket.send(frame);
  }

  /** Says in the socket's own dialect what is wrong. What is no fault of its client's counts as no bad frame. */
  tell(socket: WebSocket, fault: Fault, ref?: string, room?: string): void {
    const frame =
      this.facts(socket).dialect === "caravan.v1"
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

  /** A good frame ends the row of bad ones. */
  resetFaults(socket: WebSocket): void {
    const facts = this.facts(socket);
    if (facts.faults > 0) this.update(socket, { ...facts, faults: 0 });
  }

  /** False when the socket sends more than it may in this second. The count is lost with the object: it restarts at 0. */
  withinRate(socket: WebSocket, now: number): boolean {
    const second = Math.floor(now / 1000);
    const rate = this.#rates.get(socket);
    const frames = rate?.second === second ? rate.frames + 1 : 1;
    this.#rates.set(socket, { second, frames });
    return frames <= LIMITS.rate;
  }

  /**
   * The Close frame leaves at once. Of a client that has never sent a frame, not even a ping, the runtime ends the
   * connection some ten seconds later: seen in workerd 1.20261023 with a bare hibernating object, 2026-11-21.
   */
  close(socket: WebSocket, code: number, reason: string): void {
    try {
      socket.close(code, reason);
    } catch {
      // Already closing: nothing is left to say.
    }
  }

  /**
   * Answers a client's close; without it the client waits ten seconds and reports 1006. The runtime's automatic answer
   * (compatibility date 2026-04-07) does not reach hibernating sockets: seen in workerd 1.20261023.
   */
  answerClose(socket: WebSocket, code: number, reason: string): void {
    this.close(socket, code === NO_STATUS ? 1000 : code, reason);
  }

  /** Closes whom a revocation means; says how many. */
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

  /** Closes those whose credential has run out; returns when the next one does (epoch ms), null for none. */
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

/** Whose socket, and since when it may be here; for one that only renews itself, no moment. */
export interface Holder {
  readonly caller: Pick<Caller, "userId" | "sessionId" | "signedInAt"> | null;
  readonly admittedAt?: number;
}

/** When a socket's credential or right ends, epoch ms. */
export function endOf(facts: Pick<SocketFacts, "caller" | "until">): number {
  return Math.min(credentialEnd(facts), facts.until ?? Number.POSITIVE_INFINITY);
}

/** When a socket's credential ends, epoch ms. */
export function credentialEnd({ caller }: Pick<SocketFacts, "caller">): number {
  return caller?.expiresAt ?? Number.POSITIVE_INFINITY;
}

/** The user id of anonymous listeners: a right of theirs may end, too. */
export const NOBODY = 0;

export function isRevoked({ caller, admittedAt }: Holder, revocation: Revocation): boolean {
  if ((caller?.userId ?? NOBODY) !== revocation.userId) return false;
  if (revocation.rightsBefore !== undefined)
    return admittedAt !== undefined && admittedAt <= revocation.rightsBefore;
  if (!caller) return false;
  if (revocation.sessionId !== undefined) return caller.sessionId === revocation.sessionId;
  if (revocation.at !== undefined && (caller.signedInAt ?? 0) > revocation.at) return false;
  return caller.sessionId !== revocation.exceptSession;
}

function userTag(userId: number): string {
  return `user:${userId}`;
}

/** Bytes that the runtime still holds for this reader; the type definitions don't know the property yet. */
export function bufferedBytes(socket: WebSocket): number {
  return (socket as WebSocket & { bufferedAmount?: number }).bufferedAmount ?? 0;
}
