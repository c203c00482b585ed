/** Which part of the world the map shows. Pure. */
import type { Board } from "../board/board.ts";

/** South-west and north-east as `[longitude, latitude]`. */
export type Bounds = [[number, number], [number, number]];
type Point = readonly [longitude: number, latitude: number];

/** The bounds of points; null without any. */
export function boundsAround(points: readonly Point[]): Bounds | null {
  if (points.length === 0) return null;
  const [lngs, lats] = [points.map(([lng]) => lng), points.map(([, lat]) => lat)];
  // Spread arguments are limited; fleets are not.
  const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b));
  const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b));
  return [
    [least(lngs), least(lats)],
    [most(lngs), most(lats)],
  ];
}

/** The bounds of everything on the board; null when nothing has a position. */
export const boundsOf = (board: Board): Bounds | null =>
  boundsAround([...truckPoints(board, () => true), ...orderPoints(board)]);

/** A truck that was silent for longer does not say where the work is. */
const LATELY = 24 * 3600_000;

/**
 * Where the work is: orders, and trucks that are on the road and were heard within a day (all trucks when there is neither), without
 * what is far from all the rest.
 */
export function workBounds(board: Board, now: number): Bounds | null {
  const isWorking = ({ status, seenAt }: { status: string; seenAt: string | null }) =>
    (status === "AVAILABLE" || status === "BUSY") && (seenAt === null || Date.parse(seenAt) > now - LATELY);
  const points = [...truckPoints(board, isWorking), ...orderPoints(board)];
  return boundsAround(withoutOutliers(points.length > 0 ? points : truckPoints(board, () => true)));
}

const pointOf = ({ latitude, longitude }: { latitude: number; longitude: number }): Point => [
  longitude,
  latitude,
];

function truckPoints(
  { trucks }: Board,
  counts: (truck: { status: string; seenAt: string | null }) => boolean,
): Point[] {
  return [...trucks.values()].flatMap((truck) =>
    truck.latitude !== null && truck.longitude !== null && counts(truck)
      ? [[truck.longitude, truck.latitude] as const]
      : [],
  );
}

const orderPoints = ({ orders }: Board): Point[] => [...orders.values()].map(({ pickup }) => pointOf(pickup));

/** What is closer to the middle than this belongs to it, however close the rest is. Kilometres. */
const NEAR = 40;
/** How much farther than three quarters of the points an outlier is. */
const FACTOR = 4;
/** More than this share (and more than one point) is no outlier but another place of work. */
const SHARE = 0.15;

/** The points without the few that are far from most. */
export function withoutOutliers(points: readonly Point[]): readonly Point[] {
  if (points.length < 3) return points;
  const middle: Point = [median(points.map(([lng]) => lng)), median(points.map(([, lat]) => lat))];
  const away = points.map((point) => ({ point, km: kilometres(point, middle) }));
  away.sort((one, other) => one.km - other.km);
  const most = away[Math.ceil(points.length * 0.75) - 1]?.km ?? 0;
  // Of three points, the second tells how far apart the work is.
  const typical = points.length < 4 ? (away[1]?.km ?? 0) : most;
  const kept = away.filter(({ km }) => km <= Math.max(NEAR, typical * FACTOR));
  const dropped = points.length - kept.length;
  return dropped > Math.max(1, points.length * SHARE) ? points : kept.map(({ point }) => point);
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[Math.floor((values.length - 1) / 2)] ?? 0;
}

/** Good enough to compare: a degree of latitude is 111 km. */
function kilometres([lng, lat]: Point, [toLng, toLat]: Point): number {
  const across = (lng - toLng) * Math.cos((((lat + toLat) / 2) * Math.PI) / 180);
  return Math.hypot(across, lat - toLat) * 111;
}
