/** Rights that a connection registry holds: a room refuses those that may have changed since they were looked up. */
import { expect, test } from "vitest";
import type { RoomHandler } from "../../../src/platform/realtime/handler.ts";
import { admit, callerOf, listen, note, type World, withRoom } from "../../harness/realtime/fake-room.ts";

const HOUR = 3600_000;
const everybody: Partial<RoomHandler> = {
  authorize: async (_, ids) => new Map(ids.map((id) => [id, {}])),
};

/** A handshake by a right that was looked up `ago` ms before now. */
const held = (world: World, ago: number, more: object = {}) =>
  admit(world, { caller: callerOf(1), isHeld: true, admittedAt: world.now - ago, ...more });

/** The room has known itself for a day: somebody entered it then, and is here. */
function enter(room: Parameters<Parameters<typeof withRoom>[0]>[0], world: World): void {
  world.now -= 24 * HOUR;
  room.log.publish(world.name, note("created"));
  world.now += 24 * HOUR;
  listen(room.sockets.open(admit(world, { caller: callerOf(2) })));
}

test("A right that is held opens a socket in a room whose rights have not changed.", () =>
  withRoom(
    (room, world) => {
      enter(room, world);
      expect(room.sockets.open(held(world, 20 * HOUR)).status).toBe(101);
    },
    { handler: everybody },
  ));

test("A right that is held from before a change is looked up again, hours later and after an eviction, too.", () =>
  withRoom(
    async (room, world) => {
      enter(room, world);
      await room.sockets.recheck(world.name);
      const changedAt = world.now;
      for (const later of [0, 61_000, 20 * HOUR]) {
        world.now = changedAt + later;
        const stale = world.fresh().sockets.open(held(world, later + 1));
        expect([later, stale.status]).toEqual([later, 409]);
        const rightsVersion = Number(stale.headers.get("x-caravan-rights-version"));
        expect(world.fresh().sockets.open(held(world, later, { rightsVersion })).status).toBe(101);
      }
      // The clocks of two machines may differ.
      world.now = changedAt + 2 * HOUR;
      expect(room.sockets.open(held(world, 2 * HOUR - 59_000)).status).toBe(409);
      expect(room.sockets.open(held(world, 2 * HOUR - 61_000)).status).toBe(101);
    },
    { handler: everybody },
  ));

test("A right that ended is refused to who holds it from before, hours later and after others' ends, too.", () =>
  withRoom((room, world) => {
    enter(room, world);
    const endedAt = world.now;
    room.sockets.revoke({ userId: 1, rightsBefore: endedAt }, 4003, "no longer");
    for (const later of [61_000, 20 * HOUR]) {
      world.now = endedAt + later;
      room.sockets.revoke({ userId: 3, rightsBefore: world.now }, 4003, "no longer");
      // The outbox repeats an older end.
      room.sockets.revoke({ userId: 1, rightsBefore: endedAt - 5_000 }, 4003, "no longer");
      expect([later, world.fresh().sockets.open(held(world, later)).status]).toEqual([later, 403]);
      expect(world.fresh().sockets.open(held(world, later - 1)).status).toBe(101);
    }
  }));

test("A session that ended is refused by any right.", () =>
  withRoom((room, world) => {
    enter(room, world);
    room.sockets.revoke({ userId: 1 }, 4001, "signed out");
    expect(room.sockets.open(held(world, 0)).status).toBe(401);
  }));

test("A room without any memory of itself has every held right looked up; a looked-up one opens it.", () =>
  withRoom((room, world) => {
    expect(room.sockets.open(held(world, 0)).status).toBe(409);
    expect(world.fresh().sockets.open(admit(world, { caller: callerOf(1) })).status).toBe(101);
  }));

test("A room that was made again has every right looked up that was held since before.", () =>
  withRoom((room, world) => {
    room.log.publish(world.name, note("created"));
    const inbox = { inbox: "inbox:1", caller: callerOf(1), readOnly: false, isHeld: true };
    const before = { ...inbox, admittedAt: world.now - 1 };
    expect(room.sockets.open(held(world, 1)).status).toBe(409);
    expect(room.subscribers.add(world.name, before, null, null)).toEqual({ rightsVersion: 0 });
    expect(room.sockets.open(held(world, 0)).status).toBe(101);
  }));

test("A subscription by a held right is asked the same.", () =>
  withRoom(
    async (room, world) => {
      const inbox = (ago: number) => ({
        inbox: "inbox:1",
        caller: callerOf(1),
        readOnly: false,
        isHeld: true,
        admittedAt: world.now - ago,
      });
      expect(room.subscribers.add(world.name, inbox(0), null, null)).toEqual({ rightsVersion: 0 });
      enter(room, world);
      expect(room.subscribers.add(world.name, inbox(5), null, null)).toMatchObject({ knowsHeld: true });
      await room.sockets.recheck(world.name);
      world.now += HOUR;
      expect(room.subscribers.add(world.name, inbox(HOUR), null, null)).toHaveProperty("rightsVersion");
    },
    { handler: everybody },
  ));
