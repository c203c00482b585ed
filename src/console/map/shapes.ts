/** The board as GeoJSON sources. Pure. */
import { type Board, isWaiting, type Place } from "./board.ts";

export type Shape = { type: "FeatureCollection"; features: Feature[] };
type Feature = {
  type: "Feature";
  id?: number;
  properties: Record<string, string | number | boolean | null>;
  geometry: { type: "Point"; coordinates: number[] } | { type: "LineString"; coordinates: number[][] };
};

export const NOTHING: Shape = { type: "FeatureCollection", features: [] };
const collection = (features: Feature[]): Shape => ({ type: "FeatureCollection", features });

/** Trucks whose state is not hidden. */
export function truckShape({ trucks }: Board, hidden: ReadonlySet<string>): Shape {
  const features: Feature[] = [];
  for (const { id, plate, status, latitude, longitude } of trucks.values())
    if (latitude !== null && longitude !== null && !hidden.has(status))
      features.push({
        type: "Feature",
        properties: { id, plate, status },
        geometry: { type: "Point", coordinates: [longitude, latitude] },
      });
  return collection(features);
}

/** Orders, with the selected one marked. */
export function orderShape({ orders }: Board, chosen: string | null): Shape {
  return collection(
    [...orders.values()].map((order) => ({
      type: "Feature",
      properties: {
        id: order.id,
        status: order.status,
        waiting: isWaiting(order),
        chosen: order.id === chosen,
        urgent: order.priority === "URGENT" || order.priority === "HIGH",
      },
      geometry: { type: "Point", coordinates: at(order.pickup) },
    })),
  );
}

/** Lines from each truck to its car; for the selected order also to the destination. */
export function routeShape({ trucks, orders }: Board, chosen: string | null): Shape {
  const features: Feature[] = [];
  for (const order of orders.values()) {
    const truck = order.truckId === null ? undefined : trucks.get(order.truckId);
    const target = order.status === "IN_PROGRESS" ? order.delivery : order.pickup;
    if (truck?.latitude != null && truck.longitude !== null)
      features.push(line([[truck.longitude, truck.latitude], at(target)], { chosen: order.id === chosen }));
    if (order.id === chosen) features.push(line([at(order.pickup), at(order.delivery)], { chosen: true }));
  }
  return collection(features);
}

export function line(coordinates: number[][], properties: Feature["properties"] = {}): Feature {
  return { type: "Feature", properties, geometry: { type: "LineString", coordinates } };
}

export function lineShape(coordinates: number[][]): Shape {
  return coordinates.length > 1 ? collection([line(coordinates)]) : NOTHING;
}

const at = ({ latitude, longitude }: Place) => [longitude, latitude];

type Bounds = [[number, number], [number, number]];

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

/** The bounds of everything on the board; null when nothing has a position. */
export function boundsOf({ trucks, orders }: Board): Bounds | null {
  const places = [...trucks.values(), ...[...orders.values()].map(({ pickup }) => pickup)].filter(
    (place): place is typeof place & Place => place.latitude !== null && place.longitude !== null,
  );
  if (places.length === 0) return null;
  const lngs = places.map(({ longitude }) => longitude);
  const lats = places.map(({ latitude }) => latitude);
  return [
    [Math.min(...lngs), Math.min(...lats)],
    [Math.max(...lngs), Math.max(...lats)],
  ];
}
