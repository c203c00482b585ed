/** Packs a stretch of a truck's trail: columns of differences, compressed. About six bytes a point. */
import type { Place } from "../../../platform/geo.ts";

export interface TrailPoint extends Place {
  /** Epoch ms. */
  readonly at: number;
  /** Metres a second, and degrees; null when the receiver does not report them. */
  readonly speed: number | null;
  readonly heading: number | null;
}

/** Each column has one number for each point; `at`, `latitude` and `longitude` are differences to the point before. */
interface Columns {
  readonly version: 1;
  readonly at: number[];
  readonly latitude: number[];
  readonly longitude: number[];
  readonly speed: (number | null)[];
  readonly heading: (number | null)[];
}

/** Degrees are kept to about a centimetre, speed and heading to hundredths. */
const DEGREE = 1e7;
const UNIT = 100;

export async function packTrail(points: readonly TrailPoint[]): Promise<Uint8Array> {
  const differences = (values: number[]) => values.map((value, index) => value - (values[index - 1] ?? 0));
  const scaled = (value: number | null) => (value === null ? null : Math.round(value * UNIT));
  const columns: Columns = {
    version: 1,
    at: differences(points.map(({ at }) => at)),
    latitude: differences(points.map(({ latitude }) => Math.round(latitude * DEGREE))),
    longitude: differences(points.map(({ longitude }) => Math.round(longitude * DEGREE))),
    speed: points.map(({ speed }) => scaled(speed)),
    heading: points.map(({ heading }) => scaled(heading)),
  };
  return through(new Blob([JSON.stringify(columns)]), new CompressionStream("deflate-raw"));
}

export async function unpackTrail(packed: Uint8Array<ArrayBuffer>): Promise<TrailPoint[]> {
  const words = await through(new Blob([packed]), new DecompressionStream("deflate-raw"));
  const columns = JSON.parse(new TextDecoder().decode(words)) as Columns;
  const sums = (values: readonly number[]) => {
    let sum = 0;
    return values.map((value) => {
      sum += value;
      return sum;
    });
  };
  const unscaled = (value: number | null | undefined) => (value == null ? null : value / UNIT);
  const [latitudes, longitudes] = [sums(columns.latitude), sums(columns.longitude)];
  return sums(columns.at).map((at, index) => ({
    at,
    latitude: (latitudes[index] ?? 0) / DEGREE,
    longitude: (longitudes[index] ?? 0) / DEGREE,
    speed: unscaled(columns.speed[index]),
    heading: unscaled(columns.heading[index]),
  }));
}

function through(
  blob: Blob,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Response(blob.stream().pipeThrough(stream)).bytes() as Promise<Uint8Array<ArrayBuffer>>;
}
