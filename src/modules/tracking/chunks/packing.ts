/**
 * Packs points into rows of `track_chunks`: a JSON array of arrays, each with differences to the row's own columns. Nothing
 * is rounded. The view `location_points` unpacks the same in SQL.
 */
import { cellOf } from "../../../platform/cells.ts";
import type { Flag } from "../points/filter-rules.ts";
import { POINT_FLAGS } from "../tables.ts";
import type { DayPoint } from "../tracks/day-archive.ts";

/** How much time one chunk covers, ms. A day has a whole number of them. */
export const BUCKET = 600_000;
/** The most points in a row: a row may have 2 MB. */
export const MOST_POINTS = 2000;

export type StoredPoint = DayPoint;

/** One chunk in memory. */
export interface Chunk {
  readonly bucket: number;
  readonly part: number;
  /** 0 for one that is not stored yet. */
  readonly version: number;
  readonly points: readonly StoredPoint[];
  /** Ids of points that must not come again. */
  readonly removed: readonly number[];
}

/** The columns that a chunk is read from. */
export interface ChunkRow {
  readonly bucket: number;
  readonly part: number;
  readonly version: number;
  readonly firstId: number;
  readonly south: number;
  readonly west: number;
  readonly points: string;
  readonly removed: string;
}

/** [id, at, delay, latitude, longitude, accuracy, speed, heading, flag]; nulls at the end are left out. */
type Packed = [number, number, number, number, number, ...(number | null)[]];

const DEGREE = 1e7;

export function bucketOf(at: number): number {
  return Math.floor(at / BUCKET) * BUCKET;
}

export function isGood({ flag }: { readonly flag: Flag | null }): boolean {
  return flag === null;
}

/** Of two points, whether the first is newer: by its time, then by its number. */
export function isNewer(one: Pick<StoredPoint, "at" | "id">, other: Pick<StoredPoint, "at" | "id">): boolean {
  return one.at > other.at || (one.at === other.at && one.id > other.id);
}

/** The newest point without a flag. */
export function newestOf(points: readonly StoredPoint[]): StoredPoint | null {
  return points
    .filter(isGood)
    .reduce<StoredPoint | null>((best, point) => (best && !isNewer(point, best) ? best : point), null);
}

/** A chunk as the columns of its row, from `bucket` on, in the order of the table. */
export async function packChunk({ bucket, part, version, points, removed }: Chunk): Promise<unknown[]> {
  const least = (values: number[]) => values.reduce((one, other) => Math.min(one, other), Infinity);
  const most = (values: number[]) => -least(values.map((value) => -value));
  const ids = points.map(({ id }) => id);
  const times = points.map(({ at }) => at);
  const [latitudes, longitudes] = [
    points.map((p) => p.latitude * DEGREE),
    points.map((p) => p.longitude * DEGREE),
  ];
  const finite = (value: number) => (Number.isFinite(value) ? value : 0);
  const firstId = finite(least(ids));
  const south = Math.floor(finite(least(latitudes)));
  const west = Math.floor(finite(least(longitudes)));
  const packed = points.map(({ id, at, receivedAt, latitude, longitude, accuracy, speed, heading, flag }) => {
    const more = [accuracy, speed, heading, flag === null ? null : POINT_FLAGS.indexOf(flag) + 1];
    while (more.at(-1) === null) more.pop();
    return [
      id - firstId,
      at - bucket,
      receivedAt - at,
      offset(latitude, south),
      offset(longitude, west),
      ...more,
    ] satisfies Packed;
  });
  const newest = newestOf(points);
  return [
    bucket,
    part,
    version,
    points.length,
    firstId,
    finite(most(ids)),
    finite(least(times)),
    finite(most(times)),
    south,
    Math.ceil(finite(most(latitudes))),
    west,
    Math.ceil(finite(most(longitudes))),
    newest &&
      JSON.stringify([
        newest.id,
        newest.at,
        newest.receivedAt,
        newest.latitude,
        newest.longitude,
        newest.accuracy,
        newest.speed,
        newest.heading,
        await cellOf(newest),
      ]),
    JSON.stringify(packed),
    JSON.stringify(removed),
  ];
}

export function unpackChunk(row: ChunkRow): Chunk {
  const { bucket, part, version, firstId, south, west } = row;
  const points = (JSON.parse(row.points) as Packed[]).map(
    ([id, at, delay, latitude, longitude, accuracy = null, speed = null, heading = null, flag = null]) => ({
      id: firstId + id,
      at: bucket + at,
      receivedAt: bucket + at + delay,
      latitude: degrees(latitude, south),
      longitude: degrees(longitude, west),
      accuracy,
      speed,
      heading,
      flag: POINT_FLAGS[(flag ?? 0) - 1] ?? null,
    }),
  );
  return { bucket, part, version, points, removed: JSON.parse(row.removed) as number[] };
}

/** A whole number of ten-millionths from the edge of the box; a coordinate with more digits stays as it is. */
function offset(value: number, edge: number): number {
  const whole = Math.round(value * DEGREE);
  return whole / DEGREE === value ? whole - edge : value;
}

function degrees(packed: number, edge: number): number {
  return Number.isInteger(packed) ? (edge + packed) / DEGREE : packed;
}
