/**
 * All that sets a truck's status: a job, the driver's duty, an operator, idleness, a position. Every writer takes its
 * columns from here; no other file sets a status.
 */
import { and, eq, inArray, isNotNull, lt, not, or, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { isOffDuty, setDuty } from "../../../identity/index.ts";
import { type TRUCK_STATES, towTrucks } from "../tables.ts";
import { FRESH } from "./frames.ts";
import { STATE, type TruckState } from "./room-updates.ts";

export type TruckStatus = (typeof TRUCK_STATES)[number];

/** SQL condition: the truck is on a job. */
export const ON_JOB = sql`EXISTS (SELECT 1 FROM orders
  WHERE tow_truck_id = tow_trucks.id AND status IN ('ASSIGNED', 'IN_PROGRESS'))`;

const OFF_DUTY = isOffDuty(sql`tow_trucks.driver_id`);

/** A truck that has sent positions is idle after this much silence. Milliseconds. */
export const SILENCE = 10 * 60_000;

/**
 * For a batch that has just stored positions: idle trucks come back. A position ends only idleness, and only when it is
 * fresh and the driver is on duty; a status that a driver or an operator set stays. Returns the trucks.
 * @param given SQL of the positions, with `id` and `at` (epoch ms)
 */
export function returnFromIdle(ctx: RequestContext, given: SQL) {
  return ctx.db.all<TruckState>(sql`
    UPDATE tow_trucks SET status = iif(${ON_JOB}, 'BUSY', 'AVAILABLE'), idle_at = NULL FROM ${given} AS fix
    WHERE tow_trucks.id = fix.id AND located_at = fix.at AND fix.at >= ${ctx.now() - FRESH}
      AND status = 'OFFLINE' AND idle_at IS NOT NULL AND NOT ${OFF_DUTY}
    RETURNING tow_trucks.id, status, tow_trucks.latitude, tow_trucks.longitude, located_at AS locatedAt`);
}

/** For a batch that assigns an order: the truck is on a job now. */
export function occupy(ctx: RequestContext, truckId: number) {
  return ctx.db
    .update(towTrucks)
    .set({ status: "BUSY", updatedAt: ctx.now() })
    .where(and(eq(towTrucks.id, truckId), eq(towTrucks.status, "AVAILABLE")));
}

/** For a batch that ends a job: the truck is available again, unless its driver went off duty or it went into maintenance. */
export function release(ctx: RequestContext, truckId: number) {
  return ctx.db
    .update(towTrucks)
    .set({ status: sql`iif(${OFF_DUTY}, 'OFFLINE', 'AVAILABLE')`, updatedAt: ctx.now() })
    .where(and(eq(towTrucks.id, truckId), eq(towTrucks.status, "BUSY")));
}

/** For a batch: sets the status of the driver's trucks by their duty. A truck in maintenance stays there; one on a job is busy. */
export function followDuty(ctx: RequestContext, driverId: number, onDuty: boolean) {
  return ctx.db
    .update(towTrucks)
    .set({
      status: onDuty ? sql`iif(${ON_JOB}, 'BUSY', 'AVAILABLE')` : "OFFLINE",
      idleAt: null,
      updatedAt: ctx.now(),
    })
    .where(
      and(
        eq(towTrucks.driverId, driverId),
        inArray(towTrucks.status, onDuty ? ["OFFLINE"] : ["AVAILABLE", "BUSY", "OFFLINE"]),
      ),
    );
}

/** True in SQL while none of the driver's trucks is on a job. */
export const hasNoJob = (driverId: number) => sql`NOT EXISTS (SELECT 1 FROM tow_trucks AS own
  JOIN orders AS job ON job.tow_truck_id = own.id AND job.status IN ('ASSIGNED', 'IN_PROGRESS')
  WHERE own.driver_id = ${driverId})`;

/** What an operator sets; undefined stays as it is. */
export interface OperatorChange {
  readonly status?: TruckStatus | undefined;
  readonly driverId?: number | null | undefined;
}

/**
 * What follows when an operator sets a truck's status or driver. A set status stays until somebody sets another;
 * AVAILABLE puts the driver on duty; an available truck that gets an off-duty driver is OFFLINE. A new truck without a
 * status waits for its driver's first position.
 * @param truck its id, as a number or as SQL within the batch that inserts it
 */
export function operatorDecision(
  ctx: RequestContext,
  truck: number | SQL,
  change: OperatorChange,
  isNew: boolean,
): { readonly columns: Record<string, unknown>; readonly statements: BatchItem<"sqlite">[] } {
  const { status, driverId } = change;
  if (status === undefined && isNew) return { columns: { idleAt: ctx.now() }, statements: [] };
  if (status === undefined) {
    if (driverId == null) return { columns: {}, statements: [] };
    const taken = sql`(status = 'AVAILABLE' AND ${isOffDuty(sql`${driverId}`)})`;
    return {
      columns: { status: sql`iif(${taken}, 'OFFLINE', status)`, idleAt: sql`iif(${taken}, NULL, idle_at)` },
      statements: [],
    };
  }
  const driver = sql`(SELECT driver_id FROM tow_trucks WHERE id = ${truck})`;
  return {
    columns: { idleAt: null },
    statements: status === "AVAILABLE" ? [setDuty(ctx, driver, true)] : [],
  };
}

/**
 * Each minute: sets OFFLINE each truck that has sent positions and then nothing for ten minutes. A truck on a job keeps
 * its status, and so does one that never sent a position. An operator's change restarts the ten minutes.
 */
export async function setIdle(ctx: RequestContext) {
  const since = ctx.now() - SILENCE;
  return ctx.db
    .update(towTrucks)
    .set({ status: "OFFLINE", idleAt: ctx.now(), updatedAt: ctx.now() })
    .where(
      and(
        or(eq(towTrucks.status, "AVAILABLE"), eq(towTrucks.status, "BUSY")),
        isNotNull(towTrucks.locatedAt),
        lt(towTrucks.locatedAt, since),
        lt(towTrucks.updatedAt, since),
        not(ON_JOB),
      ),
    )
    .returning(STATE);
}
