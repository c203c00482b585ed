/** Places and edits orders. Status and truck are changed by `transitions.ts`. */
import { and, eq, type SQL, sql } from "drizzle-orm";
import { randomCode } from "../../../platform/crypto/digest.ts";
import { auditEntry } from "../../../platform/db/audit.ts";
import { commit } from "../../../platform/db/outbox.ts";
import { belowQuota, insertWhere, quotaRefusal } from "../../../platform/db/quota.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { invalid, refuse } from "../../../platform/http/errors.ts";
import { messages } from "../../../platform/http/messages.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { noticeEffects, noticeRows } from "../../notifications/index.ts";
import { noSuchKey } from "../fleet/fields.ts";
import { tellOrdersChanged } from "../fleet/trucks/room-updates.ts";
import { priceForRoute } from "../pricing/queries.ts";
import { texts } from "./messages.ts";
import { statusNotice } from "./notices.ts";
import { type Order, type OrderRow, requireOrder } from "./queries.ts";
import { archiveUpdate, orderUpdate } from "./room-updates.ts";
import { type EditableOrder, type OrderEdit, type Side, type SplitEdit, splitEdit } from "./rules.ts";
import { orders } from "./tables.ts";

/** What a client specifies in an order. */
export type OrderInput = Pick<
  OrderRow,
  | "vehicleTypeId"
  | "pickupAddress"
  | "pickupLatitude"
  | "pickupLongitude"
  | "deliveryAddress"
  | "deliveryLatitude"
  | "deliveryLongitude"
  | "description"
  | "priority"
  | "scheduledAt"
>;

/** Places an order for the client's own vehicle; `operator`: who takes it for a client that calls, for the audit log. The server sets the price: by the straight-line distance and the weather at the destination. */
export async function placeOrder(
  ctx: RequestContext,
  caller: Pick<Caller, "userId">,
  vehicleId: string,
  input: OrderInput,
  operator: Caller | null = null,
): Promise<OrderRow> {
  requireFuture(ctx, input.scheduledAt, "scheduled_time");
  const price = await priceForRoute(ctx, input);
  if (price === null) {
    await requireOwnVehicle(ctx, caller, vehicleId);
    throw invalid({ vehicle_type: noSuchKey(input.vehicleTypeId) });
  }
  const now = ctx.now();
  const id = crypto.randomUUID();
  const row = {
    ...input,
    id,
    vehicleId,
    clientId: caller.userId,
    estimatedPrice: price,
    startCode: randomCode(),
    roomWaits: true,
    createdAt: now,
    updatedAt: now,
  };
  const open = openOrdersOf(caller.userId);
  const mayPlace = sql`${belowQuota(ctx, "openOrders", open)} AND EXISTS (${vehicleOf(caller, vehicleId)})`;
  const insert = insertWhere(ctx.db, orders, row, mayPlace).returning();
  const notices = statusNotice(id, caller.userId, "PENDING");
  const update = {
    orderId: id,
    kind: "status",
    ref: `placed:${id}`,
    body: { order: id, status: "PENDING", old_status: null, tow_truck: null },
  } as const;
  const effects = [orderUpdate(update), ...noticeEffects(notices)];
  const rest = [noticeRows(ctx, notices), archiveUpdate(ctx, update)];
  const made = await commit(ctx, insert, effects, operator ? [...rest, taken(ctx, operator, row)] : rest);
  const [order] = made ?? [];
  if (!order) {
    await requireOwnVehicle(ctx, caller, vehicleId);
    throw quotaRefusal(ctx, "openOrders");
  }
  return order;
}

/** The audit row of an order that an operator takes for a client. */
function taken(ctx: RequestContext, operator: Caller, row: OrderInput & Pick<OrderRow, "id" | "clientId">) {
  const { id, clientId: client, vehicleTypeId, pickupAddress, deliveryAddress, scheduledAt } = row;
  const after = { client, vehicleTypeId, pickupAddress, deliveryAddress, scheduledAt };
  return auditEntry(ctx, operator, { action: "order.create", subject: `order:${id}`, before: null, after });
}

const openOrdersOf = (clientId: number) =>
  sql`SELECT 1 FROM orders WHERE client_id = ${clientId} AND status NOT IN ('COMPLETED', 'CANCELLED')`;

