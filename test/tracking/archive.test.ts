/** Archiving a track room's journal: every point is stored once, and the latest location never goes back in time. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { archivePoints, type PointsEntry } from "../../src/modules/tracking/points/archive.ts";
import type { FilteredPoint } from "../../src/modules/tracking/points/filter-rules.ts";
import { pointId } from "../../src/modules/tracking/points/ids.ts";
import { type Person, person, rows } from "../harness/api.ts";
import { counted } from "../harness/counting/counted.ts";
import { jobContext } from "../harness/job-context.ts";
import { warsaw } from "./fixtures.ts";

const NOW = Date.now();

const point = (at: number, change: Partial<FilteredPoint> = {}): FilteredPoint => ({
  ...warsaw,
  at,
  accuracy: null,
  speed: null,
  heading: null,
  flag: null,
  ...change,
});
const entry = (seq: number, ...points: FilteredPoint[]): PointsEntry => ({ seq, at: NOW, points });

const archive = ({ id }: { readonly id: number }, ...entries: PointsEntry[]) =>
  archivePoints(jobContext().ctx, id, entries);

const reportsOf = ({ id }: Person) =>
  rows("SELECT id, at, received_at, flag FROM location_points WHERE user_id = ? ORDER BY id", id);
const latestOf = async ({ id }: Person) =>
  (
    await rows<{ at: number; latitude: number; report_id: number }>(
      "SELECT * FROM latest_places WHERE user_id = ?",
      id,
    )
  )[0];

test("Every point of every entry is stored, under the number that the room gave it.", async () => {
  const ann = await person();
  await archive(
    ann,
    { ...entry(1, point(NOW - 30)), first: 7 },
    { ...entry(2, point(NOW - 20, { flag: "jump" }), point(NOW - 10)), first: 8 },
  );
  const row = { received_at: NOW, flag: null };
  expect(await reportsOf(ann)).toEqual([
    { ...row, id: pointId(ann.id, 7), at: NOW - 30 },
    { ...row, id: pointId(ann.id, 8), at: NOW - 20, flag: "jump" },
    { ...row, id: pointId(ann.id, 9), at: NOW - 10 },
  ]);
});

test.each([
  ["as rooms store them", { first: 5 }],
  ["as older rooms stored them, without numbers", {}],
])("A repeated batch of entries %s changes nothing.", async (_, counted) => {
  const ann = await person();
  const entries = [
    { ...entry(1, point(NOW - 30)), ...counted },
    { ...entry(2, point(NOW - 20), point(NOW - 20)), ...("first" in counted ? { first: 6 } : {}) },
  ];
  await archive(ann, ...entries);
  const before = [await reportsOf(ann), await latestOf(ann)];
  expect(before[0]).toHaveLength(3);
  await archive(ann, ...entries);
  await archive(ann, ...entries.slice(1));
  expect([await reportsOf(ann), await latestOf(ann)]).toEqual(before);
});

test("A room that has lost its journal loses no point, even if it gives a number again.", async () => {
  const ann = await person();
  await archive(ann, { ...entry(1, point(NOW - 30)), first: 1 });
  const again = { ...entry(1, point(NOW - 20)), first: 1 };
  await archive(ann, again);
  await archive(ann, again);
  expect(await reportsOf(ann)).toMatchObject([{ at: NOW - 30 }, { at: NOW - 20 }]);
});

test("Points that came by REST to an older room are not archived again.", async () => {
  const ann = await person();
  await archive(ann, { ...entry(1, point(NOW)), stored: true });
  expect(await reportsOf(ann)).toEqual([]);
});

test("Points of a deleted account are not stored.", async () => {
  await archive({ id: 987_654 }, entry(1, point(NOW)));
  expect(await rows("SELECT 1 FROM location_points WHERE user_id = 987654")).toEqual([]);
});

describe("the latest location", () => {
  test("The latest location moves forward in time only, in whatever order points arrive.", async () => {
    const ann = await person();
    await archive(
      ann,
      entry(1, point(NOW - 30, { latitude: 1 }), point(NOW - 10, { latitude: 2 }), point(NOW - 20)),
    );
    expect(await latestOf(ann)).toMatchObject({ at: NOW - 10, latitude: 2 });
    await archive(ann, entry(2, point(NOW - 15, { latitude: 3 })));
    expect(await latestOf(ann)).toMatchObject({ at: NOW - 10, latitude: 2 });
    await archive(ann, entry(3, point(NOW - 5, { latitude: 4 })));
    expect(await latestOf(ann)).toMatchObject({ at: NOW - 5, latitude: 4 });
  });

  test("Of two points with the same time, the latest location is the one that arrived later.", async () => {
    const ann = await person();
    await archive(ann, entry(1, point(NOW, { latitude: 1 }), point(NOW, { latitude: 2 })));
    expect(await latestOf(ann)).toMatchObject({ latitude: 2 });
    await archive(ann, entry(2, point(NOW, { latitude: 3 })));
    expect(await latestOf(ann)).toMatchObject({ latitude: 3 });
  });

  test("The latest location is never a flagged point.", async () => {
    const ann = await person();
    await archive(ann, entry(1, point(NOW + 1e9, { flag: "future" }), point(NOW, { flag: "jump" })));
    expect(await latestOf(ann)).toBeUndefined();
  });
});

test("Archiving a batch takes one statement to read and two to write, whatever its size.", async () => {
  const ann = await person();
  const meter = counted();
  // A place without any task's geofence.
  const nowhere = { latitude: -48.876, longitude: -123.393 };
  const entries = Array.from({ length: 100 }, (_, seq) => entry(seq + 1, point(NOW - 1000 + seq, nowhere)));
  const { ctx } = jobContext({}, meter.env);
  const written: number[] = [];
  const getByName = (name: string) => ({
    write(statements: never[]) {
      written.push(statements.length);
      return env.ARCHIVISTS.getByName(name).write(statements);
    },
  });
  const archivists = { getByName } as unknown as typeof ctx.runtime.archivists;
  await archivePoints({ ...ctx, runtime: { ...ctx.runtime, archivists } }, ann.id, entries);
  expect(meter.read()).toMatchObject({ roundTrips: 1, statements: { length: 1 } });
  // In one transaction of the archivist's.
  expect(written).toEqual([2]);
  expect(await reportsOf(ann)).toHaveLength(100);
});
