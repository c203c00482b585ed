/** Geographic calculations: degrees in, metres out. */
import { Geodesic } from "geographiclib-geodesic";

/** Degrees, north and east positive. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** The place of a row; null when a coordinate is missing. */
export function placeIn(row: { latitude: number | null; longitude: number | null }): Place | null {
  const { latitude, longitude } = row;
  return latitude === null || longitude === null ? null : { latitude, longitude };
}

/** The length of the shortest line between two places on the WGS-84 ellipsoid, in metres (C. F. F. Karney, 2013). */
export function distanceBetween(from: Place, to: Place): number {
  return Geodesic.WGS84.Inverse(from.latitude, from.longitude, to.latitude, to.longitude).s12 ?? Number.NaN;
}

/** The same in kilometres, to the metre. */
export function kilometresBetween(from: Place, to: Place): number {
  return Math.round(distanceBetween(from, to)) / 1000;
}

/** Length of the shortest degree of latitude, in metres. */
export const SHORTEST_DEGREE = 110_500;

/**
 * The band of latitudes that contains a circle: a coarse filter before measuring distances.
 * @param radius metres
 */
export function bandAround({ latitude }: Place, radius: number): { south: number; north: number } {
  const reach = radius / SHORTEST_DEGREE;
  return { south: latitude - reach, north: latitude + reach };
}
