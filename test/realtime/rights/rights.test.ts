/** Rights of a room whose handler can look them up: when they may have changed, when they end, and during a handshake. */
import { describe, expect, test } from "vitest";
import type { Visibility } from "../../../src/platform/realtime/handler.ts";
import type { Room } from "../../../src/platform/realtime/room.ts";
import { fakeInbox, latch, subscriberOf } from "../../harness/realtime/fake-network.ts";
import { admit, callerOf, listen, note, type World, withRoom } from "../../harness/realtime/fake-room.ts";

type Verdicts = Map<number, Visibility | null>;

/** A room whose handler answers as the test says, and the inbox of person 2. */
function withRights(
  work: (
    room: Room,
    world: World,
    rights: { answer: (ids: readonly number[]) => Promise<Verdicts> },
  ) => Promise<void>,
  inbox = fakeInbox(),
): Promise<void> {
  const rights = {
    answer: async (ids: readonly number[]): Promise<Verdicts> => new Map(ids.map((id) => [id, {}])),
  };
  return withRoom((room, world) => work(room, world, rights), {
    handler: { authorize: (_room, ids) => rights.answer(ids) },
    objects: () => inbox.stub,
  });
}

const kinds = (frames: readonly { t: string; kind?: string }[]) =>
  frames.filter(({ t }) => t === "entry").map(({ kind }) => kind);

describe("a recheck", () => {
  test("A recheck closes the sockets of people without a right with 4003, drops their subscriptions, and leaves the others.", async () => {
    const inbox = fakeInbox();
    await withRights(async (room, world, rights) => {
      const one = listen(room.sockets.open(admit(world, { caller: callerOf(1) })));
      const two = listen(room.sockets.open(admit(world, { caller: callerOf(2) })));
      room.subscribers.add(world.name, subscriberOf(2, world), null, null);
      rights.answer = async () => new Map([[1, {}]]);
      await room.sockets.recheck(world.name);
      expect(await two.closed).toBe(4003);
      expect(inbox.dropped).toEqual([4003]);
      room.log.publish(world.name, note("after"));
      await expect.poll(() => kinds(one.frames)).toEqual(["notice"]);
      expect(kinds(two.frames)).toEqual([]);
    }, inbox);
  });

  test("A recheck throws when the rights can't be looked up, so that it is repeated, and closes nothing.", async () => {
    await withRights(async (room, world, rights) => {
      const one = listen(room.sockets.open(admit(world, { caller: callerOf(1) })));
      rights.answer = async () => {
        throw new Error("D1 is away");
      };
      await expect(room.sockets.recheck(world.name)).rejects.toThrow("D1 is away");
      room.log.publish(world.name, note("still here"));
      await expect.poll(() => kinds(one.frames)).toEqual(["notice"]);
    });
  });

  test("Of two rechecks at once, the last lookup decides.", async () => {
    await withRights(async (room, world, rights) => {
      const one = listen(room.sockets.open(admit(world, { caller: callerOf(1) })));
      const slow = latch();
      rights.answer = async () => {
        await slow.opened;
        return new Map([[1, {}]]);
      };
      const first = room.sockets.recheck(world.name);
      rights.answer = async () => new Map();
      await room.sockets.recheck(world.name);
      slow.open();
      await first;
      expect(await one.closed).toBe(4003);
    });
  });

  test("A recheck whose lookup is overtaken fails with the later one, so that it is repeated.", async () => {
    await withRights(async (room, world, rights) => {
      listen(room.sockets.open(admit(world, { caller: callerOf(1) })));
      const slow = latch();
      rights.answer = async () => {
        await slow.opened;
        return new Map([[1, {}]]);
      };
      const first = room.sockets.recheck(world.name);
      rights.answer = async () => {
        throw new Error("D1 is away");
      };
      await expect(room.sockets.recheck(world.name)).rejects.toThrow("D1 is away");
      slow.open();
      await expect(first).rejects.toThrow("D1 is away");
    });
  });

  test("A handshake that began before a recheck must look up its rights again.", async () => {
    await withRights(async (room, world) => {
      await room.sockets.recheck(world.name);
      const stale = room.sockets.open(admit(world, { caller: callerOf(1) }));
      expect(stale.status).toBe(409);
      const rightsVersion = Number(stale.headers.get("x-caravan-rights-version"));
      await room.sockets.recheck(world.name);
      expect(room.sockets.open(admit(world, { caller: callerOf(1), rightsVersion })).status).toBe(409);
      const newer = Number(
        room.sockets.open(admit(world, { caller: callerOf(1) })).headers.get("x-caravan-rights-version"),
      );
      expect(room.sockets.open(admit(world, { caller: callerOf(1), rightsVersion: newer })).status).toBe(101);
      expect(room.subscribers.add(world.name, subscriberOf(2, world), null, null)).toEqual({
        rightsVersion: newer,
      });
      const subscribed = room.subscribers.add(
        world.name,
        subscriberOf(2, world, { rightsVersion: newer }),
        null,
        null,
      );
      expect(subscribed).toMatchObject({ recovered: true });
      world.now += 61_000;
      expect(room.sockets.open(admit(world, { caller: callerOf(3) })).status).toBe(101);
    });
  });
});

