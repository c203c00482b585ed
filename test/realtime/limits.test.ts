/** How many sockets one person may have in a room. */
import { describe, expect, test } from "vitest";
import { readSettings } from "../../src/settings.ts";
import { person } from "../harness/api.ts";
import { admit, callerOf, listen, withRoom } from "../harness/realtime/fake-room.ts";
import { authorize, makeRoom } from "../harness/rooms.ts";

const MOST = 3;

describe("sockets", () => {
  /** The codes with which sockets were closed so far, null for those that are open. */
  const states = async (sockets: readonly { closed: Promise<number> }[]) => {
    await scheduler.wait(20);
    return Promise.all(sockets.map(({ closed }) => Promise.race([closed, Promise.resolve(null)])));
  };

  test.each([true, false])(
    "A socket beyond the limit closes the person's oldest one with 4429, native: %s.",
    async (native) => {
      await withRoom(
        async (room, world) => {
          const open = (userId: number | null) => {
            world.now += 1;
            const caller = userId === null ? null : callerOf(userId);
            return listen(room.sockets.open(admit(world, { caller, native })));
          };
          const others = [2, 2, 2, null, null, null, null].map(open);
          const own = Array.from({ length: MOST }, () => open(1));
          expect(await states([...own, ...others])).toEqual([...own, ...others].map(() => null));
          own.push(open(1), open(1));
          expect(await states(own)).toEqual([4429, 4429, null, null, null]);
          expect(await states(others)).toEqual(others.map(() => null));
          // The same after the object slept.
          world.now += 1;
          own.push(listen(world.fresh().sockets.open(admit(world, { caller: callerOf(1), native }))));
          expect(await states(own)).toEqual([4429, 4429, 4429, null, null, null]);
        },
        { mostSockets: MOST },
      );
    },
  );

  test("Closing a person's oldest sockets does not announce that they left.", async () => {
    await withRoom(
      async (room, world) => {
        const { frames } = listen(room.sockets.open(admit(world, { caller: callerOf(2) })));
        for (let n = 0; n < 3; n++) listen(room.sockets.open(admit(world, { caller: callerOf(1) })));
        await expect
          .poll(() => frames.filter(({ t }) => t === "presence").map(({ users }) => users))
          .toEqual([[2], [1, 2]]);
      },
      { mostSockets: 1, handler: { social: true } },
    );
  });

  test("The sockets of one person are counted per room.", async () => {
    const ann = await person();
    const rooms = await Promise.all(Array.from({ length: 30 }, () => makeRoom(ann)));
    const sockets = await Promise.all(rooms.map((room) => authorize(room, ann.token)));
    for (const socket of sockets) {
      socket.send('{"t":"ping"}');
      await socket.next(({ t }) => t === "pong");
    }
  });

  test.each([
    [{ APP_ENV: "development" }, 1000],
    [{ APP_ENV: "production" }, 20],
    [{ APP_ENV: "production", ROOM_SOCKETS: "7" }, 7],
  ])("The settings limit how many sockets one person has in a room: %j, %i.", (variables, most) => {
    const deployed = {
      PUBLIC_ORIGIN: "https://a.example",
      RESEND_API_KEY: "k",
      SIGNING_SECRET: "s".repeat(32),
    };
    expect(readSettings({ ...deployed, ...variables }).settings.roomSockets).toBe(most);
  });
});
