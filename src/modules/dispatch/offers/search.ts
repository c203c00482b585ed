/** Finds the next truck to ask: the closest that is free, serves the tariff and was not asked in this round. */
import { sql } from "drizzle-orm";
import { isInCells } from "../../../platform/cells.ts";
import { distanceBetween } from "../../../platform/geo.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { isFree } from "../orders/assignment.ts";
import type { OrderRow } from "../orders/queries.ts";

/** Search radii around the pickup in metres, tried in order. */
export const RADII = [5_000, 15_000, 50_000] as const;

export interface Candidate {
  readonly id: number;
  readonly driverId: number;
  /** Whole metres to the pickup. */
  readonly distance: number;
}

/** One statement per radius, until one finds a truck. */
export async function closestTruck(
  ctx: RequestContext,
  order: OrderRow,
  round: number,
): Promise<Candidate | null> {
  for (const radius of RADII) {
    const [closest] = await candidates(ctx, order, round, radius);
    if (closest) return closest;
  }
  return null;
}

async function candidates(
  ctx: RequestContext,
  order: OrderRow,
  round: number,
  radius: number,
): Promise<Candidate[]> {
  const pickup = { latitude: order.pickupLatitude, longitude: order.pickupLongitude };
  const isClose = (await isInCells(sql.raw("cell"), pickup, radius)) ?? sql`false`;
  const near = await ctx.db.all<{ id: number; driverId: number; latitude: number; longitude: number }>(sql`
    SELECT id, driver_id AS driverId, latitude, longitude FROM tow_trucks AS truck
    WHERE ${isClose} AND ${isFree(sql.raw("truck.id"), order)}
      AND NOT EXISTS (SELECT 1 FROM order_offers WHERE order_id = ${order.id} AND round = ${round} AND truck_id = truck.id)
      AND NOT EXISTS (SELECT 1 FROM order_offers
        WHERE truck_id = truck.id AND status = 'OPEN' AND expires_at > ${ctx.now()})`);
  return near
    .map(({ id, driverId, ...place }) => ({
      id,
      driverId,
      distance: Math.round(distanceBetween(pickup, place)),
    }))
    .filter(({ distance }) => distance <= radius)
    .sort((a, b) => a.distance - b.distance || a.id - b.id);
}
