/** Encodes one user's day as an archive object: delta-encoded columns, compressed with gzip. */
import type { Flag } from "../points/filter-rules.ts";
import { POINT_FLAGS } from "../tables.ts";

export interface DayPoint {
  /** The number of the report. */
  readonly id: number;
  /** Epoch ms. */
  readonly at: number;
  readonly receivedAt: number;
  /** Degrees, rounded to about a centimetre. */
  readonly latitude: number;
  readonly longitude: number;
  /** Metres, metres a second, degrees; rounded to hundredths. */
  readonly accuracy: number | null;
  readonly speed: number | null;
  readonly heading: number | null;
  readonly flag: Flag | null;
}

/** Each column holds one number for each point. Differences between neighbours are small and similar, so they compress well. */
interface Columns {
  readonly version: 1;
  readonly id: number[];
  readonly at: number[];
  /** Time from `at` to arrival, ms. */
  readonly delay: number[];
  readonly latitude: number[];
  readonly longitude: number[];
  readonly accuracy: (number | null)[];
  readonly speed: (number | null)[];
  readonly heading: (number | null)[];
  /** Index in `POINT_FLAGS` plus 1; 0 for no flag. */
  readonly flag: number[];
}

const DEGREE = 1e7;
const UNIT = 100;

export async function packDay(points: readonly DayPoint[]): Promise<Uint8Array> {
  const differences = (values: number[]) => values.map((value, index) => value - (values[index - 1] ?? 0));
  const scaled = (value: number | null) => (value === null ? null : Math.round(value * UNIT));
  const columns: Columns = {
    version: 1,
    id: differences(points.map(({ id }) => id)),
    at: differences(points.map(({ at }) => at)),
    delay: points.map(({ at, receivedAt }) => receivedAt - at),
    latitude: differences(points.map(({ latitude }) => Math.round(latitude * DEGREE))),
    longitude: differences(points.map(({ longitude }) => Math.round(longitude * DEGREE))),
    accuracy: points.map(({ accuracy }) => scaled(accuracy)),
    speed: points.map(({ speed }) => scaled(speed)),
    heading: points.map(({ heading }) => scaled(heading)),
    flag: points.map(({ flag }) => (flag === null ? 0 : POINT_FLAGS.indexOf(flag) + 1)),
  };
  const zipped = new Blob([JSON.stringify(columns)]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(zipped).bytes();
}

export async function unpackDay(zipped: ReadableStream<Uint8Array>): Promise<DayPoint[]> {
  const columns = await new Response(zipped.pipeThrough(new DecompressionStream("gzip"))).json<Columns>();
  const sums = (values: readonly number[]) => {
    let sum = 0;
    return values.map((value) => {
      sum += value;
      return sum;
    });
  };
  const [id, at, latitude, longitude] = [columns.id, columns.at, columns.latitude, columns.longitude].map(
    sums,
  );
  const unscaled = (value: number | null | undefined) => (value == null ? null : value / UNIT);
  return columns.at.map((_, index) => ({
    id: id?.[index] ?? 0,
    at: at?.[index] ?? 0,
    receivedAt: (at?.[index] ?? 0) + (columns.delay[index] ?? 0),
    latitude: (latitude?.[index] ?? 0) / DEGREE,
    longitude: (longitude?.[index] ?? 0) / DEGREE,
    accuracy: unscaled(columns.accuracy[index]),
    speed: unscaled(columns.speed[index]),
    heading: unscaled(columns.heading[index]),
    flag: POINT_FLAGS[(columns.flag[index] ?? 0) - 1] ?? null,
  }));
}

const DAY = 24 * 3600_000;

/** Start of the UTC day of an instant, epoch ms. */
export function startOfDay(at: number): number {
  return Math.floor(at / DAY) * DAY;
}

/** The UTC day of an instant, such as `2026-11-21`. */
export function dayName(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
