/** `npm run talk`: the socket in the terminal, as a process against a fake socket server. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { WebSocketServer } from "ws";

const talk = new URL("../../scripts/talk.mjs", import.meta.url).pathname;
let server: WebSocketServer;
let child: ChildProcess;

afterEach(() => {
  child.kill();
  server.close();
});

/** Starts a server that welcomes with these limits and the command that speaks to it; resolves with its first frame. */
async function firstFrame(
  limits: object,
  ...options: string[]
): Promise<{ frame: string; printed: () => string }> {
  server = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => "caravan.v1" });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  child = spawn(process.execPath, [talk, `ws://127.0.0.1:${port}/ws/chat/1/`, ...options], { stdio: "pipe" });
  let out = "";
  child.stdout?.on("data", (data) => {
    out += data;
  });
  const [socket] = await once(server, "connection");
  socket.send(JSON.stringify({ t: "welcome", epoch: "e", seq: 0, limits }));
  const [data] = await once(socket, "message");
  socket.send('{"t":"pong"}');
  socket.send('{"t":"presence","users":[1]}');
  return { frame: String(data), printed: () => out };
}

test("The terminal's socket pings as often as the server requires, and prints no pongs.", async () => {
  const { frame, printed } = await firstFrame({ ping: 0.2 });
  expect(frame).toBe('{"t":"ping"}');
  await expect.poll(printed).toContain("presence");
  expect(printed()).not.toContain("pong");
});
