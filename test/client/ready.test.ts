/** Waiting for a room: `ready()` settles whatever becomes of the room, the connection or the session. */
import { afterEach, expect, test, vi } from "vitest";
import { settle, welcome, world } from "./world.ts";

const ROOM = "chat:3";

afterEach(() => void vi.unstubAllGlobals());

test("A room is ready once the server has opened it, and at once when it is open.", async () => {
  const here = world();
  const ready = here.live.room(ROOM).ready();
  here.live.room(ROOM).subscribe();
  await here.up();
  here.open(ROOM, 0);
  await ready;
  await here.live.room(ROOM).ready();
});

test("Waiting for a room that the server refuses rejects with its reason, also later.", async () => {
  const here = world();
  const ready = here.live.room(ROOM).ready();
  const refused = expect(ready).rejects.toMatchObject({ code: "forbidden" });
  here.live.room(ROOM).subscribe();
  await here.up();
  const ref = here.socket.of("subscribe").at(-1)?.ref;
  here.socket.hear({ t: "error", ref, code: "forbidden", detail: "no" });
  await refused;
  await expect(here.live.room(ROOM).ready()).rejects.toMatchObject({ code: "forbidden" });
});

test("Waiting goes on over a lost line.", async () => {
  const here = world();
  let isReady = false;
  void here.live
    .room(ROOM)
    .ready()
    .then(() => {
      isReady = true;
    });
  await here.up();
  here.socket.end();
  await here.nextSocket();
  expect(isReady).toBe(false);
  here.socket.hear(welcome());
  await settle();
  here.open(ROOM, 0);
  await settle();
  expect(isReady).toBe(true);
});

test("Waiting rejects when nobody is signed in, when the session ends, and when the connection is closed.", async () => {
  const nobody = world({ credentials: { token: () => null, renew: () => null } });
  await expect(nobody.live.room(ROOM).ready()).rejects.toMatchObject({ code: "signed_out" });
  // It is known already.
  await expect(nobody.live.room(ROOM).ready()).rejects.toMatchObject({ code: "signed_out" });
  const ended = world();
  const waiting = expect(ended.live.room(ROOM).ready()).rejects.toMatchObject({ code: "signed_out" });
  await settle();
  ended.live.pause();
  await waiting;
  const closed = world();
  const closing = expect(closed.live.room(ROOM).ready()).rejects.toMatchObject({ code: "aborted" });
  await settle();
  closed.live.close();
  await closing;
  expect(closed.timers.count).toBe(0);
});

test("A platform without WebSocket is told at once what to give.", () => {
  vi.stubGlobal("WebSocket", undefined);
  const here = world({ socket: undefined as never });
  expect(() => here.live.room(ROOM).subscribe()).toThrow("give `socket`");
  expect(() => here.live.connect()).toThrow("give `socket`");
});
