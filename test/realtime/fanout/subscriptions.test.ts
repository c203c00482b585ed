/** Subscriptions from a person's own socket: each socket has its own position in each room, whatever is pushed. */
import { describe, expect, test } from "vitest";
import { latch } from "../../harness/realtime/fake-network.ts";
import { admit, callerOf, listen, serverSide } from "../../harness/realtime/fake-room.ts";
import {
  type Here,
  INBOX,
  kinds,
  ROOM,
  seqs,
  subscribe,
  unsubscribe,
  withInbox,
} from "../../harness/realtime/inbox.ts";
import { upTo } from "../../harness/rooms.ts";

describe("a push", () => {
  test("A push that follows on the position is delivered without a read.", async () => {
    await withInbox(async ({ chat, send, push }, frames) => {
      chat.store(3);
      await send(subscribe());
      await expect.poll(() => chat.calls).toEqual(["follow", "read 3"]);
      for (const seq of [4, 5]) {
        chat.store(1);
        expect(push(seq)).toBe(true);
      }
      await expect.poll(() => seqs(frames)).toEqual([4, 5]);
      expect(chat.calls).toHaveLength(2);
    });
  });

  test.each<[string, (here: Here) => void]>([
    ["that follows a lost one", ({ push }) => void push(3)],
    ["that comes before an earlier one", ({ push }) => void [push(3), push(1), push(2)]],
    ["that comes twice", ({ push }) => void [push(1), push(1), push(1, 3), push(2, 3)]],
    ["with nothing but the room's head", ({ room, chat }) => void room.inbox.relay(ROOM, chat.epoch, [], 3)],
    ["that lacks the newest", ({ push }) => void push(1)],
    [
      "with a hole in it",
      ({ room, chat }) => {
        room.inbox.relay(
          ROOM,
          chat.epoch,
          chat.entries.filter(({ seq }) => seq !== 2),
          3,
        );
      },
    ],
  ])("After a push %s, every entry is delivered once and in order.", async (_, push) => {
    await withInbox(async (here, frames) => {
      await here.send(subscribe());
      await expect.poll(() => here.chat.calls).toContain("read 0");
      here.chat.store(3);
      push(here);
      await expect.poll(() => seqs(frames)).toEqual([1, 2, 3]);
      here.chat.store(1);
      here.push(4);
      await expect.poll(() => seqs(frames)).toEqual([1, 2, 3, 4]);
    });
  });

  test("A repeated push is not delivered again, and causes no read.", async () => {
    await withInbox(async ({ chat, send, push }, frames) => {
      await send(subscribe());
      await expect.poll(() => chat.calls).toEqual(["follow", "read 0"]);
      chat.store(1);
      push(1);
      push(1);
      chat.store(1);
      push(1, 2);
      await expect.poll(() => seqs(frames)).toEqual([1, 2]);
      expect(chat.calls).toHaveLength(2);
    });
  });

  test("A push that comes during a catch-up is delivered after it.", async () => {
    await withInbox(async ({ chat, send, push }, frames) => {
      const { open, opened } = latch();
      const read = chat.read.bind(chat);
      chat.read = async (...asked) => {
        const page = await read(...asked);
        if (asked[2] === 0) await opened;
        return page;
      };
      chat.store(5);
      await send(subscribe({ epoch: chat.epoch, since: 0 }));
      chat.store(2);
      push(6);
      push(7);
      expect(seqs(frames)).toEqual([]);
      open();
      await expect.poll(() => seqs(frames)).toEqual(upTo(7));
    });
  });

  test("A push of another epoch ends the subscription, and the client subscribes again.", async () => {
    await withInbox(async ({ chat, send, push }, frames) => {
      chat.store(2);
      await send(subscribe());
      chat.epoch = "bbbbbbbb";
      chat.store(1);
      push(3);
      await expect.poll(() => frames.at(-1)).toEqual({ t: "unsubscribed", room: ROOM, code: 4408 });
      expect(seqs(frames)).toEqual([]);
    });
  });

  test("A push for a room without a subscribed socket is answered with null.", async () => {
    await withInbox(async ({ room, chat, send, push }) => {
      chat.store(1);
      expect(push(1)).toBe(false);
      await send(subscribe());
      expect(push(1)).toBe(true);
      await send(unsubscribe);
      expect(push(1)).toBe(false);
      expect(room.inbox.relay("chat:2", "aaaaaaaa", [], 1)).toBeNull();
    });
  });
});

