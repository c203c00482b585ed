/** Subscriptions under failures and attacks: what happens between two awaits, calls that fail, invented names. */
import { describe, expect, test } from "vitest";
import { latch } from "../../harness/realtime/fake-network.ts";
import { serverSide } from "../../harness/realtime/fake-room.ts";
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

describe("interleavings", () => {
  test.each<[string, "enter" | "follow"]>([
    ["its rights are looked up", "enter"],
    ["the room is being called", "follow"],
  ])("A socket that leaves while %s is not subscribed.", async (_, where) => {
    await withInbox(async (here, frames) => {
      const { open, opened } = latch();
      if (where === "enter") here.authorizeSubscription = (name) => opened.then(() => ({ room: name }));
      else {
        const original = here.chat.subscribe.bind(here.chat);
        here.chat.subscribe = (...asked) =>
          original(...asked).then((subscribed) => opened.then(() => subscribed));
      }
      const joining = here.send(subscribe({ ref: "s" }));
      await here.send(unsubscribe);
      open();
      await joining;
      await expect.poll(() => kinds(frames)).toEqual(["unsubscribed"]);
      await expect.poll(() => here.chat.subscribers.size).toBe(0);
      here.chat.store(1);
      expect(here.push(1)).toBe(false);
    });
  });

  test("A socket that leaves and subscribes again at once is subscribed.", async () => {
    await withInbox(async (here, frames) => {
      const first = latch();
      const original = here.chat.subscribe.bind(here.chat);
      here.chat.subscribe = (...asked) =>
        original(...asked).then((subscribed) => first.opened.then(() => subscribed));
      const joining = here.send(subscribe({ ref: "1" }));
      await here.send(unsubscribe);
      const again = here.send(subscribe({ ref: "2" }));
      first.open();
      await Promise.all([joining, again]);
      await expect
        .poll(() => frames.slice(1))
        .toMatchObject([{ t: "unsubscribed" }, { t: "subscribed", ref: "2" }]);
      expect(here.chat.subscribers.size).toBe(1);
      here.chat.store(1);
      expect(here.push(1)).toBe(true);
      await expect.poll(() => seqs(frames)).toEqual([1]);
    });
  });

  test("A socket that closes while it subscribes leaves no subscriber behind.", async () => {
    await withInbox(async (here) => {
      const { open, opened } = latch();
      const original = here.chat.subscribe.bind(here.chat);
      here.chat.subscribe = (...asked) =>
        original(...asked).then((subscribed) => opened.then(() => subscribed));
      const joining = here.send(subscribe());
      const socket = serverSide(here.world, 1);
      socket.close(1000, "done");
      here.room.sockets.closed(socket, 1000, "done");
      open();
      await joining;
      await expect.poll(() => here.chat.subscribers.size).toBe(0);
    });
  });

  test("A socket that closes ends the subscriptions that no other socket has.", async () => {
    await withInbox(async ({ room, world, chat, send }) => {
      await send(subscribe());
      await send({ t: "subscribe", room: "order:2" });
      const socket = serverSide(world, 1);
      socket.close(1000, "done");
      room.sockets.closed(socket, 1000, "done");
      await expect.poll(() => chat.calls.filter((call) => call === "unfollow")).toHaveLength(2);
    });
  });

  test("A socket that leaves during a catch-up gets no more entries.", async () => {
    await withInbox(async ({ chat, send }, frames) => {
      const { open, opened } = latch();
      const read = chat.read.bind(chat);
      chat.read = async (...asked) => opened.then(() => read(...asked));
      chat.store(5);
      await send(subscribe({ epoch: chat.epoch, since: 0 }));
      await send(unsubscribe);
      open();
      await new Promise((resolve) => setTimeout(resolve, 0));
      await expect.poll(() => frames.at(-1)).toEqual({ t: "unsubscribed", room: ROOM, code: 1000 });
      expect(seqs(frames)).toEqual([]);
    });
  });

  test("A socket that is dropped while it subscribes is told so.", async () => {
    await withInbox(async (here, frames) => {
      const { open, opened } = latch();
      const { chat } = here;
      const original = chat.subscribe.bind(chat);
      chat.subscribe = (...asked) => original(...asked).then((subscribed) => opened.then(() => subscribed));
      chat.read = async () => null;
      const joining = here.send(subscribe());
      chat.subscribers.clear();
      here.room.inbox.dropped(ROOM, 4003);
      open();
      await joining;
      await expect.poll(() => frames.at(-1)).toEqual({ t: "unsubscribed", room: ROOM, code: 4408 });
    });
  });

  test("A dropped subscriber gets the code, and their frames for that room are refused.", async () => {
    await withInbox(async ({ room, chat, send }, frames) => {
      await send(subscribe());
      room.inbox.dropped(ROOM, 4003);
      room.inbox.dropped(ROOM, 4003);
      await send({ t: "say", room: ROOM, ref: "a", kind: "message", body: { text: "a" } });
      await expect
        .poll(() => frames.slice(-2))
        .toEqual([
          { t: "unsubscribed", room: ROOM, code: 4003 },
          { t: "error", room: ROOM, ref: "a", code: "forbidden", detail: "Subscribe to the room first." },
        ]);
      chat.store(1);
      expect(room.inbox.relay(ROOM, chat.epoch, chat.entries, 1)).toBeNull();
    });
  });
});

