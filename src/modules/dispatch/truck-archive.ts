/** Where a truck was on its way to D1, and whoever follows it told of the newest place. */
import { sql } from "drizzle-orm";
import { runBatch } from "../../platform/db/client.ts";
import { cellOf, type Place } from "../../platform/geo.ts";
import type { Entry } from "../../platform/realtime/journal.ts";
import type { Scope } from "../../platform/runtime.ts";
import type { JudgedPoint } from "../tracking/index.ts";
import { etaOf, type Position, toPosition } from "./live.ts";
import { OPS_ROOM } from "./ops.ts";

/** A place that is believed, and where the journal has it. */
export interface Fix extends Place {
  readonly seq: number;
  readonly nth: number;
  /** Epoch ms. */
  readonly at: number;
  /** Metres a second, and degrees; null where the receiver does not say. */
  readonly speed: number | null;
  readonly heading: number | null;
}

/** What an entry tells of: a batch from the driver's socket, or one place that came by REST. */
export function fixesOf({ seq, kind, body }: Entry): Fix[] {
  if (kind === "position") {
    const { latitude, longitude, updated_at } = body as unknown as Position;
    return [{ seq, nth: 0, at: Date.parse(updated_at), latitude, longitude, speed: null, heading: null }];
  }
  const points = (body.points ?? []) as JudgedPoint[];
  return points.flatMap(({ at, latitude, longitude, speed, heading, flag }, nth) =>
    flag === null ? { seq, nth, at, latitude, longitude, speed, heading } : [],
  );
}

export function newestOf(fixes: readonly Fix[]): Fix | undefined {
  return fixes.reduce<Fix | undefined>((best, fix) => (best && best.at > fix.at ? best : fix), undefined);
}

interface TruckRow {
  readonly status: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly at: number | null;
  readonly orders: string;
}

/** One transaction; then the operators' overview, and the orders of a truck that streams. Stands being repeated. */
export async function archiveFixes(
  scope: Scope,
  truckId: number,
  epoch: string,
  entries: readonly Entry[],
): Promise<void> {
  const last = entries.at(-1);
  if (!last) return;
  const truck = await store(scope, truckId, epoch, entries.flatMap(fixesOf));
  if (!truck || truck.latitude === null || truck.longitude === null || truck.at === null) return;
  const place = { latitude: truck.latitude, longitude: truck.longitude };
  const position = toPosition(truckId, place, truck.at);
  const ref = `truck:${truckId}:${epoch}:${last.seq}`;
  const overview = { kind: "position", ref, body: { ...position, status: truck.status } };
  await scope.runtime.room(OPS_ROOM)?.publish(OPS_ROOM, overview);
  // Orders of a truck that reports by REST were told with the report.
  if (entries.every(({ kind }) => kind !== "points")) return;
  const orders = JSON.parse(truck.orders) as (Place & { readonly id: string })[];
  await Promise.all(
    orders.map(({ id, ...target }) => {
      const name = `order:${id}`;
      const body = { ...position, order_id: id, ...etaOf(place, target) };
      return scope.runtime.room(name)?.publish(name, { kind: "position", ref, body });
    }),
  );
}

/** Keeps the places, moves the truck forward in time only, and reads where it stands now. */
async function store(
  scope: Scope,
  truckId: number,
  epoch: string,
  fixes: readonly Fix[],
): Promise<TruckRow | undefined> {
  const points = scope.db.run(sql`
    INSERT OR IGNORE INTO truck_points (truck_id, epoch, seq, nth, at, latitude, longitude, speed, heading)
    SELECT t.id, ${epoch}, f.value ->> 'seq', f.value ->> 'nth', f.value ->> 'at', f.value ->> 'latitude',
      f.value ->> 'longitude', f.value ->> 'speed', f.value ->> 'heading'
    FROM json_each(${JSON.stringify(fixes)}) AS f JOIN tow_trucks t ON t.id = ${truckId}`);
  const newest = newestOf(fixes);
  const forward = newest ? [moveForward(scope, truckId, newest)] : [];
  const read = scope.db.all<TruckRow>(sql`
    SELECT status, latitude, longitude, located_at AS at, (SELECT json_group_array(json_object('id', o.id,
      'latitude', iif(o.status = 'IN_PROGRESS', o.delivery_latitude, o.pickup_latitude),
      'longitude', iif(o.status = 'IN_PROGRESS', o.delivery_longitude, o.pickup_longitude)))
      FROM orders o WHERE o.tow_truck_id = t.id AND o.status IN ('ASSIGNED', 'IN_PROGRESS')) AS orders
    FROM tow_trucks t WHERE id = ${truckId}`);
  const results = await runBatch(scope.db, [points, ...forward, read]);
  const [truck] = results.at(-1) as TruckRow[];
  return truck;
}

function moveForward(scope: Scope, truckId: number, fix: Fix) {
  const { latitude, longitude, at } = fix;
  return scope.db.run(sql`
    UPDATE tow_trucks SET latitude = ${latitude}, longitude = ${longitude}, cell = ${cellOf(fix)}, located_at = ${at},
      updated_at = ${scope.now()}, status = iif(status = 'OFFLINE', 'AVAILABLE', status)
    WHERE id = ${truckId} AND coalesce(located_at, 0) < ${at}`);
}
