/** How a journal begins with what its archive was told while nobody had entered, with a fake archive. */
import { describe, expect, test, vi } from "vitest";
import type { RoomHandler } from "../../../src/platform/realtime/handler.ts";
import type { Entry } from "../../../src/platform/realtime/log/entry.ts";
import type { Room } from "../../../src/platform/realtime/room.ts";
import { admit, callerOf, listen, note, type World, withRoom } from "../../harness/realtime/fake-room.ts";

const told = (world: World, ...texts: string[]) => ({
  epoch: "0123abcd",
  entries: texts.map(
    (text, index): Entry => ({
      seq: index + 1,
      at: world.now - 1000 + index,
      author: 0,
      ref: `told ${text}`,
      kind: "notice",
      body: { text },
    }),
  ),
});

const positions = (frames: { t: string; seq: number }[]) =>
  frames.filter(({ t }) => t === "entry").map(({ seq }) => seq);

describe("the first to enter", () => {
  test("The first socket's position 0 replays what was told before, in its epoch, and nothing is archived again.", async () => {
    let world: World;
    await withRoom(
      async (room, here) => {
        world = here;
        const { frames } = listen(await room.sockets.connect(admit(here, { since: 0 })));
        await expect.poll(() => positions(frames)).toEqual([1, 2]);
        expect(frames[0]).toMatchObject({ t: "welcome", epoch: "0123abcd", seq: 2, recovered: true });
        expect(frames[1]).toMatchObject({ kind: "notice", body: { text: "made" }, by: null });
        await room.log.publish(here.name, note("later"));
        await room.lifecycle.alarm();
        expect(here.batches.flatMap(({ entries }) => entries.map(({ seq }) => seq))).toEqual([3]);
        expect(here.batches[0]?.epoch).toBe("0123abcd");
        // An object that wakes later has it all.
        expect(here.fresh().log.latest(here.name, 9)).toMatchObject({ epoch: "0123abcd" });
      },
      { handler: { toldBefore: async () => told(world, "made", "moved") } },
    );
  });

  test("A refused handshake or subscription begins nothing.", async () => {
    const toldBefore = vi.fn(async () => ({ epoch: "0123abcd", entries: [] }));
    await withRoom(
      async (room, here) => {
        const by = { caller: callerOf(1), isHeld: true, admittedAt: here.now };
        expect((await room.sockets.connect(admit(here, by))).status).toBe(409);
        const subscriber = { ...by, inbox: "inbox:1", readOnly: false };
        expect(await room.subscribers.subscribe(here.name, subscriber, null, null)).toEqual({
          rightsVersion: 0,
        });
        expect(toldBefore).not.toHaveBeenCalled();
        expect((await room.sockets.connect(admit(here, { caller: callerOf(1) }))).status).toBe(101);
        expect(toldBefore).toHaveBeenCalledOnce();
      },
      { handler: { toldBefore } },
    );
  });

  test("Everybody who comes while a room begins waits for one read and gets the same.", async () => {
    let world: World;
    const toldBefore = vi.fn(async () => {
      await scheduler.wait(20);
      return told(world, "made");
    });
    await withRoom(
      async (room, here) => {
        world = here;
        const [one, published, other] = await Promise.all([
          room.sockets.connect(admit(here, { since: 0 })),
          room.log.publish(here.name, note("step", "step")),
          room.sockets.connect(admit(here, { since: 0 })),
        ]);
        expect(published).toEqual({ seq: 2, epoch: "0123abcd" });
        for (const answer of [one, other]) {
          const { frames } = listen(answer);
          await expect.poll(() => positions(frames)).toEqual([1, 2]);
        }
        expect(toldBefore).toHaveBeenCalledOnce();
      },
      { handler: { toldBefore } },
    );
  });

  test("An inbox that subscribes first starts the journal, too.", async () => {
    let world: World;
    await withRoom(
      async (room, here) => {
        world = here;
        const subscriber = { inbox: "inbox:1", caller: callerOf(1), readOnly: false };
        const result = await room.subscribers.subscribe(here.name, subscriber as never, null, 0);
        expect(result).toMatchObject({ epoch: "0123abcd", head: 1, recovered: true });
      },
      { handler: { toldBefore: async () => told(world, "made") } },
    );
  });

  test("A repeat of what was told before is known by its ref and gets no second position.", async () => {
    let world: World;
    await withRoom(
      async (room, here) => {
        world = here;
        expect(await room.log.publish(here.name, note("made", "told made"))).toMatchObject({ seq: 1 });
        expect(room.log.latest(here.name, 9)).toMatchObject({ entries: [{ seq: 1 }] });
      },
      { handler: { toldBefore: async () => told(world, "made") } },
    );
  });
});

