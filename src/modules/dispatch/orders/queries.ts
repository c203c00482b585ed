/** Reads orders with everything that belongs to them: two statements in one trip, for any number of orders. */
import { and, count, desc, eq, gte, lte, type Placeholder, type SQL, sql } from "drizzle-orm";
import { type Db, runBatch } from "../../../platform/db/client.ts";
import { contains } from "../../../platform/db/folding.ts";
import { type Caller, isOperator } from "../../../platform/http/caller.ts";
import { notFound } from "../../../platform/http/errors.ts";
import type { Listed, Window } from "../../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { type Person, peopleById, selectPeople } from "../../identity/index.ts";
import type { Truck, Vehicle } from "../fleet/schemas.ts";
import { truckTypes } from "../fleet/trucks/queries.ts";
import type { payments } from "./payments/tables.ts";
import type { ratings } from "./ratings/tables.ts";
import { type OrderStatus, type Side, sideOf } from "./rules.ts";
import { type orderStatusHistory, orders, type PRIORITIES } from "./tables.ts";

export type OrderRow = typeof orders.$inferSelect;
export type History = Omit<typeof orderStatusHistory.$inferSelect, "orderId">;
export type Payment = typeof payments.$inferSelect;
export type Rating = typeof ratings.$inferSelect;

/** SQL condition: the order exists, and belongs to the client when one is given. */
export function orderExists(id: string | null, clientId: number | null): SQL {
  const own = clientId === null ? sql`1` : sql`client_id = ${clientId}`;
  return sql`EXISTS (SELECT 1 FROM orders WHERE id = ${id} AND ${own})`;
}

/** An order with its people, truck, vehicle, history, payments and rating. */
export interface Order extends Readonly<OrderRow> {
  readonly client: Person;
  readonly truck: Truck | null;
  readonly vehicle: Vehicle | null;
  /** The newest first; so are the payments. */
  readonly history: readonly History[];
  readonly payments: readonly Payment[];
  readonly rating: Rating | null;
  readonly people: ReadonlyMap<number, Person>;
}

const json = <T>(words: string | null) => (words === null ? null : (JSON.parse(words) as T));

const historyJson = sql<string>`(SELECT json_group_array(json_object('id', id, 'oldStatus', old_status,
    'newStatus', new_status, 'comment', comment, 'changedBy', changed_by, 'createdAt', created_at) ORDER BY id DESC)
  FROM order_status_history WHERE order_id = orders.id)`;

const paymentsJson = sql<string>`(SELECT json_group_array(json_object('id', id, 'orderId', order_id, 'amount', amount,
    'paymentMethod', payment_method, 'status', status, 'transactionId', transaction_id, 'paidAt', paid_at,
    'createdAt', created_at, 'updatedAt', updated_at) ORDER BY id DESC)
  FROM payments WHERE order_id = orders.id)`;

const ratingJson = sql<
  string | null
>`(SELECT json_object('id', id, 'orderId', order_id, 'driverId', driver_id,
    'driverRating', driver_rating, 'serviceRating', service_rating, 'comment', comment,
    'createdAt', created_at, 'updatedAt', updated_at)
  FROM ratings WHERE order_id = orders.id)`;

const vehicleJson = sql<
  string | null
>`(SELECT json_object('id', id, 'ownerId', owner_id, 'nickname', nickname,
    'make', make, 'model', model, 'year', year, 'color', color, 'licensePlate', license_plate, 'notes', notes,
    'createdAt', created_at, 'updatedAt', updated_at)
  FROM client_vehicles WHERE id = orders.vehicle_id)`;

const truckJson = sql<
  string | null
>`(SELECT json_object('id', id, 'licensePlate', license_plate, 'model', model,
    'capacity', capacity, 'driverId', driver_id, 'status', status, 'latitude', latitude, 'longitude', longitude,
    'cell', cell, 'locatedAt', located_at, 'createdAt', created_at, 'updatedAt', updated_at,
    'types', json(${truckTypes}))
  FROM tow_trucks WHERE id = orders.tow_truck_id)`;

/** The columns of an order, each thing that belongs to it as JSON. */
const orderFields = {
  order: orders,
  history: historyJson,
  payments: paymentsJson,
  rating: ratingJson,
  vehicle: vehicleJson,
  truck: truckJson,
};

type Count = number | Placeholder;

function selectOrders(db: Db, where: SQL | undefined, limit: Count, offset: Count) {
  return db
    .select(orderFields)
    .from(orders)
    .where(where)
    .orderBy(desc(orders.createdAt), desc(orders.id))
    .limit(limit)
    .offset(offset);
}

type Found = Awaited<ReturnType<typeof selectOrders>>;

/** The people in the same orders: clients, owners of vehicles, drivers, and who changed a status. CROSS JOIN keeps the page outermost. */
function selectPeopleOf(db: Db, where: SQL | undefined, limit: Count, offset: Count) {
  const page = sql`SELECT id, client_id, vehicle_id, tow_truck_id FROM orders WHERE ${where ?? sql`1`}
    ORDER BY created_at DESC, id DESC LIMIT ${limit} OFFSET ${offset}`;
  return selectPeople(
    db,
    sql`WITH page AS MATERIALIZED (${page})
      SELECT client_id FROM page
      UNION SELECT v.owner_id FROM page CROSS JOIN client_vehicles v ON v.id = page.vehicle_id
      UNION SELECT t.driver_id FROM page CROSS JOIN tow_trucks t ON t.id = page.tow_truck_id
      UNION SELECT h.changed_by FROM page CROSS JOIN order_status_history h ON h.order_id = page.id`,
  );
}

