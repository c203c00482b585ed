/** Tells the author of an entry that it is stored, in the dialect of the socket that sent it. */
import { isoTime } from "../../time.ts";
import type { RoomHandler } from "../handler.ts";
import type { Connections } from "../socket/connections.ts";
import { encode, PROTOCOL } from "../socket/frames.ts";
import type { Entry } from "./entry.ts";

interface Parts {
  readonly connections: Connections;
  readonly handler: Pick<RoomHandler, "confirm">;
}

export function acknowledge({ connections, handler }: Parts, socket: WebSocket, entry: Entry): void {
  if (connections.facts(socket).dialect !== PROTOCOL) {
    const frame = handler.confirm?.(entry);
    if (frame !== undefined) connections.send(socket, frame);
  } else if (entry.ref !== null) {
    const { ref, seq, at } = entry;
    connections.send(socket, encode({ t: "ack", ref, seq, at: isoTime(at) }));
  }
}
