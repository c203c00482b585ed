/** Presence, typing and read marks: by person, across evictions; only read marks are stored. */
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { ReadMark } from "../../../src/platform/realtime/handler.ts";
import { chatters, me, native } from "../../chat/friends.ts";
import { fakeInbox, subscriberOf } from "../../harness/realtime/fake-network.ts";
import {
  admit,
  callerOf,
  listen,
  note,
  type Surroundings,
  serverSide,
  type World,
  withRoom,
} from "../../harness/realtime/fake-room.ts";

const social: Surroundings = { handler: { social: true } };
const presences = (frames: { t?: string; users?: number[] }[]) =>
  frames.filter(({ t }) => t === "presence").map(({ users }) => users);
const tables = ({ state }: World) =>
  Object.fromEntries(
    ["entries", "reads"].map((table) => [table, state.storage.sql.exec(`SELECT * FROM ${table}`).toArray()]),
  );

describe("presence", () => {
  test("Presence lists people with sockets or inboxes here, in order, each once.", async () => {
    const inbox = fakeInbox();
    await withRoom(
      async (room, world) => {
        const { frames } = listen(room.sockets.open(admit(world, { caller: callerOf(5) })));
        room.subscribers.add(world.name, subscriberOf(3, world), null, null);
        room.subscribers.add(world.name, subscriberOf(5, world), null, null);
        listen(room.sockets.open(admit(world, { caller: callerOf(5) })));
        room.subscribers.unsubscribe("inbox:5");
        room.subscribers.unsubscribe("inbox:5");
        await expect.poll(() => presences(frames)).toEqual([[5], [3, 5]]);
        expect(inbox.frames.filter(({ t }) => t === "presence")).toEqual([{ t: "presence", users: [3, 5] }]);
      },
      { ...social, objects: (name) => (name === "inbox:3" ? inbox.stub : null) },
    );
  });

  test("Presence survives an eviction: a new socket is told who was here.", async () => {
    await withRoom(async (room, world) => {
      const old = listen(room.sockets.open(admit(world, { caller: callerOf(1) })));
      room.subscribers.add(world.name, subscriberOf(2, world), null, null);
      const fresh = world.fresh();
      const late = listen(fresh.sockets.open(admit(world, { caller: callerOf(3) })));
      await expect.poll(() => presences(late.frames)).toEqual([[1, 2, 3]]);
      await expect.poll(() => presences(old.frames).at(-1)).toEqual([1, 2, 3]);
    }, social);
  });

  test("Disconnected people leave presence, and anonymous listeners are not in it.", async () => {
    await withRoom(async (room, world) => {
      const { frames } = listen(room.sockets.open(admit(world, { caller: callerOf(1) })));
      listen(room.sockets.open(admit(world, { caller: callerOf(2) })));
      room.subscribers.add(world.name, subscriberOf(2, world), null, null);
      listen(room.sockets.open(admit(world)));
      room.sockets.revoke({ userId: 2, rightsBefore: world.now }, 4003, "no right");
      await expect.poll(() => presences(frames)).toEqual([[1], [1, 2], [1]]);
    }, social);
  });

  test("A room that is not social shows no presence.", async () => {
    await withRoom(async (room, world) => {
      const { frames } = listen(room.sockets.open(admit(world, { caller: callerOf(1) })));
      expect(room.subscribers.add(world.name, subscriberOf(2, world), null, null)).toMatchObject({
        present: null,
      });
      await room.sockets.message(serverSide(world, 1), '{"t":"typing"}');
      await expect.poll(() => frames.map(({ t }) => t)).toEqual(["welcome", "error"]);
    });
  });
});

describe("typing", () => {
  test("Typing is sent to the others, not stored, and not sent to documented sockets.", async () => {
    await withRoom(async (room, world) => {
      const other = listen(room.sockets.open(admit(world, { caller: callerOf(2) })));
      const old = listen(
        room.sockets.open(admit(world, { caller: callerOf(3), native: false, protocol: null })),
      );
      listen(room.sockets.open(admit(world, { caller: callerOf(1) })));
      await room.sockets.message(serverSide(world, 1), '{"t":"typing"}');
      await expect.poll(() => other.frames.at(-1)).toEqual({ t: "typing", by: 1 });
      expect(old.frames).toEqual([]);
      expect(tables(world)).toEqual({ entries: [], reads: [] });
      expect(await world.state.storage.getAlarm()).toBe(world.now + 60_000);
    }, social);
  });
});

