/** Backpressure on a person's own socket: a slow client is waited for, and then closed. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { serverSide } from "../../harness/realtime/fake-room.ts";
import { seqs, subscribe, withInbox } from "../../harness/realtime/inbox.ts";
import { upTo } from "../../harness/rooms.ts";

const held = new WeakMap<WebSocket, number>();
beforeEach(() => {
  Object.defineProperty(WebSocket.prototype, "bufferedAmount", {
    configurable: true,
    get(this: WebSocket) {
      return held.get(this) ?? 0;
    },
  });
  vi.spyOn(scheduler, "wait").mockImplementation(() => new Promise((resolve) => setTimeout(resolve, 0)));
});
afterEach(() => {
  vi.restoreAllMocks();
  Reflect.deleteProperty(WebSocket.prototype, "bufferedAmount");
});
const BEHIND = 600 * 1024;

test("A client that is slow to read a subscription gets everything once it reads.", async () => {
  await withInbox(async ({ world, chat, send, push }, frames) => {
    await send(subscribe());
    held.set(serverSide(world, 1), BEHIND);
    for (let seq = 1; seq <= 20; seq++) {
      chat.store(1);
      push(seq);
    }
    await expect.poll(() => chat.calls).toContain("read 0");
    expect(seqs(frames)).toEqual([]);
    held.set(serverSide(world, 1), 0);
    await expect.poll(() => seqs(frames)).toEqual(upTo(20));
  });
});

test("A client that never reads its subscription again is closed with 4408.", async () => {
  await withInbox(async ({ world, chat, send, push }, frames, closed) => {
    await send(subscribe());
    held.set(serverSide(world, 1), BEHIND);
    chat.store(1);
    push(1);
    expect(await closed).toBe(4408);
    expect(seqs(frames)).toEqual([]);
  });
});
