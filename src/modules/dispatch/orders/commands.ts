/** Orders: placed by clients, and what may still be said of them afterwards. */
import { sql } from "drizzle-orm";
import { randomCode } from "../../../platform/crypto/digest.ts";
import { auditEntry } from "../../../platform/db/audit.ts";
import { commit } from "../../../platform/db/outbox.ts";
import { belowQuota, insertWhere, quotaRefusal } from "../../../platform/db/quota.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { invalid, notFound, refuse } from "../../../platform/http/errors.ts";
import { messages } from "../../../platform/http/messages.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { noticeEffects, noticeRows, pushNotices } from "../../notifications/index.ts";
import { noSuchKey } from "../fleet/fields.ts";
import { type OrderEdit, planEdit, priceFor } from "./edit.ts";
import { texts } from "./messages.ts";
import { statusNotice } from "./notices.ts";
import { findOrder, type Order, type OrderRow, ordersOf } from "./queries.ts";
import { orderUpdated } from "./room-updates.ts";
import { type Side, sideOf } from "./rules.ts";
import { toOrderWire } from "./schemas.ts";
import { orders } from "./tables.ts";

/** What a client says of a job. */
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

/** Places an order for one's own car. The price is the server's: the weather's where the car goes, and the straight way there. */
export async function placeOrder(
  ctx: RequestContext,
  caller: Caller,
  vehicleId: string,
  facts: OrderInput,
): Promise<OrderRow> {
  const [price, own] = await Promise.all([priceFor(ctx, facts), ownsVehicle(ctx, caller, vehicleId)]);
  // Whether somebody else's car exists is not told.
  if (!own) throw invalid({ vehicle: texts.ownVehicle });
  if (price === null) throw invalid({ vehicle_type: noSuchKey(facts.vehicleTypeId) });
  const now = ctx.now();
  const id = crypto.randomUUID();
  const row = {
    ...facts,
    id,
    vehicleId,
    clientId: caller.userId,
    estimatedPrice: price,
    startCode: randomCode(),
    createdAt: now,
    updatedAt: now,
  };
  const open = openOrdersOf(caller.userId);
  const insert = insertWhere(ctx.db, orders, row, belowQuota(ctx, "openOrders", open)).returning();
  const notices = statusNotice(id, caller.userId, "PENDING");
  const told = {
    orderId: id,
    kind: "status",
    ref: `placed:${id}`,
    body: { order: id, status: "PENDING", old_status: null, tow_truck: null },
  } as const;
  const effects = [orderUpdated.row(told), ...noticeEffects(notices)];
  const made = await commit(ctx, insert, effects, [noticeRows(ctx, notices)]);
  const [order] = made ?? [];
  if (!order) throw quotaRefusal(ctx, "openOrders");
  pushNotices(ctx, notices);
  await orderUpdated.now(ctx, told);
  return order;
}

const openOrdersOf = (clientId: number) =>
  sql`SELECT 1 FROM orders WHERE client_id = ${clientId} AND status NOT IN ('COMPLETED', 'CANCELLED')`;

async function ownsVehicle(ctx: RequestContext, caller: Caller, vehicleId: string): Promise<boolean> {
  const found = await ctx.db.all(
    sql`SELECT 1 FROM client_vehicles WHERE id = ${vehicleId} AND owner_id = ${caller.userId}`,
  );
  return found.length > 0;
}

/** The order and the side of it on which the caller stands; 404 for everybody else. */
export async function requireOrder(
  ctx: RequestContext,
  caller: Caller,
  id: string,
): Promise<{ order: Order; side: Side }> {
  const order = await findOrder(ctx, caller, id);
  const side = order && sideOf(caller, { clientId: order.clientId, driverId: order.truck?.driverId ?? null });
  if (!order || !side) throw notFound();
  return { order, side };
}

/** How often an edit is planned anew when others edit the same order in between. */
const TRIES = 10;

/** Edits an order; what the caller may not change is passed over. Parallel edits of different fields all stay. */
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
    if (await commit(ctx, update, [], auditOf(ctx, caller, order, change))) return;
    ({ order, side } = await requireOrder(ctx, caller, order.id));
  }
  throw refuse(409, messages.conflict);
}

/** The row that somebody else than its client leaves behind. */
function auditOf(ctx: RequestContext, caller: Caller, order: Order, after: Partial<OrderRow>) {
  if (order.clientId === caller.userId) return [];
  const before = Object.fromEntries(Object.keys(after).map((field) => [field, order[field as keyof Order]]));
  return [auditEntry(ctx, caller, { action: "order.change", subject: `order:${order.id}`, before, after })];
}

/** For the account's export. */
export async function exportOrders(ctx: RequestContext, userId: number): Promise<object> {
  const self = { userId, userType: "CLIENT", isStaff: false, sessionId: "export", expiresAt: 0 } as const;
  const placed = await ordersOf(ctx, userId);
  return { orders: placed.map((order) => toOrderWire(ctx, order, self)) };
}
