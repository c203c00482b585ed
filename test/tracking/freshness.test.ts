/** How soon others see where somebody is, with a clock that the test moves. */
import { afterAll, expect, test } from "vitest";
import { get, type Person, person, post } from "../harness/api.ts";
import { type Clock, withClock } from "../harness/clock.ts";
import { watchObjects } from "../harness/counting/watched-objects.ts";
import { tokenUntil } from "../harness/rooms.ts";
import { connectNative } from "../harness/socket.ts";

// The clock fires the alarms of objects that are watched.
watchObjects({ wrote() {}, called() {} });

const PATH = "/api/v1/location-reports/";
const north = (steps: number) => ({ latitude: -30 - steps / 1e4, longitude: 140 });

interface Pair {
  readonly walker: Person;
  readonly token: string;
  readonly viewer: string;
}

async function pair(): Promise<Pair> {
  const [walker, viewer] = await Promise.all([person(), person()]);
  const tomorrow = Date.now() + 24 * 3600_000;
  return {
    walker,
    token: await tokenUntil(walker, tomorrow),
    viewer: await tokenUntil(viewer, tomorrow),
  };
}

/** The latitude of the walker that the viewer sees in a list; undefined for none. */
async function seen({ walker, viewer }: Pair, query = ""): Promise<number | undefined> {
  const { body } = await get(`${PATH}latest/${query}`, { token: viewer });
  return body.find(({ user }: { user: number }) => user === walker.id)?.location.latitude;
}

/** Until the archive, which takes real time, has let the viewer see it. */
const sees = (who: Pair, steps: number, query = "") =>
  expect.poll(() => seen(who, query), { timeout: 5000 }).toBe(north(steps).latitude);

type Send = (clock: Clock, who: Pair, steps: number) => Promise<void>;

const sockets = new Map<number, Awaited<ReturnType<typeof connectNative>>>();
afterAll(() => {
  for (const socket of sockets.values()) socket.close();
});

const WAYS: Readonly<Record<string, Send>> = {
  async "the socket"(_, { walker, token }, steps) {
    const socket = sockets.get(walker.id) ?? (await connectNative("/ws/location/", token));
    sockets.set(walker.id, socket);
    const ref = `step ${steps}`;
    socket.send({ t: "points", ref, points: [{ ...north(steps), at: new Date(Date.now()).toISOString() }] });
    await socket.next(({ t, ref: acked }) => t === "ack" && acked === ref);
  },
  async REST(_, { token }, steps) {
    const { status } = await post(PATH, { location: north(steps) }, { token });
    expect(status).toBe(201);
  },
};

test.each(Object.entries(WAYS))(
  "By %s, a first point after a pause is seen at once, and a flow within ten seconds.",
  async (_, send) => {
    await withClock(async (clock) => {
      const who = await pair();
      await send(clock, who, 0);
      await sees(who, 0);
      // A flow: whatever is a second old, or ten, is seen.
      for (let second = 1; second <= 30; second++) {
        await clock.advance(1000);
        await send(clock, who, second);
        if (second % 10 !== 0) continue;
        const latitude = await seen(who);
        expect(latitude).toBeLessThanOrEqual(north(second - 10).latitude);
      }
      // The last points of a flow.
      await clock.advance(10_000);
      await sees(who, 30);
      await sees(who, 30, `?near=${north(30).latitude},140&radius=1`);
      await clock.advance(60_000);
      await send(clock, who, 40);
      await sees(who, 40);
      await sees(who, 40, `?near=${north(40).latitude},140&radius=1`);
    });
  },
);

test("Near-search follows a person into another cell.", async () => {
  await withClock(async (clock) => {
    const who = await pair();
    for (const steps of [0, 300, 900]) {
      await WAYS.REST?.(clock, who, steps);
      await sees(who, steps);
      await sees(who, steps, `?near=${north(steps).latitude},140&radius=20`);
      await clock.advance(30_000);
    }
    expect(await seen(who, `?near=${north(0).latitude},140&radius=20`)).toBeUndefined();
  });
});
