/** Sends what was just stored to every socket, once and in order. */
import type { Entry } from "../log/entry.ts";
import { isBehind } from "../socket/backpressure.ts";
import type { Connections } from "../socket/connections.ts";
import type { CatchUp } from "./catch-up.ts";
import type { EntryView } from "./entry-view.ts";

export class Broadcaster {
  readonly #connections: Connections;
  readonly #catchUp: CatchUp;
  readonly #view: EntryView;

  constructor(connections: Connections, catchUp: CatchUp, view: EntryView) {
    this.#connections = connections;
    this.#catchUp = catchUp;
    this.#view = view;
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
        this.#catchUp.start(socket);
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

  #fallBehind(socket: WebSocket, next: Entry | undefined): void {
    if (!next) return;
    this.#connections.update(socket, { ...this.#connections.facts(socket), catchingUp: next.seq - 1 });
    this.#catchUp.start(socket);
  }
}
