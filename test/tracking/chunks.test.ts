/** Packed points: nothing is rounded, SQL and JavaScript read the same, and merging adds each point once. */

import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { writeChunks } from "../../src/modules/tracking/chunks/commands.ts";
import { addPoints, withoutPoint } from "../../src/modules/tracking/chunks/merging.ts";
import {
  BUCKET,
  bucketOf,
  type Chunk,
  MOST_POINTS,
  type StoredPoint,
} from "../../src/modules/tracking/chunks/packing.ts";
import { readChunks } from "../../src/modules/tracking/chunks/queries.ts";
import type { Flag } from "../../src/modules/tracking/points/filter-rules.ts";
import { nextPoint, pointId, userOfPoint } from "../../src/modules/tracking/points/ids.ts";
import { person, rows } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";
import { seededRandom } from "../harness/random.ts";

const START = bucketOf(Date.now() - 3600_000);

const point = (id: number, change: Partial<StoredPoint> = {}): StoredPoint => ({
  id,
  at: START + id * 1000,
  receivedAt: START + id * 1000 + 40,
  latitude: 52.2297 + id / 1e5,
  longitude: 21.0122,
  accuracy: 5,
  speed: null,
  heading: null,
  flag: null,
  ...change,
});
const chunk = (points: readonly StoredPoint[], change: Partial<Chunk> = {}): Chunk => ({
  bucket: START,
  part: 0,
  version: 1,
  points,
  removed: [],
  ...change,
});
const write = async (...facts: Parameters<typeof writeChunks>) => {
  for (const statement of await writeChunks(...facts)) await statement;
};
const idsIn = (chunks: readonly Chunk[]) => chunks.map(({ points }) => points.map(({ id }) => id));

test("Points of any precision are read back as they were packed, from the row and from the view.", async () => {
  const { id: userId } = await person();
  const { ctx } = jobContext();
  const random = seededRandom(29);
  const maybe = (value: number) => (random() < 0.3 ? null : value);
  const flags: (Flag | null)[] = [null, null, "duplicate", "jump", "stale", "future"];
  const points = Array.from({ length: 300 }, (_, n) => {
    const at = START + Math.floor(random() * BUCKET);
    return point(pointId(userId, n + 1), {
      at,
      receivedAt: at + Math.floor(random() * 1e6) - 5e5,
      latitude: n % 3 ? Number((random() * 180 - 90).toFixed(n % 8)) : random() * 180 - 90,
      longitude: n % 2 ? Number((random() * 360 - 180).toFixed(n % 8)) : random() * 360 - 180,
      accuracy: maybe(random() * 100),
      speed: maybe(Math.round(random() * 30)),
      heading: maybe(Number((random() * 360).toFixed(2))),
      flag: flags[n % flags.length] ?? null,
    });
  });
  await write(ctx, userId, [chunk(points, { removed: [7] })]);
  const [read] = await readChunks(ctx, userId, sql`true`);
  expect(read).toEqual(chunk(points, { removed: [7] }));
  const seen = await rows(
    `SELECT id, at, received_at AS receivedAt, latitude, longitude, accuracy, speed, heading, flag FROM location_points
     WHERE user_id = ? ORDER BY id`,
    userId,
  );
  expect(seen).toEqual(points.toSorted((one, other) => one.id - other.id));
});

test("A chunk without points can be stored and read.", async () => {
  const { id: userId } = await person();
  const { ctx } = jobContext();
  await write(ctx, userId, [chunk([], { removed: [1, 2] })]);
  expect(await readChunks(ctx, userId, sql`true`)).toEqual([chunk([], { removed: [1, 2] })]);
  expect(await rows("SELECT id FROM location_points WHERE user_id = ?", userId)).toEqual([]);
});

test("A chunk is written only by a writer who has read its last version.", async () => {
  const { id: userId } = await person();
  const { ctx } = jobContext();
  await write(ctx, userId, [chunk([point(1)])]);
  await write(ctx, userId, [chunk([point(9)])]);
  await write(ctx, userId, [chunk([point(9)], { version: 3 })]);
  expect(idsIn(await readChunks(ctx, userId, sql`true`))).toEqual([[1]]);
  await write(ctx, userId, [chunk([point(1), point(2)], { version: 2 })]);
  expect(idsIn(await readChunks(ctx, userId, sql`true`))).toEqual([[1, 2]]);
});

