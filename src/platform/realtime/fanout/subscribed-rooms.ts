/** The rooms that the sockets of an inbox subscribe to, each with the position up to which it was delivered. */
import { log } from "../../log.ts";
import type { RoomStub } from "../rpc.ts";
import type { SocketFacts } from "../socket/attachment.ts";
import type { Connections } from "../socket/connections.ts";
import { type Fault, fault, LIMITS } from "../socket/frames.ts";

type Positions = NonNullable<SocketFacts["follows"]>;
export type Position = Positions[string];

/** A subscription that is being made; it is withdrawn when its socket leaves meanwhile. */
export interface PendingSubscription {
  readonly socket: WebSocket;
  /** The room as the client named it. */
  readonly asked: string;
  /** Its canonical name, once the rights were looked up. */
  room: string | null;
}

export interface InboxParts {
  readonly state: DurableObjectState;
  readonly connections: Connections;
  readonly objects: (name: string) => RoomStub | null;
  /** The inbox's own name. */
  readonly name: () => string;
}

export class SubscribedRooms {
  readonly #parts: InboxParts;
  readonly #pending = new Set<PendingSubscription>();

  constructor(parts: InboxParts) {
    this.#parts = parts;
  }

  begin(socket: WebSocket, asked: string): PendingSubscription {
    const pending = { socket, asked, room: null };
    this.#pending.add(pending);
    return pending;
  }

  /** Whether it was not withdrawn. */
  isPending(pending: PendingSubscription): boolean {
    return this.#pending.has(pending);
  }

  /** False when it was withdrawn before. */
  end(pending: PendingSubscription): boolean {
    return this.#pending.delete(pending);
  }

  /** Withdraws what a socket has asked for: one room, or everything. */
  withdraw(socket: WebSocket, room?: string): void {
    for (const pending of this.#pending) {
      const isMeant = room === undefined || pending.room === room || pending.asked === room;
      if (pending.socket === socket && isMeant) this.#pending.delete(pending);
    }
  }

  isAwaited(room: string): boolean {
    return [...this.#pending].some((pending) => pending.room === room);
  }

  /** Why a socket may not subscribe to one more room; what it is about to subscribe to counts. */
  refusal(socket: WebSocket, room: string): Fault | null {
    if (room === this.#parts.name()) return fault("bad_frame", "This socket hears it already.");
    const own = [...this.#pending].filter((pending) => pending.socket === socket);
    const awaited = own.map((pending) => pending.room).filter((name) => name !== null);
    const rooms = new Set([...Object.keys(this.of(socket)), ...awaited, room]);
    if (rooms.size <= LIMITS.rooms) return null;
    return fault("too_large", `One socket follows at most ${LIMITS.rooms} rooms.`);
  }

  of(socket: WebSocket): Positions {
    return this.#parts.connections.facts(socket).follows ?? {};
  }

  has(socket: WebSocket, room: string): boolean {
    return Object.hasOwn(this.of(socket), room);
  }

  set(socket: WebSocket, room: string, position: Position): void {
    const facts = this.#parts.connections.facts(socket);
    this.#parts.connections.update(socket, { ...facts, follows: { ...facts.follows, [room]: position } });
  }

  delete(socket: WebSocket, room: string): void {
    const facts = this.#parts.connections.facts(socket);
    const { [room]: _, ...follows } = facts.follows ?? {};
    this.#parts.connections.update(socket, { ...facts, follows });
  }

  /** The open sockets that subscribe to a room. */
  socketsOf(room: string): WebSocket[] {
    return this.#parts.connections.open().filter((socket) => this.has(socket, room));
  }

  /** Ends the inbox's subscription to each of these rooms, unless another socket still needs it. */
  release(rooms: readonly string[], except?: WebSocket): void {
    const { objects, name, state } = this.#parts;
    for (const room of rooms) {
      if (this.socketsOf(room).some((socket) => socket !== except) || this.isAwaited(room)) continue;
      const released = objects(room)?.unsubscribe(name());
      // A room that can't be reached asks at its next push.
      if (released)
        state.waitUntil(released.catch((error: unknown) => log("warn", "room.unfollow", { room }, error)));
    }
  }
}