describe("a right that ends by time", () => {
  test("A right that ends closes its socket with 4003, by the room's own alarm.", async () => {
    const inbox = fakeInbox();
    await withRights(async (room, world, rights) => {
      const until = world.now + 5000;
      const one = listen(room.sockets.open(admit(world, { caller: callerOf(1), until })));
      room.subscribers.add(world.name, subscriberOf(2, world, { until }), null, null);
      rights.answer = async () => new Map();
      world.now = until - 1;
      await world.onSchedule(room);
      await expect.poll(() => one.frames.map(({ t }) => t)).toEqual(["welcome"]);
      world.now = until;
      await world.onSchedule(room);
      expect(await one.closed).toBe(4003);
      expect(inbox.dropped).toEqual([4003]);
    }, inbox);
  });

  test("A right that ends closes its socket even when the rights can't be looked up.", async () => {
    await withRights(async (room, world, rights) => {
      const one = listen(room.sockets.open(admit(world, { caller: callerOf(1), until: world.now + 5 })));
      rights.answer = async () => {
        throw new Error("D1 is away");
      };
      world.now += 5;
      await world.onSchedule(room);
      expect(await one.closed).toBe(4003);
    });
  });

  test("Entries stored after a right has ended are hidden, even before the alarm fires.", async () => {
    await withRights(async (room, world) => {
      const one = listen(room.sockets.open(admit(world, { caller: callerOf(1), until: world.now + 5 })));
      world.now += 5;
      room.log.publish(world.name, note("too late"));
      await expect.poll(() => kinds(one.frames)).toEqual(["hidden"]);
    });
  });

  test("A socket stays when another right has replaced the one that ended.", async () => {
    await withRights(async (room, world, rights) => {
      const one = listen(room.sockets.open(admit(world, { caller: callerOf(1), until: world.now + 5 })));
      rights.answer = async () => new Map([[1, { visibleFrom: world.now }]]);
      world.now += 5;
      await world.onSchedule(room);
      room.log.publish(world.name, note("goes on"));
      await expect.poll(() => kinds(one.frames)).toEqual(["notice"]);
    });
  });

  test("The end of a right is kept across an eviction.", async () => {
    await withRights(async (room, world, rights) => {
      const one = listen(room.sockets.open(admit(world, { caller: callerOf(1), until: world.now + 5 })));
      rights.answer = async () => new Map();
      world.now += 5;
      await world.onSchedule(world.fresh());
      expect(await one.closed).toBe(4003);
    });
  });
});

test("Entries older than a right are hidden live, in a resume and for a subscriber, and keep their positions.", async () => {
  const inbox = fakeInbox();
  await withRights(async (room, world) => {
    room.log.publish(world.name, note("early"));
    world.now += 1000;
    const visibleFrom = world.now;
    room.log.publish(world.name, note("late"));
    const one = listen(
      room.sockets.open(
        admit(world, {
          caller: callerOf(1),
          since: 0,
          epoch: room.log.latest(world.name, 1).epoch,
          visibleFrom,
        }),
      ),
    );
    await expect.poll(() => kinds(one.frames)).toEqual(["hidden", "notice"]);
    expect(one.frames[1]).toMatchObject({ seq: 1, by: null, body: {} });
    room.subscribers.add(world.name, subscriberOf(2, world, { visibleFrom }), null, null);
    const read = room.subscribers.read("inbox:2", room.log.latest(world.name, 1).epoch, 0);
    expect(read?.map(({ kind }) => kind)).toEqual(["hidden", "notice"]);
  }, inbox);
});
