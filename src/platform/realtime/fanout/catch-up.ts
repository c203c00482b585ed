/** Replays missed entries to a socket, no faster than the client reads, until the socket is live. */
import type { Entry } from "../log/entry.ts";
import { isBehind, untilRead } from "../socket/backpressure.ts";
import type { Connections } from "../socket/connections.ts";
import { CLOSE, LIMITS } from "../socket/frames.ts";
import type { EntryView } from "./entry-view.ts";

/** A room's log as it is read here: its journal, or what a relay has of it. */
export interface EntrySource {
  /** Everything up to here was sent to live sockets. */
  readonly head: number;
  /** Entries after a position, oldest first; null when they can't be had. */
  after(seq: number, limit: number): readonly Entry[] | Promise<readonly Entry[] | null>;
}

export class CatchUp {
  readonly #state: DurableObjectState;
  readonly #connections: Connections;
  readonly #source: () => EntrySource;
  readonly #view: EntryView;
  readonly #running = new Set<WebSocket>();

  constructor(
    state: DurableObjectState,
    connections: Connections,
    source: () => EntrySource,
    view: EntryView,
  ) {
    this.#state = state;
    this.#connections = connections;
    this.#source = source;
    this.#view = view;
  }

  /** Whether a socket is catching up now. */
  get busy(): boolean {
    return this.#running.size > 0;
  }

  /** Serves a socket from the position in its facts, until it is live. */
  start(socket: WebSocket): void {
    if (!this.#running.has(socket)) this.#state.waitUntil(this.#serve(socket));
  }

  /** Goes on with catch-ups that an eviction stopped. */
  resume(): void {
    for (const socket of this.#connections.open())
      if (this.#connections.facts(socket).catchingUp !== null) this.start(socket);
  }

  async #serve(socket: WebSocket): Promise<void> {
    this.#running.add(socket);
    try {
      let position = this.#connections.facts(socket).catchingUp ?? this.#source().head;
      while (socket.readyState === WebSocket.OPEN) {
        const read = this.#source().after(position, LIMITS.page);
        // A journal answers at once, so that a socket gets what it missed with its welcome.
        const entries = read instanceof Promise ? await read : read;
        if (!entries) return this.#connections.close(socket, CLOSE.slow, "too far behind");
        for (const entry of entries) {
          if (isBehind(socket) && !(await this.#pause(socket, position))) return;
          // The journal was pruned past this position: the client reconnects and is told to reload.
          if (entry.seq !== position + 1)
            return this.#connections.close(socket, CLOSE.slow, "too far behind");
          const frame = this.#view.encode(entry, this.#connections.facts(socket));
          if (frame !== null) this.#connections.send(socket, frame);
          position = entry.seq;
        }
        // Synchronous: no entry is stored between this check and the update, so the socket is live from the next one.
        if (position >= this.#source().head) {
          return this.#connections.update(socket, { ...this.#connections.facts(socket), catchingUp: null });
        }
        if (!(await this.#pause(socket, position))) return;
      }
    } finally {
      this.#running.delete(socket);
    }
  }

  /** Saves the position of a socket and yields, waiting while its client does not read. False: it was closed. */
  async #pause(socket: WebSocket, position: number): Promise<boolean> {
    this.#connections.update(socket, { ...this.#connections.facts(socket), catchingUp: position });
    if (await untilRead(socket)) return true;
    this.#connections.close(socket, CLOSE.slow, "too slow");
    return false;
  }
}
