/** Delivers the entries of subscribed rooms to the sockets of an inbox: each entry once, in order, socket by socket. */
import { log } from "../../log.ts";
import type { Entry } from "../log/entry.ts";
import { isBehind, untilRead } from "../socket/backpressure.ts";
import { CLOSE, encode } from "../socket/frames.ts";
import { entryFrame } from "./entry-view.ts";
import type { InboxParts, SubscribedRooms } from "./subscribed-rooms.ts";

/**
 * Each socket keeps its position in each room in its attachment, which lives as long as the socket. A push that follows
 * on the position goes straight out; anything else is a gap, and the missing entries are read from the room.
 */
export class Delivery {
  readonly #parts: InboxParts;
  readonly #rooms: SubscribedRooms;
  /** Rooms that a socket is catching up with just now; true: a push came since the last read. */
  readonly #catchingUp = new Map<WebSocket, Map<string, boolean>>();

  constructor(parts: InboxParts, rooms: SubscribedRooms) {
    this.#parts = parts;
    this.#rooms = rooms;
  }

  /** Delivers a push of a room. */
  deliver(socket: WebSocket, room: string, epoch: string, entries: readonly Entry[], head: number): void {
    const running = this.#catchingUp.get(socket);
    if (running?.has(room)) return void running.set(room, true);
    const at = this.#rooms.of(socket)[room];
    if (!at) return;
    const news = entries.filter(({ seq }) => seq > at.seq);
    const follows = epoch === at.epoch && news.every(({ seq }, index) => seq === at.seq + 1 + index);
    if (!follows || isBehind(socket) || at.seq + news.length < head) this.catchUp(socket, room);
    else if (news.length > 0) this.#send(socket, room, epoch, news);
  }

  /** Reads from the room what a socket has missed. */
  catchUp(socket: WebSocket, room: string): void {
    const running = this.#catchingUp.get(socket) ?? new Map<string, boolean>();
    this.#catchingUp.set(socket, running);
    if (running.has(room)) return void running.set(room, true);
    running.set(room, false);
    const done = this.#run(socket, room, running).catch((error: unknown) => {
      log("warn", "room.read", { room }, error);
      this.#lose(socket, room);
    });
    this.#parts.state.waitUntil(done);
  }

  /** A socket has closed. */
  closed(socket: WebSocket): void {
    this.#catchingUp.delete(socket);
  }

  async #run(socket: WebSocket, room: string, running: Map<string, boolean>): Promise<void> {
    const { objects, name, connections } = this.#parts;
    try {
      for (;;) {
        running.set(room, false);
        const at = this.#rooms.of(socket)[room];
        if (!at || socket.readyState !== WebSocket.OPEN) return;
        const entries = await objects(room)?.read(name(), at.epoch, at.seq);
        if (!entries) return this.#lose(socket, room);
        if (entries.length === 0 && !running.get(room)) return;
        for (const entry of entries) {
          if (isBehind(socket) && !(await untilRead(socket)))
            return connections.close(socket, CLOSE.slow, "too slow");
          // The socket has left, or subscribed from another position, meanwhile.
          if (this.#rooms.of(socket)[room]?.seq !== entry.seq - 1) break;
          this.#send(socket, room, at.epoch, [entry]);
        }
      }
    } finally {
      // Synchronously: a push between the last look and this would be lost.
      running.delete(room);
    }
  }

  #send(socket: WebSocket, room: string, epoch: string, entries: readonly Entry[]): void {
    for (const entry of entries) this.#parts.connections.send(socket, encode(entryFrame(entry, room)));
    const last = entries.at(-1);
    if (last) this.#rooms.set(socket, room, { epoch, seq: last.seq });
  }

  /** The room can't give what is missing: the client subscribes again and is told to reload. */
  #lose(socket: WebSocket, room: string): void {
    if (!this.#rooms.has(socket, room)) return;
    this.#rooms.delete(socket, room);
    this.#parts.connections.send(socket, encode({ t: "unsubscribed", room, code: CLOSE.slow }));
    this.#rooms.release([room]);
  }
}