test("Many full chunks are written by several statements, because the database bounds a value.", async () => {
  const { id: userId } = await person();
  const { ctx } = jobContext();
  const chunks = Array.from({ length: 30 }, (_, n) =>
    chunk(
      Array.from({ length: 600 }, (_, second) => point(n * 600 + second + 1, { accuracy: 1 / (second + 3) })),
      { bucket: START + n * BUCKET },
    ),
  );
  expect((await writeChunks(ctx, userId, chunks)).length).toBeGreaterThan(1);
  await write(ctx, userId, chunks);
  expect(await readChunks(ctx, userId, sql`true`)).toEqual(chunks);
});

test("New points go to the chunk of their time, which gets the next version.", () => {
  const later = point(700);
  const changed = addPoints([chunk([point(1)])], [point(2), later], []);
  expect(changed).toEqual([
    chunk([point(1), point(2)], { version: 2 }),
    chunk([later], { bucket: START + BUCKET }),
  ]);
});

test("A point that is there already, or was removed, changes nothing.", () => {
  const stored = chunk([point(1), point(2)], { removed: [3] });
  expect(addPoints([stored], [point(1), point(2), point(3)], [])).toEqual([]);
  expect(withoutPoint(stored, 9)).toBeNull();
  const without = withoutPoint(stored, 1) as Chunk;
  expect(without).toEqual(chunk([point(2)], { version: 2, removed: [3, 1] }));
  expect(addPoints([without], [point(1)], [])).toEqual([]);
});

test.each<[string, Partial<StoredPoint>, Flag | null]>([
  ["the same time and place", {}, "duplicate"],
  ["a place two centimetres away", { latitude: 52.2297 + 1 / 1e5 + 2e-7 }, null],
  ["another time", { at: START + 1001 }, null],
  ["the time of its own arrival", { receivedAt: START + 1000 }, null],
  ["the same time and place, and the flag of the future", { flag: "future" }, "future"],
])("A new point with %s as a stored one is flagged accordingly.", (_, change, flag) => {
  const repeat = point(5, {
    at: START + 1000,
    receivedAt: START + 9000,
    latitude: 52.2297 + 1 / 1e5,
    ...change,
  });
  expect(addPoints([chunk([point(1)])], [repeat], [])[0]?.points[1]?.flag).toBe(flag);
  const { at, latitude, longitude } = point(1);
  expect(addPoints([], [repeat], [{ at, latitude, longitude }])[0]?.points[0]?.flag).toBe(flag);
});

test("Points that do not fit into a row go to the next part.", () => {
  const full = chunk(
    Array.from({ length: MOST_POINTS - 1 }, (_, n) => point(n + 1, { at: START + n, receivedAt: START + n })),
  );
  const more = [
    point(5001, { at: START + 3 }),
    point(5002, { at: START + 4 }),
    point(5003, { at: START + 5 }),
  ];
  const changed = addPoints([full], more, []);
  expect(changed.map(({ part, version, points }) => [part, version, points.length])).toEqual([
    [0, 2, MOST_POINTS],
    [1, 1, 2],
  ]);
  expect(addPoints(changed, more, [])).toEqual([]);
});

test("A point's number names its user, counts on, and stays exact for thirty million users.", () => {
  const id = pointId(2 ** 25 - 1, 2 ** 28 - 1);
  expect(Number.isSafeInteger(id)).toBe(true);
  expect(userOfPoint(id)).toBe(2 ** 25 - 1);
  expect(userOfPoint(123_456)).toBeNull();
  const now = Date.UTC(2026, 10, 29);
  expect(nextPoint(0, now)).toBeGreaterThan(50_000_000);
  expect(nextPoint(0, now + 4000)).toBe(nextPoint(0, now) + 1);
  expect(nextPoint(nextPoint(0, now) + 500, now + 4000)).toBe(nextPoint(0, now) + 500);
});
