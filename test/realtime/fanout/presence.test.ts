/** Liveness: however a client is connected, after a minute of silence it does not count as present. */
import { describe, expect, test } from "vitest";
import type { Room } from "../../../src/platform/realtime/room.ts";
import { type FakeInbox, fakeInbox, subscriberOf } from "../../harness/realtime/fake-network.ts";
import {
  admit,
  callerOf,
  listen,
  note,
  serverSide,
  type World,
  withRoom,
} from "../../harness/realtime/fake-room.ts";

const MINUTE = 60_000;

interface Here {
  readonly room: Room;
  readonly world: World;
  readonly inbox: FakeInbox;
  /** Who was present when entries were last archived. */
  archivedWith: readonly number[];
}

interface WayIn {
  readonly authorize: (here: Here) => void;
  /** Sends a frame of the client. */
  readonly sign: (here: Here) => unknown;
}

const entering = (native: boolean) => (here: Here) =>
  void listen(here.room.sockets.open(admit(here.world, { caller: callerOf(2), native, protocol: null })));

/** Every way in which person 2 may be connected. Add a new way here. */
const WAYS: Record<string, WayIn> = {
  "a native socket": {
    authorize: entering(true),
    sign: ({ room, world }) => room.sockets.message(serverSide(world, 2), '{"t":"ping"}'),
  },
  "a socket of the documented dialect": {
    authorize: entering(false),
    sign: ({ room, world }) => room.sockets.message(serverSide(world, 2), "hello"),
  },
  "an inbox whose client pings": {
    authorize({ room, world, inbox }) {
      inbox.heardAt = world.now;
      room.subscribers.add(world.name, subscriberOf(2, world), null, null);
    },
    sign({ world, inbox }) {
      inbox.heardAt = world.now;
    },
  },
  "an inbox that passes frames on": {
    authorize({ room, world, inbox }) {
      inbox.heardAt = world.now;
      room.subscribers.add(world.name, subscriberOf(2, world), null, null);
    },
    sign({ room, world, inbox }) {
      inbox.heardAt = world.now;
      return room.subscribers.takeFrame("inbox:2", { t: "typing" });
    },
  },
};

/** Person 2 connects in one of the ways; then person 1 does, who watches and sends frames all the time. */
function watched(way: WayIn, work: (here: Here, presences: () => number[][], later: Later) => Promise<void>) {
  const inbox = fakeInbox();
  let here: Here;
  return withRoom(
    async (room, world) => {
      here = { room, world, inbox, archivedWith: [] };
      way.authorize(here);
      const { frames } = listen(room.sockets.open(admit(world, { caller: callerOf(1) })));
      const later: Later = async (milliseconds, engine = room) => {
        world.now += milliseconds;
        await engine.sockets.message(serverSide(world, 1), '{"t":"ping"}');
        engine.log.publish(world.name, note(`at ${world.now}`));
        await world.onSchedule(engine);
      };
      await work(here, () => frames.filter(({ t }) => t === "presence").map(({ users }) => users), later);
    },
    {
      handler: {
        social: true,
        async archive(_room, _epoch, _entries, present) {
          here.archivedWith = [...present].sort();
        },
      },
      objects: (name) => (name === "inbox:2" ? inbox.stub : null),
    },
  );
}

type Later = (milliseconds: number, engine?: Room) => Promise<void>;

describe.each(Object.entries(WAYS))("%s", (_, way) => {
  test("A client that was heard within the minute is present, for display and for notifications.", async () => {
    await watched(way, async (here, presences, later) => {
      await later(MINUTE - 1);
      await expect.poll(presences).toEqual([[1, 2]]);
      expect(here.archivedWith).toEqual([1, 2]);
    });
  });

  test("A client that was not heard for a minute is gone for both, also after the object slept.", async () => {
    await watched(way, async (here, presences, later) => {
      await later(MINUTE, here.world.fresh());
      await expect.poll(presences).toEqual([[1, 2], [1]]);
      expect(here.archivedWith).toEqual([1]);
      // The object that wakes does not announce it again.
      await later(30_000, here.world.fresh());
      await later(30_000, here.world.fresh());
      expect(presences()).toHaveLength(2);
    });
  });

  test("A client that is heard again is back, and stays while it is heard.", async () => {
    await watched(way, async (here, presences, later) => {
      await later(5 * MINUTE);
      await way.sign(here);
      await later(10_000);
      await expect.poll(presences).toEqual([[1, 2], [1], [1, 2]]);
      for (let times = 0; times < 4; times++) {
        await way.sign(here);
        await later(25_000);
      }
      expect(presences()).toHaveLength(3);
      expect(here.archivedWith).toEqual([1, 2]);
    });
  });

  test("A client that fell silent unwatched is not shown to the next one who opens a socket.", async () => {
    await watched(way, async ({ room, world, inbox }, _, later) => {
      await later(0);
      room.sockets.closed(serverSide(world, 1), 1000, "left");
      serverSide(world, 1).close();
      world.now += 2 * MINUTE;
      inbox.asked = 0;
      const engine = world.fresh();
      const { frames } = listen(await engine.sockets.connect(admit(world, { caller: callerOf(3) })));
      await expect
        .poll(() => frames.find(({ t }) => t === "presence"))
        .toEqual({ t: "presence", users: [3] });
    });
  });

  test("A silent client is checked when the minute ends, and then less and less often.", async () => {
    await watched(way, async ({ world }, _, later) => {
      const begun = world.now;
      expect(await world.state.storage.getAlarm()).toBe(begun + MINUTE);
      await later(MINUTE);
      // The archive's alarm may come first; presence is due after one minute, then two, then four.
      await world.state.storage.deleteAlarm();
      await later(2000);
      const next = await world.state.storage.getAlarm();
      expect(next).toBeGreaterThanOrEqual(world.now + 1000);
      expect(next).toBeLessThanOrEqual(world.now + MINUTE + 2000);
    });
  });
});