describe("positions", () => {
  test("Each socket has its own position: a second tab starts elsewhere, and both see every entry once.", async () => {
    await withInbox(async ({ room, world, chat, send, push }, frames) => {
      chat.store(4);
      await send(subscribe());
      const tab = listen(room.sockets.open(admit(world, { room: INBOX, caller: callerOf(1) })));
      const [, second] = world.state.getWebSockets("user:1");
      const newer = [second, serverSide(world, 1)].find(
        (socket) => socket?.deserializeAttachment().follows === undefined,
      ) as WebSocket;
      await room.sockets.message(newer, JSON.stringify(subscribe({ epoch: chat.epoch, since: 1 })));
      chat.store(1);
      push(5);
      await expect.poll(() => seqs(tab.frames)).toEqual([2, 3, 4, 5]);
      expect(seqs(frames)).toEqual([5]);
      await room.sockets.message(newer, JSON.stringify(unsubscribe));
      expect(chat.calls).not.toContain("unfollow");
      chat.store(1);
      push(6);
      await expect.poll(() => seqs(frames)).toEqual([5, 6]);
      expect(seqs(tab.frames)).toEqual([2, 3, 4, 5]);
    });
  });

  test("Positions survive hibernation, and the next push is compared with them.", async () => {
    await withInbox(async ({ world, chat, send }, frames) => {
      chat.store(2);
      await send(subscribe());
      await expect.poll(() => chat.calls).toContain("read 2");
      chat.store(3);
      const fresh = world.fresh();
      fresh.inbox.relay(ROOM, chat.epoch, chat.entries.slice(-1), chat.head);
      await expect.poll(() => seqs(frames)).toEqual([3, 4, 5]);
      expect(serverSide(world, 1).deserializeAttachment().follows).toEqual({
        [ROOM]: { epoch: chat.epoch, seq: 5 },
      });
    });
  });

  test.each<[string, object]>([
    ["a foreign epoch", { epoch: "00000000", since: 2 }],
    ["a position that the room has not reached", { epoch: "aaaaaaaa", since: 9 }],
  ])("Subscribing from %s answers that the client must reload, and continues from now.", async (_, from) => {
    await withInbox(async ({ chat, send, push }, frames) => {
      chat.store(4);
      await send(subscribe(from));
      await expect.poll(() => frames.at(-1)).toMatchObject({ t: "subscribed", recovered: false, seq: 4 });
      chat.store(1);
      push(5);
      await expect.poll(() => seqs(frames)).toEqual([5]);
    });
  });

  test("A position that falls out of the room's window ends the subscription, and the client subscribes again.", async () => {
    await withInbox(async ({ chat, send, push }, frames) => {
      chat.store(2);
      await send(subscribe());
      chat.store(10);
      chat.entries = chat.entries.slice(-3);
      push(12);
      await expect.poll(() => frames.at(-1)).toEqual({ t: "unsubscribed", room: ROOM, code: 4408 });
      expect(chat.calls).toContain("unfollow");
      await send(subscribe({ epoch: chat.epoch, since: 11 }));
      await expect.poll(() => seqs(frames)).toEqual([12]);
    });
  });

  test("Subscribing again moves the position, and one subscription delivers nothing twice.", async () => {
    await withInbox(async ({ chat, send, push }, frames) => {
      chat.store(3);
      await send(subscribe({ epoch: chat.epoch, since: 1 }));
      await expect.poll(() => seqs(frames)).toEqual([2, 3]);
      await send(subscribe());
      chat.store(1);
      push(4);
      await expect.poll(() => seqs(frames)).toEqual([2, 3, 4]);
      expect(chat.subscribers.size).toBe(1);
    });
  });

  test("Fifty subscriptions with the longest names fit into a socket's attachment, and the fifty-first is refused.", async () => {
    await withInbox(async ({ world, send }, frames) => {
      const name = (n: number) =>
        `order:${String(n).padStart(8, "0")}-0000-4000-8000-000000000000`.padEnd(100, "x");
      for (let n = 1; n <= 50; n++) await send({ t: "subscribe", room: name(n) });
      world.now += 1000;
      await send({ t: "subscribe", ref: "more", room: name(51) });
      await expect
        .poll(() => frames.at(-1))
        .toMatchObject({
          t: "error",
          ref: "more",
          code: "too_large",
          detail: "One socket follows at most 50 rooms.",
        });
      await send({ t: "subscribe", ref: "known", room: name(7) });
      await expect.poll(() => frames.at(-1)).toMatchObject({ t: "subscribed", ref: "known" });
      expect(Object.keys(serverSide(world, 1).deserializeAttachment().follows)).toHaveLength(50);
    });
  });

  test("The limit of fifty subscriptions holds for requests sent all at once.", async () => {
    await withInbox(async (here, frames) => {
      // A second has room for fifty frames.
      for (const first of [0, 40]) {
        here.world.now += 1000;
        const { open, opened } = latch();
        const subscribe = here.chat.subscribe.bind(here.chat);
        here.chat.subscribe = async (...asked) => opened.then(() => subscribe(...asked));
        const all = upTo(40).map((n) => here.send({ t: "subscribe", room: `order:${first + n}` }));
        open();
        await Promise.all(all);
      }
      await expect.poll(() => kinds(frames).filter((t) => t === "error")).toHaveLength(30);
      expect(kinds(frames).filter((t) => t === "subscribed")).toHaveLength(50);
    });
  });
});
