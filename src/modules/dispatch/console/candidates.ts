/** The trucks around an order: which can take it now, and why the others can't. */
import { sql } from "drizzle-orm";
import { isInCells } from "../../../platform/cells.ts";
import { distanceBetween } from "../../../platform/geo.ts";
import { notFound } from "../../../platform/http/errors.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { staffTitleSql } from "../../identity/index.ts";
import { SILENCE } from "../fleet/trucks/status.ts";
import { RADII } from "../offers/search.ts";
import { assignmentColumns, faultOf, type StoredFacts } from "../orders/assignment.ts";
import type { OrderRow } from "../orders/queries.ts";
import type { AssignmentFault } from "../orders/rules.ts";

/** `silent`: it is free, but has sent no position for a while. */
export type CandidateFault = AssignmentFault | "silent";

export interface CandidateTruck {
  readonly id: number;
  readonly plate: string;
  readonly model: string;
  readonly status: string;
  readonly driverId: number | null;
  readonly driver: string | null;
  /** By name and phone. */
  readonly driverName: string | null;
  readonly locatedAt: number | null;
  /** Whole metres to the pickup. */
  readonly distance: number;
  /** Null: it can take the order. */
  readonly fault: CandidateFault | null;
}

/** How many of each sort are shown. */
const MOST = 8;

/** The nearest trucks that can take the order, then the nearest that can't; the circle grows until enough can. */
export async function trucksAround(ctx: RequestContext, orderId: string): Promise<CandidateTruck[]> {
  const [order] = await ctx.db.all<Around>(sql`SELECT id, vehicle_type_id AS vehicleTypeId,
    pickup_latitude AS latitude, pickup_longitude AS longitude FROM orders WHERE id = ${orderId}`);
  if (!order) throw notFound();
  let found: CandidateTruck[] = [];
  for (const radius of RADII) {
    found = await within(ctx, order, radius);
    if (found.filter(({ fault }) => fault === null).length >= MOST) break;
  }
  const [free, others] = [true, false].map((isFree) =>
    found.filter(({ fault }) => (fault === null) === isFree),
  );
  return [...(free ?? []).slice(0, MOST), ...(others ?? []).slice(0, MOST)];
}

interface Around extends Pick<OrderRow, "id" | "vehicleTypeId"> {
  readonly latitude: number;
  readonly longitude: number;
}

async function within(ctx: RequestContext, order: Around, radius: number): Promise<CandidateTruck[]> {
  const isClose = (await isInCells(sql.raw("tow_trucks.cell"), order, radius)) ?? sql`false`;
  const near = await ctx.db.all<Near>(sql`
    SELECT id, license_plate AS plate, model, latitude, longitude, located_at AS locatedAt,
      (SELECT username FROM users WHERE id = tow_trucks.driver_id) AS driver,
      (SELECT ${staffTitleSql()} FROM users WHERE id = tow_trucks.driver_id) AS driverName, ${assignmentColumns(order)}
    FROM tow_trucks WHERE ${isClose}`);
  return near
    .map(({ latitude, longitude, suits, engaged, ...truck }) => ({
      ...truck,
      distance: Math.round(distanceBetween(order, { latitude, longitude })),
      fault:
        faultOf({ ...truck, suits, engaged }) ??
        ((truck.locatedAt ?? 0) < ctx.now() - SILENCE ? ("silent" as const) : null),
    }))
    .filter(({ distance }) => distance <= radius)
    .sort((a, b) => a.distance - b.distance || a.id - b.id);
}

interface Near extends Omit<CandidateTruck, "distance" | "fault">, StoredFacts {
  readonly driverId: number | null;
  readonly latitude: number;
  readonly longitude: number;
  readonly status: string;
}
