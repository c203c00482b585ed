/** What an author says through an inbox comes back to that inbox with the result of its call, and to the others by a push. */
import { describe, expect, test } from "vitest";
import { note } from "../../harness/realtime/fake-room.ts";
import { kinds, ROOM, seqs, subscribe, withInbox } from "../../harness/realtime/inbox.ts";
import { say, withSubscriber } from "./with-subscriber.ts";

describe("a room", () => {
  test("An inbox that takes entries gets its own with the result and by no push.", async () => {
    await withSubscriber(async (room, world, inbox) => {
      const result = await room.subscribers.takeFrame("inbox:7", say("a"), true);
      const { epoch } = room.log.latest(world.name, 1);
      expect(result).toMatchObject({
        ok: true,
        seq: 1,
        stored: { epoch, entry: { seq: 1, author: 7, ref: "a" } },
      });
      room.log.publish(world.name, note("next"));
      await expect.poll(() => inbox.relays.map(({ seqs }) => seqs)).toEqual([[2]]);
    });
  });

  test("An inbox of an older version, which takes no entries, is told of its own by a push.", async () => {
    await withSubscriber(async (room, _, inbox) => {
      const result = await room.subscribers.takeFrame("inbox:7", say("a"));
      expect(result).not.toHaveProperty("stored");
      await expect.poll(() => inbox.relays.map(({ seqs }) => seqs)).toEqual([[1]]);
    });
  });

  test("Entries of several frames in one transaction are pushed to all, so that none is missing.", async () => {
    await withSubscriber(async (room, _, inbox) => {
      const refs = ["a", "b", "c"];
      const results = await Promise.all(
        refs.map((ref) => room.subscribers.takeFrame("inbox:7", say(ref), true)),
      );
      expect(results.map((result) => result.ok && result.stored?.entry.seq)).toEqual([1, 2, 3]);
      await expect.poll(() => inbox.relays.flatMap(({ seqs }) => seqs)).toEqual([2, 3]);
    });
  });

  test("A repeated frame gets the first entry again, for an inbox that lost the first result.", async () => {
    await withSubscriber(async (room) => {
      await room.subscribers.takeFrame("inbox:7", say("a"), true);
      expect(await room.subscribers.takeFrame("inbox:7", say("a"), true)).toMatchObject({
        stored: { entry: { seq: 1, ref: "a" } },
      });
    });
  });
});

describe("an inbox", () => {
  const entry = (seq: number) => ({
    seq,
    at: 1,
    author: 7,
    ref: `r${seq}`,
    kind: "message",
    body: { text: "hi" },
  });
  const frame = { t: "say", room: ROOM, ref: "r1", kind: "message", body: { text: "hi" } };

  test("The author's socket hears the ack, then the entry, each once.", async () => {
    await withInbox(async ({ chat, send, push }, frames) => {
      await send(subscribe());
      chat.takeFrame = async () => {
        chat.store(1);
        return { ok: true, seq: 1, at: 1, stored: { epoch: chat.epoch, entry: entry(1) } };
      };
      await send(frame);
      await expect.poll(() => kinds(frames)).toEqual(["subscribed", "ack", "entry"]);
      push(1);
      chat.store(1);
      push(2);
      await expect.poll(() => seqs(frames)).toEqual([1, 2]);
    });
  });

  test("An entry that comes before those of others is read with them, in order.", async () => {
    await withInbox(async ({ chat, send }, frames) => {
      await send(subscribe());
      chat.takeFrame = async () => {
        chat.store(3);
        return { ok: true, seq: 3, at: 1, stored: { epoch: chat.epoch, entry: entry(3) } };
      };
      await send(frame);
      await expect.poll(() => seqs(frames)).toEqual([1, 2, 3]);
    });
  });

  test("When the call fails after the entry was stored, the inbox reads it.", async () => {
    await withInbox(async ({ chat, send }, frames) => {
      await send(subscribe());
      chat.takeFrame = async () => {
        chat.store(1);
        throw new Error("the connection is lost");
      };
      await send(frame);
      await expect.poll(() => seqs(frames)).toEqual([1]);
      expect(frames.some(({ t, code }) => t === "error" && code === "unavailable")).toBe(true);
    });
  });
});