/** Orders and their people, in one trip. */
async function readOrders(ctx: RequestContext, where: SQL | undefined, window: Window): Promise<Order[]> {
  const { limit, offset } = window;
  const statements = [
    selectOrders(ctx.db, where, limit, offset),
    selectPeopleOf(ctx.db, where, limit, offset),
  ];
  const [found, people] = (await runBatch(ctx.db, statements)) as [Found, Person[]];
  return withPeople(found, people);
}

function withPeople(found: Found, everybody: readonly Person[]): Order[] {
  const people = peopleById(everybody);
  return found.flatMap((row) => {
    const vehicle = json<Omit<Vehicle, "owner">>(row.vehicle);
    const truck = json<Omit<Truck, "driver">>(row.truck);
    const client = people.get(row.order.clientId);
    const owner = people.get(vehicle?.ownerId ?? 0);
    // Both statements read one state, and an order goes with its client.
    if (!client) return [];
    return {
      ...row.order,
      history: json<History[]>(row.history) ?? [],
      payments: json<Payment[]>(row.payments) ?? [],
      rating: json<Rating>(row.rating),
      client,
      vehicle: vehicle && owner ? { ...vehicle, owner } : null,
      truck: truck && { ...truck, driver: people.get(truck.driverId ?? 0) ?? null },
      people,
    };
  });
}

/** Condition: the orders that a caller may see. Operators and staff: all; drivers: the jobs of their trucks; everybody: their own orders. */
export function visibleTo(caller: Caller): SQL | undefined {
  if (isOperator(caller)) return undefined;
  const own = eq(orders.clientId, caller.userId);
  if (caller.userType !== "DRIVER") return own;
  return sql`(${own} OR ${orders.towTruckId} IN (SELECT id FROM tow_trucks WHERE driver_id = ${caller.userId}))`;
}

export interface OrderFilter {
  readonly status?: OrderStatus | undefined;
  readonly priority?: (typeof PRIORITIES)[number] | undefined;
  readonly vehicleTypeId?: number | undefined;
  /** Epoch ms, both included. */
  readonly createdFrom?: number | undefined;
  readonly createdTo?: number | undefined;
  /** Each word must occur in the id, an address or a licence plate; for operators also in the client's names or phone. */
  readonly search?: string | undefined;
}

/** A page of orders, the newest first, in one trip. */
export async function listOrders(
  ctx: RequestContext,
  caller: Caller,
  filter: OrderFilter,
  window: Window,
): Promise<Listed<Order>> {
  const where = and(
    visibleTo(caller),
    filter.status && eq(orders.status, filter.status),
    filter.priority && eq(orders.priority, filter.priority),
    filter.vehicleTypeId === undefined ? undefined : eq(orders.vehicleTypeId, filter.vehicleTypeId),
    filter.createdFrom === undefined ? undefined : gte(orders.createdAt, filter.createdFrom),
    filter.createdTo === undefined ? undefined : lte(orders.createdAt, filter.createdTo),
    contains(searched(caller), filter.search),
  );
  const { limit, offset } = window;
  const [[counted], found, people] = (await runBatch(ctx.db, [
    ctx.db.select({ count: count() }).from(orders).where(where),
    selectOrders(ctx.db, where, limit, offset),
    selectPeopleOf(ctx.db, where, limit, offset),
  ])) as [{ count: number }[], Found, Person[]];
  return { count: counted?.count ?? 0, rows: withPeople(found, people) };
}

function searched(caller: Caller): SQL[] {
  const texts = [
    sql`orders.id`,
    sql`orders.pickup_address`,
    sql`orders.delivery_address`,
    sql`(SELECT license_plate FROM client_vehicles WHERE id = orders.vehicle_id)`,
    sql`(SELECT license_plate FROM tow_trucks WHERE id = orders.tow_truck_id)`,
  ];
  const client = sql`(SELECT username || ' ' || first_name || ' ' || last_name || ' ' || coalesce(phone, '')
    FROM users WHERE id = orders.client_id)`;
  return isOperator(caller) ? [...texts, client] : texts;
}

/** The order, when the caller may see it. */
export async function findOrder(ctx: RequestContext, caller: Caller, id: string): Promise<Order | null> {
  const where = and(eq(orders.id, id), visibleTo(caller));
  const [order] = await readOrders(ctx, where, { limit: 1, offset: 0 });
  return order ?? null;
}

/** The order and the caller's side in it; 404 for everybody else. */
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

/** The order without a rights check, for the server's own work. */
export async function loadOrder(ctx: RequestContext, id: string): Promise<Order | null> {
  const [order] = await readOrders(ctx, eq(orders.id, id), { limit: 1, offset: 0 });
  return order ?? null;
}

/** All orders of a client, for the account's export. */
export function ordersOf(ctx: RequestContext, clientId: number): Promise<Order[]> {
  return readOrders(ctx, eq(orders.clientId, clientId), { limit: 100_000, offset: 0 });
}
