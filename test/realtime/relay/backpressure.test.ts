/** Backpressure in a relay: a slow client is served from what the relay has, at its own speed, and costs the others nothing. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { callerOf, serverSide, type World } from "../../harness/realtime/fake-room.ts";
import { upTo } from "../../harness/rooms.ts";
import { EPOCH, entriesBetween, openIn, seqsIn, withRelay } from "./alone.ts";

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

test("A client that is slow gets everything in order once it reads, and the others do not wait.", () =>
  withRelay(async (alone) => {
    const slow = await openIn(alone, { caller: callerOf(1) });
    const fast = await openIn(alone, { caller: callerOf(2) });
    const socket = serverSide(alone.world as World, 1);
    held.set(socket, BEHIND);
    for (let seq = 4; seq <= 30; seq++)
      await alone.relay.push({ epoch: EPOCH, entries: entriesBetween(seq, seq) });
    await expect.poll(() => seqsIn(fast.frames)).toEqual(upTo(30, 4));
    expect(seqsIn(slow.frames)).toEqual([]);
    held.set(socket, 0);
    await expect.poll(() => seqsIn(slow.frames)).toEqual(upTo(30, 4));
  }));

test("A client that never reads again is closed with 4408.", () =>
  withRelay(async (alone) => {
    const { frames, closed } = await openIn(alone, { caller: callerOf(1) });
    held.set(serverSide(alone.world as World, 1), BEHIND);
    await alone.relay.push({ epoch: EPOCH, entries: entriesBetween(4, 4) });
    expect(await closed).toBe(4408);
    expect(seqsIn(frames)).toEqual([]);
  }));
