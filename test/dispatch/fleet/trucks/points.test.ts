/** A driver streams positions by socket: the truck moves, its orders receive them, operators only read. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { cellOf } from "../../../../src/platform/cells.ts";
import { get, rows } from "../../../harness/api.ts";
import { connect, connectNative } from "../../../harness/socket.ts";
import { orderIn, scene } from "../../scene.ts";

const room = (truck: number) => `/ws/tow-trucks/${truck}/location/`;
const PLACE = { latitude: 55.76, longitude: 37.62 };

interface TruckRow {
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly cell: string | null;
  readonly located_at: number | null;
  readonly updated_at: number;
  readonly status: string;
}
const truckRowOf = async (id: number) =>
  (await rows<TruckRow>("SELECT * FROM tow_trucks WHERE id = ?", id))[0];

/** Everything of the truck's room is in D1. */
const archived = (truck: number) => env.TRUCK_ROOMS.getByName(`truck:${truck}`).flush(`truck:${truck}`);

test("A point updates the truck's position, and its order's client receives it.", async () => {
  const there = await scene();
  const id = await orderIn(there, "ASSIGNED");
  const client = await connect(`/ws/orders/${id}/location/?token=${there.client.token}`);
  const operator = await connect(`${room(there.truck)}?token=${there.operator.token}`);
  const driver = await connectNative(room(there.truck), there.driver.token);
  const before = Date.now();
  driver.send({ t: "points", ref: "p1", points: [PLACE] });
  expect(await driver.next(({ t }) => t === "ack")).toMatchObject({ ref: "p1" });
  const location = {
    tow_truck_id: String(there.truck),
    ...PLACE,
    updated_at: expect.stringMatching(/\+00:00$/),
  };
  const update = { type: "update", location };
  expect(await operator.next()).toEqual({ ...update, tow_truck_id: String(there.truck) });
  expect(await client.next()).toEqual({ ...update, order_id: id });
  const row = await truckRowOf(there.truck);
  expect(row).toMatchObject({ ...PLACE, cell: await cellOf(PLACE), status: "BUSY" });
  expect(row?.located_at).toBeGreaterThanOrEqual(before);
  expect(row?.updated_at).toBeGreaterThanOrEqual(before);
});

test("A late batch is stored and does not move the truck back; a repeated batch is stored once.", async () => {
  const there = await scene();
  const driver = await connectNative(room(there.truck), there.driver.token);
  const now = Date.now();
  const at = (ago: number) => new Date(now - ago).toISOString();
  const say = async (ref: string, points: object[]) => {
    driver.send({ t: "points", ref, points });
    return (await driver.next(({ t }) => t === "ack")).seq;
  };
  const first = await say("now", [{ ...PLACE, at: at(0) }]);
  await say("late", [
    { ...PLACE, latitude: 55.759, at: at(60_000) },
    { ...PLACE, latitude: 55.7595, at: at(30_000) },
  ]);
  expect(await say("now", [{ ...PLACE, at: at(0) }])).toBe(first);
  await archived(there.truck);
  const { body } = await get(`/api/v1/tow-trucks/${there.truck}/track/`, { token: there.operator.token });
  expect(body.map(({ latitude }: { latitude: number }) => latitude)).toEqual([55.759, 55.7595, 55.76]);
  expect(await truckRowOf(there.truck)).toMatchObject({ ...PLACE, located_at: now });
});

test("A position brings an idle truck back.", async () => {
  const there = await scene();
  await rows("UPDATE tow_trucks SET status = 'OFFLINE', idle_at = 1 WHERE id = ?", there.truck);
  const driver = await connectNative(room(there.truck), there.driver.token);
  driver.send({ t: "points", ref: "p1", points: [PLACE] });
  await driver.next(({ t }) => t === "ack");
  await archived(there.truck);
  expect(await truckRowOf(there.truck)).toMatchObject({ ...PLACE, status: "AVAILABLE" });
});

test.each([1, 10, 24 * 60])(
  "A clock that is %i minutes ahead is corrected by the time of arrival.",
  async (minutes) => {
    const there = await scene();
    await rows("UPDATE tow_trucks SET status = 'OFFLINE', idle_at = 1 WHERE id = ?", there.truck);
    const driver = await connectNative(room(there.truck), there.driver.token);
    const before = Date.now();
    const at = new Date(before + minutes * 60_000).toISOString();
    driver.send({ t: "points", ref: "p1", points: [{ ...PLACE, at }] });
    await driver.next(({ t }) => t === "ack");
    await archived(there.truck);
    const row = await truckRowOf(there.truck);
    expect(row).toMatchObject({ ...PLACE, status: "AVAILABLE" });
    expect(row?.located_at).toBeGreaterThanOrEqual(before - 1000);
    expect(row?.located_at).toBeLessThanOrEqual(Date.now());
    // And the next place, from whatever clock, is not refused as an older one.
    driver.send({ t: "points", ref: "p2", points: [{ ...PLACE, latitude: 55.7601 }] });
    await driver.next(({ ref }) => ref === "p2");
    await archived(there.truck);
    expect(await truckRowOf(there.truck)).toMatchObject({ latitude: 55.7601 });
  },
);

test("An operator's points are refused and change nothing.", async () => {
  const there = await scene();
  const operator = await connectNative(room(there.truck), there.operator.token);
  operator.send({ t: "points", ref: "p1", points: [PLACE] });
  expect(await operator.next(({ t }) => t === "error")).toMatchObject({ ref: "p1", code: "forbidden" });
  expect(await truckRowOf(there.truck)).toMatchObject({ latitude: null, located_at: null });
});

test("Frames from the app's documented socket are ignored.", async () => {
  const there = await scene();
  const driver = await connect(`${room(there.truck)}?token=${there.driver.token}`);
  for (const words of ["hello", JSON.stringify({ t: "points", ref: "p", points: [PLACE] })])
    driver.send(words);
  expect(await driver.silent()).toBe(true);
  expect(await truckRowOf(there.truck)).toMatchObject({ latitude: null });
});
