/** Scheduled callbacks: a handler is called at the earliest time that was asked for, whatever fails meanwhile. */
import { expect, test } from "vitest";
import type { Room } from "../../../src/platform/realtime/room.ts";
import { latch } from "../../harness/realtime/fake-network.ts";
import { note, type World, withRoom } from "../../harness/realtime/fake-room.ts";

interface ScheduleCalls {
  /** The times of the calls, on the world's clock. */
  readonly at: number[];
  answer: () => Promise<number | null>;
}

function withSchedule(
  work: (room: Room, world: World, calls: ScheduleCalls) => Promise<void>,
): Promise<void> {
  const calls: ScheduleCalls = { at: [], answer: async () => null };
  let clock = () => 0;
  const onSchedule = () => {
    calls.at.push(clock());
    return calls.answer();
  };
  return withRoom(
    (room, world) => {
      clock = () => world.now;
      return work(room, world, calls);
    },
    { handler: { onSchedule } },
  );
}

const alarmOf = ({ state }: World) => state.storage.getAlarm();

test.each([
  ["an earlier time", 5000, 2000],
  ["a later time", 2000, 5000],
])("When %s is set after another one, the earlier is kept.", async (_, first, second) => {
  await withSchedule(async (room, world) => {
    room.lifecycle.schedule(world.name, world.now + first);
    room.lifecycle.schedule(world.name, world.now + second);
    expect(await alarmOf(world)).toBe(world.now + 2000);
  });
});

test("The handler is called when it is due and not before, and returns the next time.", async () => {
  await withSchedule(async (room, world, calls) => {
    const start = world.now;
    calls.answer = async () => (calls.at.length === 1 ? start + 9000 : null);
    room.lifecycle.schedule(world.name, start + 1000);
    await world.onSchedule(room);
    expect(calls.at).toEqual([]);
    world.now = start + 1000;
    await world.onSchedule(room);
    expect(calls.at).toEqual([start + 1000]);
    expect(await alarmOf(world)).toBe(start + 9000);
    world.now = start + 9000;
    await world.onSchedule(room);
    expect(calls.at).toHaveLength(2);
    expect(await alarmOf(world)).toBeNull();
  });
});

test("A handler that fails is called again after ten seconds, and the archive does not wait for it.", async () => {
  await withSchedule(async (room, world, calls) => {
    calls.answer = async () => {
      throw new Error("D1 is away");
    };
    const start = world.now;
    room.log.publish(world.name, note("1"));
    room.lifecycle.schedule(world.name, start);
    await world.onSchedule(room);
    await world.onSchedule(room);
    expect(world.batches).toHaveLength(1);
    expect(calls.at).toHaveLength(1);
    expect(await alarmOf(world)).toBe(start + 10_000);
    world.now = start + 10_000;
    calls.answer = async () => null;
    await world.onSchedule(room);
    expect(calls.at).toHaveLength(2);
    expect(await alarmOf(world)).toBeNull();
  });
});

test.each([1000, 60_000])(
  "A time %i ms ahead that is asked for during a call is kept, though the handler's answer does not know of it.",
  async (ahead) => {
    await withSchedule(async (room, world, calls) => {
      const { open, opened } = latch<null>();
      calls.answer = () => opened;
      room.lifecycle.schedule(world.name, world.now);
      const ringing = world.onSchedule(room);
      await expect.poll(() => calls.at.length).toBe(1);
      room.lifecycle.schedule(world.name, world.now + ahead);
      open(null);
      await ringing;
      const start = world.now;
      world.now += ahead;
      calls.answer = async () => null;
      await world.onSchedule(room);
      expect(calls.at).toEqual([start, start + ahead]);
    });
  },
);

test("The schedule survives an eviction, even one during the call.", async () => {
  await withSchedule(async (room, world, calls) => {
    const start = world.now;
    room.lifecycle.schedule(world.name, start + 1000);
    world.now = start + 1000;
    const fresh = world.fresh();
    calls.answer = () => new Promise(() => {});
    void world.onSchedule(fresh);
    await expect.poll(() => calls.at.length).toBe(1);
    calls.answer = async () => null;
    const again = world.fresh();
    world.now = start + 11_000;
    await again.lifecycle.wake(world.name);
    expect(await alarmOf(world)).toBeLessThanOrEqual(world.now);
    await world.onSchedule(again);
    expect(calls.at).toEqual([start + 1000, start + 11_000]);
  });
});

test("The handler of a retired room is never called.", async () => {
  await withSchedule(async (room, world, calls) => {
    room.lifecycle.schedule(world.name, world.now + 1000);
    room.log.retire(world.name, { kind: "gone", ref: null, body: {} });
    room.lifecycle.schedule(world.name, world.now + 2000);
    world.now += 3000;
    await world.onSchedule(room);
    await world.onSchedule(world.fresh());
    expect(calls.at).toEqual([]);
  });
});

test("A room whose handler has no onSchedule sets no alarm for it.", async () => {
  await withRoom(async (room, world) => {
    room.lifecycle.schedule(world.name, world.now);
    expect(await alarmOf(world)).toBeNull();
  });
});
