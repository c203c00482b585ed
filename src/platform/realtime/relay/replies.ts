/** The acknowledgements that the authors of a relay wait for: each comes before the entry, and once. */
import type { RoomHandler } from "../handler.ts";
import { acknowledge } from "../log/acknowledge.ts";
import type { Draft, Entry } from "../log/entry.ts";
import type { Connections } from "../socket/connections.ts";

interface Parts {
  readonly connections: Connections;
  readonly handler: Pick<RoomHandler, "confirm">;
}

interface Reply {
  readonly socket: WebSocket;
  readonly author: number;
  readonly ref: string | null;
  isDone: boolean;
}

/** The room's answer to the author may come after its push of the entry; then the push acknowledges. */
export class Replies {
  readonly #parts: Parts;
  readonly #expected = new Set<Reply>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A draft is sent to the room. */
  expect(socket: WebSocket, { author, ref }: Draft) {
    const reply: Reply = { socket, author, ref, isDone: false };
    this.#expected.add(reply);
    return {
      /** The room has answered. */
      stored: (entry: Entry) => this.#send(reply, entry),
      end: () => void this.#expected.delete(reply),
    };
  }

  /** An entry has come from the room. */
  stored(entry: Entry): void {
    if (entry.ref === null) return;
    for (const reply of this.#expected)
      if (reply.author === entry.author && reply.ref === entry.ref) this.#send(reply, entry);
  }

  #send(reply: Reply, entry: Entry): void {
    if (reply.isDone) return;
    reply.isDone = true;
    acknowledge(this.#parts, reply.socket, entry);
  }
}
