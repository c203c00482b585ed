/** The subscribers of a room: what is pushed to each, and when a push is repeated. */
import { describe, expect, test } from "vitest";
import { subscriberOf } from "../../harness/realtime/fake-network.ts";
import { callerOf, note, type World } from "../../harness/realtime/fake-room.ts";
import { say, subscribers, withSubscriber } from "./with-subscriber.ts";

const alarmOf = ({ state }: World) => state.storage.getAlarm();

describe("stored entries", () => {
  test("Stored entries are pushed to subscribers in order, each with the room's head.", async () => {
    await withSubscriber(async (room, world, inbox) => {
      for (const text of ["1", "2"]) room.log.publish(world.name, note(text));
      await room.subscribers.takeFrame("inbox:7", say("a"));
      await expect
        .poll(() => inbox.relays.map(({ seqs, head }) => [seqs, head]))
        .toEqual([
          [[1], 1],
          [[2], 2],
          [[3], 3],
        ]);
    });
  });

  test("A retried say through an inbox is answered with its first position and pushed once.", async () => {
    await withSubscriber(async (room, _world, inbox) => {
      const first = await room.subscribers.takeFrame("inbox:7", say("a"));
      expect(await room.subscribers.takeFrame("inbox:7", say("a"))).toMatchObject({
        ok: true,
        seq: (first as { seq: number }).seq,
      });
      expect(inbox.relays).toHaveLength(1);
    });
  });

  test("A subscriber reads what it missed, a page at a time; a position of another epoch or outside the window gives null.", async () => {
    await withSubscriber(async (room, world) => {
      for (let n = 1; n <= 305; n++) room.log.publish(world.name, note(String(n)));
      const { epoch } = room.log.latest(world.name, 1);
      const page = room.subscribers.read("inbox:7", epoch, 2);
      expect(page?.map(({ seq }) => seq)).toEqual(Array.from({ length: 300 }, (_, n) => n + 3));
      expect(room.subscribers.read("inbox:7", epoch, 305)).toEqual([]);
      expect(room.subscribers.read("inbox:7", epoch, 306)).toBeNull();
      expect(room.subscribers.read("inbox:7", "00000000", 2)).toBeNull();
      world.state.storage.sql.exec("DELETE FROM entries WHERE seq <= 10");
      expect(room.subscribers.read("inbox:7", epoch, 2)).toBeNull();
      expect(room.subscribers.read("inbox:8", epoch, 300)).toBeNull();
    });
  });

  test("Each subscriber sees what their audience may see, in pushes and in reads.", async () => {
    await withSubscriber(
      async (room, world, inbox) => {
        room.log.publish(world.name, { kind: "note", ref: null, body: { text: "between operators" } });
        room.log.publish(world.name, note("for all"));
        await expect.poll(() => inbox.relays.map(({ kinds }) => kinds)).toEqual([["hidden"], ["notice"]]);
        const { epoch } = room.log.latest(world.name, 1);
        expect(room.subscribers.read("inbox:7", epoch, 0)).toMatchObject([
          { kind: "hidden", body: {} },
          { kind: "notice" },
        ]);
        room.subscribers.add(
          world.name,
          subscriberOf(7, world, { caller: callerOf(7, { isStaff: true }) }),
          null,
          null,
        );
        expect(room.subscribers.read("inbox:7", epoch, 0)?.[0]).toMatchObject({ kind: "note" });
      },
      {
        audience: (caller) => (caller?.isStaff ? "staff" : "others"),
        showTo: (entry, audience) =>
          entry.kind === "note" && audience !== "staff" ? { ...entry, kind: "hidden", body: {} } : entry,
      },
    );
  });
});

describe("a subscriber that was not told", () => {
  test("A subscriber whose push failed is nudged after the archive batch.", async () => {
    await withSubscriber(async (room, world, inbox) => {
      inbox.answer = async () => {
        throw new Error("broken");
      };
      room.log.publish(world.name, note("1"));
      await expect.poll(() => inbox.relays.length).toBe(1);
      inbox.answer = async () => true;
      await world.onSchedule(room);
      await expect.poll(() => inbox.relays.at(-1)).toMatchObject({ seqs: [], head: 1 });
    });
  });

  test("A subscriber that was not told because the object died after storing is nudged by the next object.", async () => {
    await withSubscriber(async (room, world, inbox) => {
      const { epoch } = room.log.latest(world.name, 1);
      room.log.publish(world.name, note("1"));
      await expect.poll(() => inbox.relays.length).toBe(1);
      inbox.relays.length = 0;
      await world.onSchedule(world.fresh());
      await expect.poll(() => inbox.relays).toEqual([{ epoch, seqs: [], kinds: [], head: 1 }]);
    });
  });

  test("A subscriber is nudged until it answers, and not after that.", async () => {
    await withSubscriber(async (room, world, inbox) => {
      inbox.answer = async () => {
        throw new Error("broken");
      };
      room.log.publish(world.name, note("1"));
      for (let times = 2; times <= 4; times++) {
        await expect.poll(() => inbox.relays.length).toBe(times);
        await expect.poll(() => alarmOf(world)).toBe(world.now + 10_000);
        world.now += 10_000;
        if (times === 4) inbox.answer = async () => true;
        await world.onSchedule(room);
      }
      await expect.poll(() => inbox.relays.length).toBe(5);
      world.now += 10_000;
      await world.onSchedule(room);
      expect(inbox.relays).toHaveLength(5);
      expect(await alarmOf(world)).toBeNull();
    });
  });

  test("A subscriber that was told is not nudged.", async () => {
    await withSubscriber(async (room, world, inbox) => {
      room.log.publish(world.name, note("1"));
      await expect.poll(() => inbox.relays.length).toBe(1);
      await world.onSchedule(room);
      expect(inbox.relays).toHaveLength(1);
    });
  });
});

test("A thousand subscriptions of one inbox are one subscriber.", async () => {
  await withSubscriber(async (room, world) => {
    for (let n = 0; n < 1000; n++) room.subscribers.add(world.name, subscriberOf(7, world), null, null);
    expect(subscribers(world)).toEqual(["inbox:7"]);
  });
});

test.each<[string, object, string]>([
  ["a read-only subscriber", { readOnly: true }, "You may only listen here."],
  ["an inbox that does not subscribe", { inbox: "inbox:9" }, "Subscribe to the room first."],
])("A message and a read mark by %s are refused.", async (_, more, detail) => {
  await withSubscriber(
    async (room, world) => {
      room.subscribers.unsubscribe("inbox:7");
      room.subscribers.add(world.name, subscriberOf(7, world, more), null, null);
      for (const frame of [say("a"), { t: "read", seq: 1 } as const, { t: "typing" } as const])
        expect(await room.subscribers.takeFrame("inbox:7", frame)).toEqual({
          ok: false,
          code: "forbidden",
          detail,
        });
      expect(room.log.latest(world.name, 10)).toMatchObject({ entries: [], reads: [] });
    },
    { social: true },
  );
});
