/** Old points, written as a room's archive does, and the days that compaction makes of them. */
import { expect } from "vitest";
import { archivePoints } from "../../../../src/modules/tracking/points/archive.ts";
import type { FilteredPoint } from "../../../../src/modules/tracking/points/filter-rules.ts";
import { compactTracks } from "../../../../src/modules/tracking/tracks/compaction.ts";
import { openTrack, type TrackFilter } from "../../../../src/modules/tracking/tracks/queries.ts";
import { get, type Person, rows } from "../../../harness/api.ts";
import { jobContext } from "../../../harness/job-context.ts";

export const DAY = 24 * 3600_000;
export const NOW = Date.now();
export const today = Math.floor(NOW / DAY) * DAY;
export const PATH = "/api/location-reports/";

/** A good point at `at` (epoch ms), with changes. */
export const point = (at: number, change: Partial<FilteredPoint> = {}): FilteredPoint => ({
  latitude: 50.1234567,
  longitude: -21.7654321,
  at,
  accuracy: 4.25,
  speed: null,
  heading: 359.99,
  flag: null,
  ...change,
});

let seq = 0;
/** Archives points as one entry of the person's track room. */
export const store = ({ id }: Person, ...points: FilteredPoint[]) => {
  seq += 1;
  return archivePoints(jobContext().ctx, id, [{ seq, at: NOW, points }]);
};

/** Runs the compaction until no day is left, as the queue does. */
export async function roll() {
  while ((await compactTracks(jobContext().ctx)).days > 0);
}

/** Returns the points of a person's track, archived days included. */
export async function pointsOf({ id }: Person, filter: TrackFilter = {}) {
  const track = await openTrack(jobContext().ctx, id, filter);
  const points = [];
  for await (const part of track?.parts() ?? []) points.push(...part);
  expect(track?.total).toBe(points.length);
  return points;
}

/** Returns the times of a person's reports in D1. */
export const reportsOf = ({ id }: Person) =>
  rows("SELECT at FROM location_points WHERE user_id = ? ORDER BY at", id);
/** Returns the rows of a person's archived days. */
export const daysOf = ({ id }: Person) =>
  rows<{ day: string; key: string; points: number; size: number; starts_at: number; ends_at: number }>(
    "SELECT * FROM track_days WHERE user_id = ? ORDER BY day",
    id,
  );
/** Returns the body of my_track/. */
export const trackOf = async ({ token }: Person, query = "") =>
  (await get(`${PATH}my_track/${query}`, { token })).body;
/** The name of the UTC day of `at`. */
export const name = (at: number) => new Date(at).toISOString().slice(0, 10);