const vehicleOf = (caller: Pick<Caller, "userId">, vehicleId: string) =>
  sql`SELECT 1 FROM client_vehicles WHERE id = ${vehicleId} AND owner_id = ${caller.userId}`;

/** Why an order was not placed: the same 400 for a vehicle that does not exist and for somebody else's. */
async function requireOwnVehicle(
  ctx: RequestContext,
  caller: Pick<Caller, "userId">,
  vehicleId: string,
): Promise<void> {
  const found = await ctx.db.all(vehicleOf(caller, vehicleId));
  if (found.length === 0) throw invalid({ vehicle: texts.ownVehicle });
}

/** Refuses a time in the past with a 400 for that field. */
export function requireFuture(ctx: RequestContext, at: number | null | undefined, field: string): void {
  if (at !== null && at !== undefined && at < ctx.now()) throw invalid({ [field]: texts.past });
}

/** How often an edit is planned again when others edit the same order in between. */
const TRIES = 10;

/** Edits an order; ignores fields that the caller may not change. Concurrent edits of different fields are all kept. */
export async function editOrder(
  ctx: RequestContext,
  caller: Caller,
  found: { order: Order; side: Side },
  edit: OrderEdit,
): Promise<void> {
  let { order, side } = found;
  for (let tries = 0; tries < TRIES; tries++) {
    const { change, where } = await planEdit(ctx, order, side, edit);
    if (Object.keys(change).length === 0) return;
    const update = ctx.db
      .update(orders)
      .set({ ...change, updatedAt: ctx.now() })
      .where(where);
    if (await commit(ctx, update, [], auditOf(ctx, caller, order, change)))
      return tellNewRoute(ctx, order.towTruckId, change);
    ({ order, side } = await requireOrder(ctx, caller, order.id));
  }
  throw refuse(409, messages.conflict);
}

/** The columns that decide the price. */
const ROUTE = [
  "vehicleTypeId",
  "pickupLatitude",
  "pickupLongitude",
  "deliveryLatitude",
  "deliveryLongitude",
] as const satisfies readonly (keyof OrderEdit)[];

/** The names that the API or the console gives to fields that can be invalid. */
export interface FieldNames {
  readonly scheduledAt: string;
  readonly vehicleTypeId: string;
}
const API_NAMES: FieldNames = { scheduledAt: "scheduled_time", vehicleTypeId: "vehicle_type" };

export interface EditPlan extends SplitEdit {
  /** SQL condition: the row is still as it was when the plan was made. */
  readonly where: SQL | undefined;
}

/**
 * What an edit writes, by the API or the console: only the changed columns, and a new estimate when the route or the
 * tariff changes. The estimate depends on the other route columns too, so the condition includes them: when it fails,
 * plan again. A time in the past is a 400.
 */
export async function planEdit(
  ctx: RequestContext,
  order: EditableOrder,
  side: Side,
  edit: OrderEdit,
  names: FieldNames = API_NAMES,
): Promise<EditPlan> {
  const { change, refused } = splitEdit(order, side, edit);
  requireFuture(ctx, change.scheduledAt, names.scheduledAt);
  const asRead = and(eq(orders.id, order.id), eq(orders.status, order.status));
  if (!ROUTE.some((name) => name in change)) return { change, refused, where: asRead };
  const estimatedPrice = await priceForRoute(ctx, { ...order, ...change });
  if (estimatedPrice === null) throw invalid({ [names.vehicleTypeId]: noSuchKey(change.vehicleTypeId ?? 0) });
  const sameRoute = ROUTE.map((name) => sql`${orders[name]} = ${order[name]}`);
  return { change: { ...change, estimatedPrice }, refused, where: and(asRead, ...sameRoute) };
}

/** After an edit: tells the order's truck that its way has changed. */
export async function tellNewRoute(
  ctx: RequestContext,
  truckId: number | null,
  change: SplitEdit["change"],
): Promise<void> {
  if (ROUTE.some((name) => name in change)) await tellOrdersChanged(ctx, [truckId]);
}

/** The audit row for a change by somebody other than the client. */
function auditOf(ctx: RequestContext, caller: Caller, order: Order, after: Partial<OrderRow>) {
  if (order.clientId === caller.userId) return [];
  const before = Object.fromEntries(Object.keys(after).map((field) => [field, order[field as keyof Order]]));
  return [auditEntry(ctx, caller, { action: "order.change", subject: `order:${order.id}`, before, after })];
}
