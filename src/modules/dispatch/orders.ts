/** Orders: placed by clients, and what may still be said of them afterwards. */
import { and, eq, sql } from "drizzle-orm";
import { randomCode } from "../../platform/crypto/digest.ts";
import { auditEntry } from "../../platform/db/audit.ts";
import { commit } from "../../platform/db/outbox.ts";
import { distanceBetween } from "../../platform/geo.ts";
import type { Caller } from "../../platform/http/caller.ts";
import { invalid, notFound, refuse } from "../../platform/http/errors.ts";
import { messages } from "../../platform/http/messages.ts";
import type { Scope } from "../../platform/runtime.ts";
import { noticeEffects, noticeRows, pushNotices } from "../notifications/index.ts";
import { noSuchKey } from "./fields.ts";
import { type Editable, mayEdit, type Side, sideOf } from "./machine.ts";
import { findOrder, type Order, type OrderRow, ordersOf } from "./order-queries.ts";
import { orderNotice } from "./order-room.ts";
import { toOrderWire } from "./order-schemas.ts";
import { statusNotice, texts } from "./order-texts.ts";
import { estimate } from "./pricing.ts";
import { orders } from "./tables.ts";

/** What a client says of a job. */
export type OrderFacts = Pick<
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
  scope: Scope,
  caller: Caller,
  vehicleId: string,
  facts: OrderFacts,
): Promise<OrderRow> {
  const [price, own] = await Promise.all([priceFor(scope, facts), ownsVehicle(scope, caller, vehicleId)]);
  // Whether somebody else's car exists is not told.
  if (!own) throw invalid({ vehicle: texts.ownVehicle });
  if (price === null) throw invalid({ vehicle_type: noSuchKey(facts.vehicleTypeId) });
  const now = scope.now();
  const id = crypto.randomUUID();
  const insert = scope.db
    .insert(orders)
    .values({
      ...facts,
      id,
      vehicleId,
      clientId: caller.userId,
      estimatedPrice: price,
      startCode: randomCode(),
      createdAt: now,
      updatedAt: now,
    })
    .returning();
  const notices = statusNotice(id, caller.userId, "PENDING");
  const told = {
    orderId: id,
    kind: "status",
    ref: `placed:${id}`,
    body: { order: id, status: "PENDING", old_status: null, tow_truck: null },
  } as const;
  const effects = [orderNotice.row(told), ...noticeEffects(notices)];
  const made = await commit(scope, insert, effects, [noticeRows(scope, notices)]);
  const [order] = made ?? [];
  if (!order) throw new Error("the new order has no row");
  pushNotices(scope, notices);
  await orderNotice.now(scope, told);
  return order;
}

async function ownsVehicle(scope: Scope, caller: Caller, vehicleId: string): Promise<boolean> {
  const found = await scope.db.all(
    sql`SELECT 1 FROM client_vehicles WHERE id = ${vehicleId} AND owner_id = ${caller.userId}`,
  );
  return found.length > 0;
}

type Route = Pick<
  OrderFacts,
  "vehicleTypeId" | "pickupLatitude" | "pickupLongitude" | "deliveryLatitude" | "deliveryLongitude"
>;

/**
 * Kopecks; null when there is no such tariff. The straight line stands for the road, one to one: a lower bound that
 * needs no router, and the final price is an operator's to set.
 */
export async function priceFor(scope: Scope, route: Route): Promise<number | null> {
  const from = { latitude: route.pickupLatitude, longitude: route.pickupLongitude };
  const to = { latitude: route.deliveryLatitude, longitude: route.deliveryLongitude };
  const distance = Math.round(distanceBetween(from, to) / 10);
  const estimated = await estimate(scope, { vehicleTypeId: route.vehicleTypeId, distance, ...to });
  return estimated?.price ?? null;
}

/** The order and the side of it on which the caller stands; 404 for everybody else. */
export async function requireOrder(
  scope: Scope,
  caller: Caller,
  id: string,
): Promise<{ order: Order; side: Side }> {
  const order = await findOrder(scope, caller, id);
  const side = order && sideOf(caller, { clientId: order.clientId, driverId: order.truck?.driverId ?? null });
  if (!order || !side) throw notFound();
  return { order, side };
}

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

export type OrderEdit = { readonly [Field in keyof typeof FIELDS]?: OrderRow[Field] | undefined };

/** Only what this side may change now, and what differs. */
function allowed(order: Order, side: Side, edit: OrderEdit): Partial<OrderRow> {
  const fields = Object.entries(FIELDS) as [keyof OrderEdit, Editable][];
  const kept = fields.filter(
    ([field, kind]) =>
      edit[field] !== undefined && edit[field] !== order[field] && mayEdit(side, order.status, kind),
  );
  return Object.fromEntries(kept.map(([field]) => [field, edit[field]]));
}

/** Edits an order; what the caller may not change is passed over. A new way or tariff has a new estimate. */
export async function editOrder(
  scope: Scope,
  caller: Caller,
  { order, side }: { order: Order; side: Side },
  edit: OrderEdit,
): Promise<void> {
  const change = allowed(order, side, edit);
  if (Object.keys(change).length === 0) return;
  if (ROUTE.some((field) => field in change)) {
    const estimatedPrice = await priceFor(scope, { ...order, ...change });
    if (estimatedPrice === null) throw invalid({ vehicle_type: noSuchKey(change.vehicleTypeId ?? 0) });
    change.estimatedPrice = estimatedPrice;
  }
  const before = Object.fromEntries(Object.keys(change).map((field) => [field, order[field as keyof Order]]));
  const update = scope.db
    .update(orders)
    .set({ ...change, updatedAt: scope.now() })
    .where(and(eq(orders.id, order.id), eq(orders.status, order.status)));
  const audit =
    order.clientId === caller.userId
      ? []
      : [
          auditEntry(scope, caller, {
            action: "order.change",
            subject: `order:${order.id}`,
            before,
            after: change,
          }),
        ];
  if (!(await commit(scope, update, [], audit))) throw refuse(409, messages.conflict);
}

const ROUTE = [
  "vehicleTypeId",
  "pickupLatitude",
  "pickupLongitude",
  "deliveryLatitude",
  "deliveryLongitude",
] as const satisfies readonly (keyof Route)[];

/** For the account's export. */
export async function exportOrders(scope: Scope, userId: number): Promise<object> {
  const self = { userId, userType: "CLIENT", isStaff: false, sessionId: "export", expiresAt: 0 } as const;
  const placed = await ordersOf(scope, userId);
  return { orders: placed.map((order) => toOrderWire(scope, order, self)) };
}
