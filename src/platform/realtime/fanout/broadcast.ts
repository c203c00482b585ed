/** Sends every entry to every socket: once, in order, and no faster than the client reads. */
import type { Entry } from "../log/entry.ts";
import type { Journal } from "../log/journal.ts";
import { isBehind, untilRead } from "../socket/backpressure.ts";
import type { Connections } from "../socket/connections.ts";
import { CLOSE, LIMITS } from "../socket/frames.ts";
import type { EntryView } from "./entry-view.ts";

export class Broadcaster {
  readonly #state: DurableObjectState;
  readonly #connections: Connections;
  readonly #journal: () => Journal;
  readonly #view: EntryView;
  readonly #running = new Set<WebSocket>();

  constructor(state: DurableObjectState, connections: Connections, journal: () => Journal, view: EntryView) {
    this.#state = state;
    this.#connections = connections;
    this.#journal = journal;
    this.#view = view;
  }

  /** Whether a socket is catching up from the journal now. */
  get busy(): boolean {
    return this.#running.size > 0;
  }

  /**
   * Sends what was just stored, socket by socket. A socket that falls behind is served from the journal, which has all
   * of it already, and must not get the rest a second time.
   */
  send(entries: readonly Entry[]): void {
    const encoded = new Map<string, (string | null)[]>();
    for (const socket of this.#connections.open()) {
      const facts = this.#connections.facts(socket);
      if (facts.catchingUp !== null) {
        this.catchUp(socket);
        continue;
      }
      const group = this.#view.groupOf(facts);
      const frames = encoded.get(group) ?? entries.map((entry) => this.#view.encode(entry, facts));
      encoded.set(group, frames);
      for (const [index, frame] of frames.entries()) {
        if (isBehind(socket)) {
          this.#fallBehind(socket, entries[index]);
          break;
        }
        if (frame !== null) this.#connections.send(socket, frame);
      }
    }
  }

  /** Serves a socket from the journal, from the position in its facts, until it is live. */
  catchUp(socket: WebSocket): void {
    if (!this.#running.has(socket)) this.#state.waitUntil(this.#serve(socket));
  }

  /** Goes on with catch-ups that an eviction stopped. */
  resume(): void {
    for (const socket of this.#connections.open())
      if (this.#connections.facts(socket).catchingUp !== null) this.catchUp(socket);
  }

  #fallBehind(socket: WebSocket, next: Entry | undefined): void {
    if (!next) return;
    this.#connections.update(socket, { ...this.#connections.facts(socket), catchingUp: next.seq - 1 });
    this.catchUp(socket);
  }

  async #serve(socket: WebSocket): Promise<void> {
    this.#running.add(socket);
    try {
      let position = this.#connections.facts(socket).catchingUp ?? this.#journal().head;
      while (socket.readyState === WebSocket.OPEN) {
        for (const entry of this.#journal().after(position, LIMITS.page)) {
          if (isBehind(socket) && !(await this.#pause(socket, position))) return;
          // The journal was pruned past this position: the client reconnects and is told to reload.
          if (entry.seq !== position + 1)
            return this.#connections.close(socket, CLOSE.slow, "too far behind");
          const frame = this.#view.encode(entry, this.#connections.facts(socket));
          if (frame !== null) this.#connections.send(socket, frame);
          position = entry.seq;
        }
        // Synchronous: no entry is stored between this check and the update, so the socket is live from the next one.
        if (position >= this.#journal().head) {
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
