/** What may be edited in an order, and the estimate that follows: one rule for the API and the console. */
import { and, eq, type SQL, sql } from "drizzle-orm";
import { distanceBetween } from "../../../platform/geo.ts";
import { invalid } from "../../../platform/http/errors.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { noSuchKey } from "../fleet/fields.ts";
import { estimate } from "../pricing/queries.ts";
import { requireFuture } from "./fields.ts";
import type { OrderRow } from "./queries.ts";
import { type Editable, mayEdit, type Side } from "./rules.ts";
import { orders } from "./tables.ts";

const FIELDS = {
  pickupAddress: "place",
  pickupLatitude: "place",
  pickupLongitude: "place",
  deliveryAddress: "place",
  deliveryLatitude: "place",
  deliveryLongitude: "place",
  description: "description",
  priority: "priority",
  scheduledAt: "schedule",
  vehicleTypeId: "tariff",
  finalPrice: "finalPrice",
} as const satisfies Partial<Record<keyof OrderRow, Editable>>;

type Field = keyof typeof FIELDS;
const NAMES = Object.keys(FIELDS) as Field[];

export type OrderEdit = { readonly [Name in Field]?: OrderRow[Name] | undefined };
/** What an edit is judged by. */
export type EditableOrder = Pick<OrderRow, "id" | "status" | Field>;

/** The fields that decide the price. */
const ROUTE = [
  "vehicleTypeId",
  "pickupLatitude",
  "pickupLongitude",
  "deliveryLatitude",
  "deliveryLongitude",
] as const satisfies readonly Field[];
type Route = Pick<OrderRow, (typeof ROUTE)[number]>;

/**
 * Kopecks; null when there is no such tariff. The straight line stands for the road, one to one: a lower bound that
 * needs no router, and the final price is an operator's to set.
 */
export async function priceFor(ctx: RequestContext, route: Route): Promise<number | null> {
  const from = { latitude: route.pickupLatitude, longitude: route.pickupLongitude };
  const to = { latitude: route.deliveryLatitude, longitude: route.deliveryLongitude };
  const distance = Math.round(distanceBetween(from, to) / 10);
  const estimated = await estimate(ctx, { vehicleTypeId: route.vehicleTypeId, distance, ...to });
  return estimated?.price ?? null;
}

/** How a door calls the fields that can be wrong. */
export interface FieldNames {
  readonly scheduledAt: string;
  readonly vehicleTypeId: string;
}
const API_NAMES: FieldNames = { scheduledAt: "scheduled_time", vehicleTypeId: "vehicle_type" };

export interface Allowed {
  /** What differs and may be changed. */
  readonly change: Partial<OrderRow>;
  /** What differs and may not. */
  readonly refused: readonly Field[];
}

/** Which fields of an edit this side may change while the order stands where it stands. A time in the past is a 400. */
export function allowedEdit(
  ctx: RequestContext,
  order: EditableOrder,
  side: Side,
  edit: OrderEdit,
  names: FieldNames = API_NAMES,
): Allowed {
  const differing = NAMES.filter((name) => edit[name] !== undefined && edit[name] !== order[name]);
  const may = (name: Field) => mayEdit(side, order.status, FIELDS[name]);
  const change: Partial<OrderRow> = Object.fromEntries(
    differing.filter(may).map((name) => [name, edit[name]]),
  );
  requireFuture(ctx, change.scheduledAt, names.scheduledAt);
  return { change, refused: differing.filter((name) => !may(name)) };
}

export interface EditPlan extends Allowed {
  /** What the plan stands on: the row is still as it was judged. */
  readonly where: SQL | undefined;
}

/**
 * What an edit writes: only the columns that it changes, and a new estimate with a new way or tariff. The estimate holds
 * only while the rest of the way is as it was read, so that is part of the condition: when it fails, plan again.
 */
export async function planEdit(
  ctx: RequestContext,
  order: EditableOrder,
  side: Side,
  edit: OrderEdit,
  names: FieldNames = API_NAMES,
): Promise<EditPlan> {
  const { change, refused } = allowedEdit(ctx, order, side, edit, names);
  const asRead = and(eq(orders.id, order.id), eq(orders.status, order.status));
  if (!ROUTE.some((name) => name in change)) return { change, refused, where: asRead };
  const estimatedPrice = await priceFor(ctx, { ...order, ...change });
  if (estimatedPrice === null) throw invalid({ [names.vehicleTypeId]: noSuchKey(change.vehicleTypeId ?? 0) });
  const sameWay = ROUTE.map((name) => sql`${orders[name]} = ${order[name]}`);
  return { change: { ...change, estimatedPrice }, refused, where: and(asRead, ...sameWay) };
}
