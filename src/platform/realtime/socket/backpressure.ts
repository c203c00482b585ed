/** Backpressure: a client gets entries no faster than it reads them. */

import { bufferedBytes } from "./connections.ts";
import { MAX_BUFFERED } from "./frames.ts";

/** Beyond this many unread bytes entries wait in the journal; acks and errors still fit into the rest of the buffer. */
const BEHIND = MAX_BUFFERED / 2;
/** How long a client may take to get below that, and how often it is checked. Milliseconds. */
const PATIENCE = 10_000;
const CHECK_EVERY = 20;

export function isBehind(socket: WebSocket): boolean {
  return bufferedBytes(socket) > BEHIND;
}

/** Yields, and waits while the client does not read. False: the socket is closed, or its client took too long. */
export async function untilRead(socket: WebSocket): Promise<boolean> {
  for (let waited = 0; waited <= PATIENCE; waited += CHECK_EVERY) {
    await scheduler.wait(waited === 0 ? 0 : CHECK_EVERY);
    if (socket.readyState !== WebSocket.OPEN) return false;
    if (!isBehind(socket)) return true;
  }
  return false;
}
