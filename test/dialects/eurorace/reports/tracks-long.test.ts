/** Tracks that are longer than a page of points. */
import { expect, test } from "vitest";
import { openTrack } from "../../../../src/modules/tracking/tracks/queries.ts";
import { person, rows } from "../../../harness/api.ts";
import { jobContext } from "../../../harness/job-context.ts";
import { DAY, NOW, point, pointsOf, roll, store, today, trackOf } from "./compaction.ts";

test("A track longer than a page, with archived days and late points, is complete and in order.", async () => {
  const ann = await person();
  const days = Array.from({ length: 9 }, (_, n) => today - (60 - 2 * n) * DAY);
  await store(ann, ...days.flatMap((at) => [point(at), point(at + 2)]));
  await roll();
  // Late ones: within a rolled day, on a day between two, and before all of them.
  const late = [(days[1] ?? 0) + 1, (days[3] ?? 0) + DAY, (days[0] ?? 0) - DAY];
  await store(ann, ...late.map((at) => point(at)));
  const count = 20_500;
  await rows(
    `INSERT INTO location_reports (user_id, at, received_at, latitude, longitude, cell)
     WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)
     SELECT ?, ? + i / 2, 0, 50, 20, 'x' FROM n`,
    count,
    ann.id,
    NOW - DAY,
  );
  const points = await pointsOf(ann);
  expect(points).toHaveLength(18 + 3 + count);
  expect(points.slice(0, 21).map(({ at }) => at)).toEqual(
    [...days.flatMap((at) => [at, at + 2]), ...late].sort((one, other) => one - other),
  );
  expect(points.every(({ at }, index) => at >= (points[index - 1]?.at ?? 0))).toBe(true);
  expect(new Set(points.map((found) => (found as { id?: number }).id)).size).toBe(points.length);
  const { total_points, coordinates } = await trackOf(ann);
  expect([total_points, coordinates.length]).toEqual([points.length, points.length]);
});

test("Points that arrive while a long track is read are left out of it.", async () => {
  const ann = await person();
  await rows(
    `INSERT INTO location_reports (user_id, at, received_at, latitude, longitude, cell)
     WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 20999)
     SELECT ?, ? + i, 0, 50, 20, 'x' FROM n`,
    ann.id,
    NOW - DAY,
  );
  const track = await openTrack(jobContext().ctx, ann.id, {});
  await store(ann, point(NOW));
  let shown = 0;
  for await (const part of track?.parts() ?? []) shown += part.length;
  expect([track?.total, shown]).toEqual([21_000, 21_000]);
});
