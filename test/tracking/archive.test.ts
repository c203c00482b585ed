/** Archiving a track room's journal: every point is stored once, and the latest location never goes back in time. */
import { describe, expect, test } from "vitest";
import type { FilteredPoint } from "../../src/modules/tracking/points/filter-rules.ts";
import { archivePoints, type PointsEntry } from "../../src/modules/tracking/points/store.ts";
import { type Person, person, rows } from "../harness/api.ts";
import { counted } from "../harness/counted.ts";
import { jobContext } from "../harness/job-context.ts";
import { warsaw } from "./fixtures.ts";

const EPOCH = "0123abcd";
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
  archivePoints(jobContext().ctx, id, EPOCH, entries);

const reportsOf = ({ id }: Person) =>
  rows(
    "SELECT epoch, seq, nth, at, received_at, flag FROM location_reports WHERE user_id = ? ORDER BY seq, nth",
    id,
  );
const latestOf = async ({ id }: Person) =>
  (
    await rows<{ at: number; latitude: number; report_id: number }>(
      "SELECT * FROM latest_locations WHERE user_id = ?",
      id,
    )
  )[0];

test("Every point of every entry is stored under its position.", async () => {
  const ann = await person();
  await archive(ann, entry(1, point(NOW - 30)), entry(2, point(NOW - 20, { flag: "jump" }), point(NOW - 10)));
  const row = { epoch: EPOCH, received_at: NOW, flag: null };
  expect(await reportsOf(ann)).toEqual([
    { ...row, seq: 1, nth: 0, at: NOW - 30 },
    { ...row, seq: 2, nth: 0, at: NOW - 20, flag: "jump" },
    { ...row, seq: 2, nth: 1, at: NOW - 10 },
  ]);
});

test("A repeated batch changes nothing, and a batch of another epoch is stored anew.", async () => {
  const ann = await person();
  const entries = [entry(1, point(NOW - 30)), entry(2, point(NOW - 20), point(NOW - 20))];
  await archive(ann, ...entries);
  const before = [await reportsOf(ann), await latestOf(ann)];
  await archive(ann, ...entries);
  await archive(ann, ...entries.slice(1));
  expect([await reportsOf(ann), await latestOf(ann)]).toEqual(before);
  await archivePoints(jobContext().ctx, ann.id, "ffffffff", entries);
  expect(await reportsOf(ann)).toHaveLength(6);
});

test("Points that came by REST are not archived again.", async () => {
  const ann = await person();
  await archive(ann, { ...entry(1, point(NOW)), stored: true });
  expect(await reportsOf(ann)).toEqual([]);
});

test("Points of a deleted account are not stored.", async () => {
  await archive({ id: 987_654 }, entry(1, point(NOW)));
  expect(await rows("SELECT 1 FROM location_reports WHERE user_id = 987654")).toEqual([]);
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

test("Archiving a batch takes two statements in one round trip, whatever its size.", async () => {
  const ann = await person();
  const meter = counted();
  // A place without any task's geofence.
  const nowhere = { latitude: -48.876, longitude: -123.393 };
  const entries = Array.from({ length: 100 }, (_, seq) => entry(seq + 1, point(NOW - 1000 + seq, nowhere)));
  await archivePoints(jobContext({}, meter.env).ctx, ann.id, EPOCH, entries);
  const bill = meter.read();
  expect(bill.statements).toHaveLength(2);
  expect(bill.roundTrips).toBe(1);
  expect(await reportsOf(ann)).toHaveLength(100);
});
