/** Which fields of an order an edit may change, and the new estimate. One rule for the API and the console. */
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
/** The columns that decide what an edit may change. */
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
 * The estimate in kopecks; null when the tariff does not exist. It uses the straight-line distance, a lower bound that
 * needs no routing service; an operator sets the final price.
 */
export async function priceFor(ctx: RequestContext, route: Route): Promise<number | null> {
  const from = { latitude: route.pickupLatitude, longitude: route.pickupLongitude };
  const to = { latitude: route.deliveryLatitude, longitude: route.deliveryLongitude };
  const distance = Math.round(distanceBetween(from, to) / 10);
  const estimated = await estimate(ctx, { vehicleTypeId: route.vehicleTypeId, distance, ...to });
  return estimated?.price ?? null;
}

/** The names that the API or the console gives to fields that can be invalid. */
export interface FieldNames {
  readonly scheduledAt: string;
  readonly vehicleTypeId: string;
}
const API_NAMES: FieldNames = { scheduledAt: "scheduled_time", vehicleTypeId: "vehicle_type" };

export interface Allowed {
  /** Fields that differ and may change. */
  readonly change: Partial<OrderRow>;
  /** Fields that differ and may not change. */
  readonly refused: readonly Field[];
}

/** Splits an edit into fields that this side may change in the order's status, and fields that it may not. A time in the past is a 400. */
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
  /** SQL condition: the row is still as it was when the plan was made. */
  readonly where: SQL | undefined;
}

/**
 * What an edit writes: only the changed columns, and a new estimate when the route or the tariff changes. The estimate
 * depends on the other route columns too, so the condition includes them: when it fails, plan again.
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
  const sameRoute = ROUTE.map((name) => sql`${orders[name]} = ${order[name]}`);
  return { change: { ...change, estimatedPrice }, refused, where: and(asRead, ...sameRoute) };
}
