/** Gets every entry to every socket: once, in order, and no faster than its reader reads. */
import type { Caller } from "../../http/caller.ts";
import { isoTime } from "../../time.ts";
import type { RoomHandler, Visibility } from "../handler.ts";
import type { Entry, Journal } from "../log/journal.ts";
import { showWithin } from "../rights/rights.ts";
import { isBehind, untilRead } from "../socket/backpressure.ts";
import { CLOSE, encode, LIMITS, PROTOCOL } from "../socket/frames.ts";
import type { SocketFacts, Sockets } from "../socket/sockets.ts";

type Shown = Pick<RoomHandler, "toDocumented" | "audience" | "showTo" | "showFrom">;

/** Who an entry is shown to, and what of it their right lets them see. */
interface Viewer extends Visibility {
  readonly caller: Caller | null;
}

export class Broadcaster {
  readonly #state: DurableObjectState;
  readonly #sockets: Sockets;
  readonly #journal: () => Journal;
  readonly #handler: Shown;
  readonly #running = new Set<WebSocket>();

  constructor(state: DurableObjectState, sockets: Sockets, journal: () => Journal, handler: Shown) {
    this.#state = state;
    this.#sockets = sockets;
    this.#journal = journal;
    this.#handler = handler;
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
    const encoded = new Map<string, (string | null)[]>();
    for (const socket of this.#sockets.open()) {
      const facts = this.#sockets.facts(socket);
      if (facts.catchingUp !== null) {
        this.catchUp(socket);
        continue;
      }
      const alike = [facts.dialect, facts.visibleFrom, facts.until, this.#audience(facts.caller)].join(" ");
      const frames = encoded.get(alike) ?? entries.map((entry) => this.#encode(entry, facts));
      encoded.set(alike, frames);
      for (const [index, frame] of frames.entries()) {
        if (isBehind(socket)) {
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
      let position = this.#sockets.facts(socket).catchingUp ?? this.#journal().head;
      while (socket.readyState === WebSocket.OPEN) {
        for (const entry of this.#journal().after(position, LIMITS.page)) {
          if (isBehind(socket) && !(await this.#pause(socket, position))) return;
          // The window has moved on without this reader: it comes back and is told to reload.
          if (entry.seq !== position + 1) return this.#sockets.close(socket, CLOSE.slow, "too far behind");
          const frame = this.#encode(entry, this.#sockets.facts(socket));
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
    if (await untilRead(socket)) return true;
    this.#sockets.close(socket, CLOSE.slow, "too slow");
    return false;
  }

  /** An entry as this reader may see it. */
  show(entry: Entry, viewer: Viewer): Entry {
    const shown = this.#handler.showTo?.(entry, this.#audience(viewer.caller), this.#journal()) ?? entry;
    return showWithin(shown, viewer, (older, from) => this.#handler.showFrom?.(older, from) ?? older);
  }

  #audience(caller: Caller | null): string {
    return this.#handler.audience?.(caller) ?? "";
  }

  #encode(entry: Entry, facts: SocketFacts): string | null {
    const shown = this.show(entry, facts);
    return facts.dialect === PROTOCOL ? encode(entryFrame(shown)) : this.#handler.toDocumented(shown);
  }
}

/** An entry as the native dialect shows it; `room` for one that a person's own socket passes on. */
export function entryFrame({ seq, kind, at, author, ref, body }: Entry, room?: string) {
  return {
    t: "entry" as const,
    ...(room === undefined ? {} : { room }),
    seq,
    kind,
    at: isoTime(at),
    by: author || null,
    ...(ref === null ? {} : { ref }),
    body,
  };
}
