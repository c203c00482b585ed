/** Whether a truck can take an order: the facts behind `assignmentFault`, and the same rule as an SQL condition. */
import { type SQL, sql } from "drizzle-orm";
import { invalid } from "../../../platform/http/errors.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { noSuchKey } from "../fleet/fields.ts";
import { truckTexts } from "./messages.ts";
import type { OrderRow } from "./queries.ts";
import { assignmentFault, type Transition } from "./rules.ts";

/** A truck reserved for later must only serve the tariff; one that takes the job now must be free, and so must its driver. */
export async function requireTruck(
  ctx: RequestContext,
  order: OrderRow,
  { names, takes }: Transition,
): Promise<void> {
  const id = takes ?? names;
  if (id === null) return;
  const [truck] = await ctx.db.all<StoredFacts>(
    sql`SELECT ${assignmentColumns(order)} FROM tow_trucks WHERE id = ${id}`,
  );
  if (!truck) throw invalid({ tow_truck: noSuchKey(id) });
  const fault = faultOf(truck);
  if (fault && (takes !== null || fault === "unsuitable")) throw invalid({ tow_truck: truckTexts[fault] });
}

/** The facts about a truck as SQL reads them. */
export interface StoredFacts {
  readonly status: string;
  readonly driverId: number | null;
  readonly suits: 0 | 1;
  readonly engaged: 0 | 1;
}

/** The columns of `StoredFacts`, of a row of `tow_trucks`. */
export const assignmentColumns = (order: Pick<OrderRow, "id" | "vehicleTypeId">) =>
  sql`status, ${activeDriver} AS driverId, ${suits(order.vehicleTypeId)} AS suits, ${engaged(order.id)} AS engaged`;

/** Why this truck can't take the order now; null when it can. */
export const faultOf = (truck: StoredFacts) =>
  assignmentFault({ ...truck, suits: truck.suits === 1, engaged: truck.engaged === 1 });

const suits = (vehicleTypeId: number) => sql`EXISTS (SELECT 1 FROM tow_truck_types
  WHERE truck_id = tow_trucks.id AND vehicle_type_id = ${vehicleTypeId})`;

/** The truck's driver; null when the account is blocked or its role is no longer DRIVER. */
const activeDriver = sql`(SELECT id FROM users
  WHERE id = tow_trucks.driver_id AND user_type = 'DRIVER' AND is_active = 1)`;

/** The truck's driver has another job, with any truck. */
const engaged = (
  orderId: string,
) => sql`EXISTS (SELECT 1 FROM orders AS job JOIN tow_trucks AS own ON own.id = job.tow_truck_id
  WHERE own.driver_id = tow_trucks.driver_id AND job.status IN ('ASSIGNED', 'IN_PROGRESS') AND job.id <> ${orderId})`;

/** SQL condition: the truck can take this order. The same rule as `assignmentFault`, checked when the row is written. */
export const isFree = (truckId: SQL | number, order: Pick<OrderRow, "id" | "vehicleTypeId">) => sql`EXISTS (
  SELECT 1 FROM tow_trucks WHERE id = ${truckId} AND status = 'AVAILABLE' AND ${activeDriver} IS NOT NULL
    AND ${suits(order.vehicleTypeId)} AND NOT ${engaged(order.id)})`;
