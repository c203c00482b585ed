/** Gets every entry to every socket: once, in order, and no faster than its reader reads. */
import { isoTime } from "../time.ts";
import { CLOSE, encode, LIMITS, MAX_BUFFERED, PROTOCOL } from "./frames.ts";
import type { Entry, Journal } from "./journal.ts";
import { bufferedBytes, type Dialect, type Sockets } from "./sockets.ts";

/** Beyond this many unread bytes entries wait in the journal: what the room answers a reader has room left. */
const PACE = MAX_BUFFERED / 2;
/** How long a reader may take to come below that, and how often it is looked at. Milliseconds. */
const PATIENCE = 10_000;
const LOOK = 20;

export class Feed {
  readonly #state: DurableObjectState;
  readonly #sockets: Sockets;
  readonly #journal: () => Journal;
  readonly #toDocumented: (entry: Entry) => string | null;
  readonly #running = new Set<WebSocket>();

  constructor(
    state: DurableObjectState,
    sockets: Sockets,
    journal: () => Journal,
    toDocumented: (entry: Entry) => string | null,
  ) {
    this.#state = state;
    this.#sockets = sockets;
    this.#journal = journal;
    this.#toDocumented = toDocumented;
  }

  /** Whether a socket is being served from the journal just now. */
  get busy(): boolean {
    return this.#running.size > 0;
  }

  /**
   * Sends what was just stored. Socket by socket, each all of it: one that is behind is served from the journal,
   * where all of it already is, and must not get the rest a second time.
   */
  send(entries: readonly Entry[]): void {
    const encoded = new Map<Dialect, (string | null)[]>();
    for (const socket of this.#sockets.open()) {
      const { dialect, catchingUp } = this.#sockets.facts(socket);
      if (catchingUp !== null) {
        this.catchUp(socket);
        continue;
      }
      const frames = encoded.get(dialect) ?? entries.map((entry) => this.#encode(entry, dialect));
      encoded.set(dialect, frames);
      for (const [index, frame] of frames.entries()) {
        if (bufferedBytes(socket) > PACE) {
          this.#fallBehind(socket, entries[index]);
          break;
        }
        if (frame !== null) this.#sockets.send(socket, frame);
      }
    }
  }

  /** Serves a socket from where its facts say that it stands until it is live. */
  catchUp(socket: WebSocket): void {
    if (!this.#running.has(socket)) this.#state.waitUntil(this.#serve(socket));
  }

  /** Goes on where an eviction stopped. */
  resume(): void {
    for (const socket of this.#sockets.open())
      if (this.#sockets.facts(socket).catchingUp !== null) this.catchUp(socket);
  }

  #fallBehind(socket: WebSocket, next: Entry | undefined): void {
    if (!next) return;
    this.#sockets.update(socket, { ...this.#sockets.facts(socket), catchingUp: next.seq - 1 });
    this.catchUp(socket);
  }

  async #serve(socket: WebSocket): Promise<void> {
    this.#running.add(socket);
    try {
      const { dialect, catchingUp } = this.#sockets.facts(socket);
      let position = catchingUp ?? this.#journal().head;
      while (socket.readyState === WebSocket.OPEN) {
        for (const entry of this.#journal().after(position, LIMITS.page)) {
          if (bufferedBytes(socket) > PACE && !(await this.#pause(socket, position))) return;
          // The window has moved on without this reader: it comes back and is told to reload.
          if (entry.seq !== position + 1) return this.#sockets.close(socket, CLOSE.slow, "too far behind");
          const frame = this.#encode(entry, dialect);
          if (frame !== null) this.#sockets.send(socket, frame);
          position = entry.seq;
        }
        // Nothing is stored between this look and the change: it is live from the very next entry.
        if (position >= this.#journal().head) {
          return this.#sockets.update(socket, { ...this.#sockets.facts(socket), catchingUp: null });
        }
        if (!(await this.#pause(socket, position))) return;
      }
    } finally {
      this.#running.delete(socket);
    }
  }

  /** Notes how far a socket has come and gives others a turn, longer while it does not read. False: it is closed now. */
  async #pause(socket: WebSocket, position: number): Promise<boolean> {
    this.#sockets.update(socket, { ...this.#sockets.facts(socket), catchingUp: position });
    for (let waited = 0; waited <= PATIENCE; waited += LOOK) {
      await scheduler.wait(waited === 0 ? 0 : LOOK);
      if (socket.readyState !== WebSocket.OPEN) return false;
      if (bufferedBytes(socket) <= PACE) return true;
    }
    this.#sockets.close(socket, CLOSE.slow, "too slow");
    return false;
  }

  #encode(entry: Entry, dialect: Dialect): string | null {
    if (dialect !== PROTOCOL) return this.#toDocumented(entry);
    const { seq, kind, at, author, ref, body } = entry;
    return encode({
      t: "entry",
      seq,
      kind,
      at: isoTime(at),
      by: author || null,
      ...(ref === null ? {} : { ref }),
      body,
    });
  }
}
