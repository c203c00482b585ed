/** The board as GeoJSON sources. Pure. */
import { type Board, isWaiting, type Order, type Place } from "../board/board.ts";
import { isStale } from "../board/view.ts";
import type { Bounds } from "./bounds.ts";

export type Shape = { type: "FeatureCollection"; features: Feature[] };
type Feature = {
  type: "Feature";
  id?: number;
  properties: Record<string, string | number | boolean | null>;
  geometry:
    | { type: "Point"; coordinates: number[] }
    | { type: "LineString"; coordinates: number[][] }
    | { type: "Polygon"; coordinates: number[][][] };
};

export const NOTHING: Shape = { type: "FeatureCollection", features: [] };
const collection = (features: Feature[]): Shape => ({ type: "FeatureCollection", features });

/** Trucks: pale where the position is old, and those that can't take the order that is being dragged. */
export function truckShape(
  { trucks }: Board,
  now: number,
  fits: (id: number) => boolean = () => true,
): Shape {
  const features: Feature[] = [];
  for (const truck of trucks.values()) {
    const { id, plate, status, latitude, longitude } = truck;
    if (latitude === null || longitude === null) continue;
    const properties = { id, plate, status, pale: isStale(truck, now) || !fits(id) };
    features.push({ type: "Feature", properties, geometry: pointAt({ latitude, longitude }) });
  }
  return collection(features);
}

/** Pick-ups of orders; `showsEnds` also draws where they go, and marks both as A and B. */
export function orderShape({ orders }: Board, chosen: string | null, showsEnds: boolean): Shape {
  return collection(
    [...orders.values()].flatMap((order) => {
      const isChosen = order.id === chosen;
      if (!showsEnds) return [endOf(order, order.pickup, isChosen)];
      return [
        endOf(order, order.delivery, isChosen, { end: "B" }),
        endOf(order, order.pickup, isChosen, { end: "A" }),
      ];
    }),
  );
}

function endOf(order: Order, place: Place, chosen: boolean, end: { end?: "A" | "B" } = {}): Feature {
  const { id, status, priority } = order;
  const urgent = priority === "URGENT" || priority === "HIGH";
  const properties = { id, status, waiting: isWaiting(order), chosen, urgent, ...end };
  return { type: "Feature", properties, geometry: pointAt(place) };
}

/** Lines from each truck to its car; `showsEnds` also those from the car to where it goes. */
export function routeShape({ trucks, orders }: Board, showsEnds: boolean): Shape {
  const features: Feature[] = [];
  for (const order of orders.values()) {
    const truck = order.truckId === null ? undefined : trucks.get(order.truckId);
    const target = order.status === "IN_PROGRESS" ? order.delivery : order.pickup;
    if (truck?.latitude != null && truck.longitude !== null)
      features.push(line([[truck.longitude, truck.latitude], at(target)], { chosen: showsEnds }));
    if (showsEnds) features.push(line([at(order.pickup), at(order.delivery)], { chosen: true }));
  }
  return collection(features);
}

export function line(coordinates: number[][], properties: Feature["properties"] = {}): Feature {
  return { type: "Feature", properties, geometry: { type: "LineString", coordinates } };
}

export function lineShape(coordinates: number[][]): Shape {
  return coordinates.length > 1 ? collection([line(coordinates)]) : NOTHING;
}

const at = ({ latitude, longitude }: Point) => [longitude, latitude];
const pointAt = (place: Point) => ({ type: "Point" as const, coordinates: at(place) });

interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

/** Points with names. */
export const pointsShape = (places: readonly (Point & { readonly name: string })[]): Shape =>
  collection(
    places.map(({ name, ...place }) => ({
      type: "Feature",
      properties: { name },
      geometry: pointAt(place),
    })),
  );

/** Corners of what is drawn as a circle. */
const CORNERS = 64;
const METRES_IN_DEGREE = 111_195;

/** Tasks as points with their titles, and the circles of those that have a geofence. */
export function taskShape(tasks: readonly (Point & { title: string; radius: number | null })[]): Shape {
  return collection(
    tasks.flatMap(({ title, radius, ...place }): Feature[] => [
      ...(radius === null ? [] : [{ ...circle(place, radius), properties: { title } }]),
      { type: "Feature", properties: { title }, geometry: pointAt(place) },
    ]),
  );
}

/** Points at this distance in metres around a place. */
function circle({ latitude, longitude }: Point, radius: number): Feature {
  const tall = radius / METRES_IN_DEGREE;
  const wide = tall / Math.max(0.01, Math.cos((latitude * Math.PI) / 180));
  const ring = Array.from({ length: CORNERS + 1 }, (_, corner) => {
    const turn = ((corner % CORNERS) / CORNERS) * 2 * Math.PI;
    return [longitude + wide * Math.sin(turn), latitude + tall * Math.cos(turn)];
  });
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } };
}

const STEPS = [20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005];

/** The grid of degrees for the visible area, with at most a dozen lines. */
export function graticule([[west, south], [east, north]]: Bounds): Shape {
  const step = STEPS.findLast((each) => (east - west) / each <= 12) ?? 20;
  const marks = (from: number, to: number) => {
    const first = Math.ceil(from / step);
    return Array.from(
      { length: Math.max(0, Math.floor(to / step) - first + 1) },
      (_, n) => (first + n) * step,
    );
  };
  return collection([
    ...marks(west, east).map((lng) =>
      line([
        [lng, south],
        [lng, north],
      ]),
    ),
    ...marks(south, north).map((lat) =>
      line([
        [west, lat],
        [east, lat],
      ]),
    ),
  ]);
}
