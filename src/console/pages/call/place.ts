/** One end of an order as it is being entered: its address and its point belong together. Pure. */
import type { Point } from "./requests.ts";

export interface Place {
  readonly address: string;
  readonly point: Point | null;
  /** The geocoder found both. */
  readonly isFound: boolean;
}

export const NOWHERE: Place = { address: "", point: null, isFound: false };

const inDegrees = ({ latitude, longitude }: Point) => `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;

/** Whether the address is the operator's own text, and not the geocoder's or a point's degrees. */
export const isOwnAddress = ({ address, point, isFound }: Place): boolean =>
  address.trim() !== "" && !isFound && (point === null || address !== inDegrees(point));

/** What is typed over a found address is another place, which has no point yet; beside a point of the map it names that. */
export const withAddress = ({ point, isFound }: Place, address: string): Place => ({
  address,
  point: isFound ? null : point,
  isFound: false,
});

/** A point of the map. The operator's own address stays as its name; one that came with another point does not. */
export const withPoint = (place: Place, point: Point): Place => ({
  address: isOwnAddress(place) ? place.address : inDegrees(point),
  point,
  isFound: false,
});
