/** What a room has stored, read by a socket that belongs to none of the clients under test. */
import WebSocket from "ws";
import type { Seen } from "./clients/client.ts";
import type { World } from "./world.ts";

/** All entries of a room from the first. `protocols` are the credentials. */
export async function journalOf(world: World, path: string, protocols: string[]): Promise<Seen[]> {
  const url = `${world.origin.replace("http", "ws")}${path}?since=0`;
  const socket = new WebSocket(url, protocols);
  const seen: Seen[] = [];
  let head = Number.POSITIVE_INFINITY;
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("message", (data) => {
      const frame = JSON.parse(String(data));
      if (frame.t === "welcome") head = frame.seq;
      if (frame.t === "entry") seen.push({ seq: frame.seq, text: frame.body.text });
      if (seen.length >= head) resolve();
    });
  });
  socket.close();
  return seen;
}