describe("failures", () => {
  test("A room that can't be read ends the subscription instead of leaving a gap.", async () => {
    await withInbox(async ({ chat, send, push }, frames) => {
      await send(subscribe());
      chat.read = async () => {
        throw new Error("broken");
      };
      chat.store(3);
      expect(push(3)).toBe(true);
      await expect.poll(() => frames.at(-1)).toEqual({ t: "unsubscribed", room: ROOM, code: 4408 });
      expect(push(3)).toBe(false);
    });
  });

  test.each<[string, (here: Here) => void]>([
    [
      "the gate",
      (here) => {
        here.authorizeSubscription = async () => {
          throw new Error("D1 is away");
        };
      },
    ],
    [
      "the room",
      ({ chat }) => {
        chat.subscribe = async () => {
          throw new Error("broken");
        };
      },
    ],
  ])("When %s fails, the client is told to subscribe again later.", async (_, breakIt) => {
    await withInbox(async (here, frames) => {
      breakIt(here);
      await here.send(subscribe({ ref: "s" }));
      await expect
        .poll(() => frames.at(-1))
        .toEqual({
          t: "error",
          room: ROOM,
          ref: "s",
          code: "unavailable",
          detail: "Subscribe again later.",
        });
      expect(here.push(1)).toBe(false);
    });
  });

  test("Frames that could not be forwarded are not counted as bad frames.", async () => {
    await withInbox(async ({ chat, send }, frames) => {
      await send(subscribe());
      chat.takeFrame = async () => {
        throw new Error("broken");
      };
      for (const ref of ["a", "b", "c", "d"])
        await send({ t: "say", room: ROOM, ref, kind: "message", body: { text: ref } });
      await expect
        .poll(() => frames.at(-1))
        .toEqual({
          t: "error",
          room: ROOM,
          ref: "d",
          code: "unavailable",
          detail: "Send it again later.",
        });
      await send(unsubscribe);
      await expect.poll(() => frames.at(-1)?.t).toBe("unsubscribed");
    });
  });
});

describe("attacks by a client", () => {
  test("Leaving a room that was never entered creates no object.", async () => {
    await withInbox(async ({ reached, send }, frames) => {
      for (const room of ["inbox:7", "ops:all", "chat:999", "constructor", "__proto__"])
        await send({ t: "unsubscribe", room });
      await expect.poll(() => kinds(frames)).toEqual(Array(5).fill("unsubscribed"));
      expect(reached).toEqual([]);
    });
  });

  test.each(["inbox:7", "ops:all", "constructor", "toString", "__proto__", ROOM])(
    "A frame for %s is refused without a subscription, and calls no object.",
    async (room) => {
      await withInbox(async ({ reached, send }, frames) => {
        await send({ t: "say", ref: "x", room, kind: "message", body: { text: "x" } });
        await expect
          .poll(() => frames.at(-1))
          .toMatchObject({ t: "error", room, ref: "x", code: "forbidden" });
        expect(reached).toEqual([]);
      });
    },
  );

  test("An inbox can't subscribe to itself.", async () => {
    await withInbox(async (here, frames) => {
      here.authorizeSubscription = async () => ({ room: INBOX });
      await here.send({ t: "subscribe", ref: "me", room: "me" });
      await expect.poll(() => frames.at(-1)).toMatchObject({ t: "error", ref: "me", code: "bad_frame" });
      expect(here.reached).toEqual([]);
    });
  });

  test("A subscription passes the end of its right on to the room.", async () => {
    await withInbox(async (here, frames) => {
      const until = here.world.now + 1000;
      here.authorizeSubscription = async (room) => ({ room, readOnly: true, visibleFrom: 7, until });
      await here.send(subscribe({ ref: "s" }));
      await expect.poll(() => frames.at(-1)).toMatchObject({ t: "subscribed", ref: "s" });
      expect(here.chat.admitted).toMatchObject([{ readOnly: true, visibleFrom: 7, until }]);
    });
  });
});