describe("read marks", () => {
  /** A room whose marks are archived to a list; `db.answer` can delay or fail that. */
  const marking = (
    work: (room: Parameters<Parameters<typeof withRoom>[0]>[0], world: World, db: Marks) => Promise<void>,
  ) => {
    const db: Marks = { taken: [], answer: async () => {} };
    const archiveReads = async (_room: string, reads: readonly ReadMark[]) => {
      await db.answer();
      db.taken.push(reads);
    };
    return withRoom(
      async (room, world) => {
        for (const text of ["1", "2", "3"]) room.log.publish(world.name, note(text));
        room.subscribers.add(world.name, subscriberOf(1, world), null, null);
        await work(room, world, db);
      },
      { handler: { social: true, archiveReads } },
    );
  };
  interface Marks {
    readonly taken: (readonly ReadMark[])[];
    answer: () => Promise<void>;
  }

  test("Read marks survive an eviction and a failing database, and are then archived with their newest value.", async () => {
    await marking(async (room, world, db) => {
      db.answer = async () => {
        throw new Error("D1 is away");
      };
      await room.subscribers.takeFrame("inbox:1", { t: "read", seq: 2 });
      await world.onSchedule(room);
      expect(db.taken).toEqual([]);
      db.answer = async () => {};
      const fresh = world.fresh();
      await fresh.subscribers.takeFrame("inbox:1", { t: "read", seq: 3 });
      await world.onSchedule(fresh);
      expect(db.taken).toEqual([[{ userId: 1, seq: 3 }]]);
      world.now += 60_000;
      await world.onSchedule(fresh);
      await world.onSchedule(world.fresh());
      expect(db.taken).toHaveLength(1);
    });
  });

  test("Read marks that wait for the database after an eviction have an alarm.", async () => {
    await marking(async (room, world, db) => {
      db.answer = async () => {
        throw new Error("D1 is away");
      };
      await room.subscribers.takeFrame("inbox:1", { t: "read", seq: 2 });
      await world.onSchedule(room);
      await world.state.storage.deleteAlarm();
      await world.fresh().lifecycle.wake(world.name);
      expect(await world.state.storage.getAlarm()).toBe(world.now + 1000);
    });
  });

  test("A read mark that moves while it is being archived is archived again.", async () => {
    await marking(async (room, world, db) => {
      await room.subscribers.takeFrame("inbox:1", { t: "read", seq: 1 });
      db.answer = async () => {
        db.answer = async () => {};
        await room.subscribers.takeFrame("inbox:1", { t: "read", seq: 3 });
      };
      await world.onSchedule(room);
      await world.onSchedule(room);
      expect(db.taken).toEqual([[{ userId: 1, seq: 1 }], [{ userId: 1, seq: 3 }]]);
    });
  });

  test("Read marks are never ahead of the room and never go back.", async () => {
    await marking(async (room, world) => {
      for (const seq of [99, 1, 0, 99]) await room.subscribers.takeFrame("inbox:1", { t: "read", seq });
      expect(room.log.latest(world.name, 1).reads).toEqual([{ userId: 1, seq: 3 }]);
    });
  });

  test.each(["retires", "erases its author"])("Read marks are deleted when the room %s.", async (how) => {
    await marking(async (room, world, db) => {
      await room.subscribers.takeFrame("inbox:1", { t: "read", seq: 3 });
      if (how === "retires") room.log.retire(world.name, { kind: "gone", ref: null, body: {} });
      else room.log.erase(1);
      for (const engine of [room, world.fresh()]) await world.onSchedule(engine);
      expect(tables(world).reads).toEqual([]);
      expect(db.taken).toEqual([]);
    });
  });
});

test("With real objects presence is the same after a chat slept, and empty after its connections broke.", async () => {
  const pair = await chatters();
  const stub = env.CHAT_ROOMS.getByName(`chat:${pair.chat}`);
  const both = [pair.one.id, pair.other.id].sort((a, b) => a - b);
  const here = await native(pair, pair.one);
  const phone = await me(pair.other);
  phone.send({ t: "subscribe", room: `chat:${pair.chat}` });
  await phone.next(({ t }) => t === "presence");
  await evictDurableObject(stub);
  const tab = await native(pair, pair.one);
  expect(await tab.next(({ t }) => t === "presence")).toEqual({ t: "presence", users: both });
  await evictDurableObject(stub, { webSockets: "close" });
  await Promise.all([here.closed, tab.closed]);
  phone.send({ t: "typing", room: `chat:${pair.chat}` });
  const back = await native(pair, pair.one);
  expect(await back.next(({ t }) => t === "presence")).toEqual({ t: "presence", users: both });
  phone.close();
  expect(await back.next(({ t }) => t === "presence")).toEqual({ t: "presence", users: [pair.one.id] });
});
