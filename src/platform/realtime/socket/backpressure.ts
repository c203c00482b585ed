/** How fast a reader is served: no faster than it reads. */
import { MAX_BUFFERED } from "./frames.ts";
import { bufferedBytes } from "./sockets.ts";

/** Beyond this many unread bytes entries wait in the journal: what the room answers a reader has room left. */
const PACE = MAX_BUFFERED / 2;
/** How long a reader may take to come below that, and how often it is looked at. Milliseconds. */
const PATIENCE = 10_000;
const LOOK = 20;

export function isBehind(socket: WebSocket): boolean {
  return bufferedBytes(socket) > PACE;
}

/** Gives others a turn, longer while this reader does not read. False: it is closed, or read nothing for too long. */
export async function untilRead(socket: WebSocket): Promise<boolean> {
  for (let waited = 0; waited <= PATIENCE; waited += LOOK) {
    await scheduler.wait(waited === 0 ? 0 : LOOK);
    if (socket.readyState !== WebSocket.OPEN) return false;
    if (!isBehind(socket)) return true;
  }
  return false;
}
