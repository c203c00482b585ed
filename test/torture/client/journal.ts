/** What a room has stored, read by a socket that is none of the client's. */
import WebSocket from "ws";
import type { World } from "../world.ts";
import type { Heard } from "./member.ts";

/** All entries of a room from the first. */
export async function journalOf(world: World, path: string, key: string): Promise<Heard[]> {
  const url = `${world.origin.replace("http", "ws")}${path}?since=0`;
  const socket = new WebSocket(url, ["caravan.v1", `auth.${key}`]);
  const seen: Heard[] = [];
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