describe("a room that does not begin", () => {
  test("Nobody gets into the room of a thing that no longer exists, and nothing is stored.", async () => {
    await withRoom(
      async (room, world) => {
        expect((await room.sockets.connect(admit(world))).status).toBe(404);
        expect(await room.log.publish(world.name, note("late"))).toMatchObject({ seq: 0 });
        expect(room.log.latest(world.name, 9)).toMatchObject({ entries: [] });
      },
      { handler: { toldBefore: async () => null } },
    );
  });

  test("While the archive can't be read nobody gets in and nothing begins; the next one tries again.", async () => {
    let world: World;
    const toldBefore = vi
      .fn<() => Promise<ReturnType<typeof told>>>()
      .mockRejectedValueOnce(new Error("D1 is away"))
      .mockImplementation(async () => told(world, "made"));
    await withRoom(
      async (room, here) => {
        world = here;
        await expect(room.sockets.connect(admit(here))).rejects.toThrow("D1 is away");
        expect(await room.log.publish(here.name, note("step"))).toMatchObject({ seq: 2 });
      },
      { handler: { toldBefore } },
    );
  });

  test("A room with entries, a retired room and a room that was told nothing read no archive again.", async () => {
    const toldBefore = vi.fn(async () => ({ epoch: null, entries: [] }));
    await withRoom(
      async (room, world) => {
        await room.log.publish(world.name, note("one"));
        await room.log.publish(world.name, note("two"));
        expect(toldBefore).toHaveBeenCalledOnce();
        await world.fresh().sockets.connect(admit(world));
        expect(toldBefore).toHaveBeenCalledOnce();
        room.log.retire(world.name, note("gone"));
        expect((await room.sockets.connect(admit(world))).status).toBe(404);
        expect(toldBefore).toHaveBeenCalledOnce();
      },
      { handler: { toldBefore } },
    );
  });
});

describe("a journal that an older version began", () => {
  const older = async (neverWaited: boolean, work: (room: Room, world: World) => Promise<void>) => {
    const handler: { -readonly [Name in keyof RoomHandler]?: RoomHandler[Name] } = {};
    await withRoom(
      async (room, world) => {
        await room.log.publish(world.name, note("before", "before"));
        room.lifecycle.arm();
        handler.hasOlderJournals = true;
        handler.toldBefore = async () => ({ ...told(world, "made", "before"), epoch: null, neverWaited });
        await work(world.fresh(), world);
      },
      { handler },
    );
  };
  const epochOf = (room: Room, world: World) => room.log.latest(world.name, 1).epoch;

  test("It goes on when its room never waited: clients resume where they were.", async () => {
    await older(true, async (room, world) => {
      const epoch = epochOf(room, world);
      const { frames } = listen(await room.sockets.connect(admit(world, { epoch, since: 0 })));
      await expect.poll(() => positions(frames)).toEqual([1]);
      expect(frames[0]).toMatchObject({ epoch, recovered: true });
      expect(await room.log.publish(world.name, note("step"))).toEqual({ seq: 2, epoch });
    });
  });

  test("It begins anew when its room has waited: sockets come back, clients reload, and nothing is there twice.", async () => {
    await older(false, async (room, world) => {
      const epoch = epochOf(room, world);
      const { closed } = listen(room.sockets.open(admit(world)));
      const published = await room.log.publish(world.name, note("made", "told made"));
      expect(published).toMatchObject({ seq: 1 });
      expect(published.epoch).not.toBe(epoch);
      expect(await closed).toBe(1012);
      const { frames } = listen(await room.sockets.connect(admit(world, { epoch, since: 1 })));
      await expect.poll(() => frames[0]).toMatchObject({ epoch: published.epoch, recovered: false, seq: 2 });
      const { epoch: later } = world.fresh().log.latest(world.name, 1);
      expect(later).toBe(published.epoch);
    });
  });
});

test("Erasing waits for a beginning that is under way, so that it finds what that has read.", async () => {
  let world: World;
  const toldBefore = async () => {
    await scheduler.wait(20);
    const { epoch, entries } = told(world, "secret");
    return { epoch, entries: entries.map((entry) => ({ ...entry, body: { about: "chat:1" } })) };
  };
  await withRoom(
    async (room, here) => {
      world = here;
      const connected = room.sockets.connect(admit(here, { since: 0 }));
      await room.log.emptyAbout(["chat:1"]);
      await connected;
      expect(room.log.latest(here.name, 1).entries).toMatchObject([{ kind: "erased", body: {} }]);
    },
    { handler: { toldBefore } },
  );
});
