/** The statements that read orders and their people. Those for one order and for a list without filters have fixed texts. */
import { and, desc, eq, type Placeholder, type SQL, sql } from "drizzle-orm";
import type { Db } from "../../../platform/db/client.ts";
import { fixedText } from "../../../platform/db/fixed-text.ts";
import { packedRow } from "../../../platform/db/packed-row.ts";
import { type Caller, isOperator } from "../../../platform/http/caller.ts";
import { type Person, selectPeople } from "../../identity/index.ts";
import type { Truck, Vehicle } from "../fleet/schemas.ts";
import { truckTypes } from "../fleet/trucks/queries.ts";
import type { payments } from "./payments/tables.ts";
import type { ratings } from "./ratings/tables.ts";
import { type orderStatusHistory, orders } from "./tables.ts";

export type History = Omit<typeof orderStatusHistory.$inferSelect, "orderId">;
export type Payment = Omit<typeof payments.$inferSelect, "reverses">;
export type Rating = typeof ratings.$inferSelect;

const historyRow = packedRow<History>({
  id: "id",
  oldStatus: "old_status",
  newStatus: "new_status",
  comment: "comment",
  changedBy: "changed_by",
  createdAt: "created_at",
});

const paymentRow = packedRow<Payment>({
  id: "id",
  orderId: "order_id",
  amount: "amount",
  paymentMethod: "payment_method",
  status: "status",
  transactionId: "transaction_id",
  paidAt: "paid_at",
  createdAt: "created_at",
  updatedAt: "updated_at",
});

const ratingRow = packedRow<Rating>({
  id: "id",
  orderId: "order_id",
  driverId: "driver_id",
  driverRating: "driver_rating",
  serviceRating: "service_rating",
  comment: "comment",
  createdAt: "created_at",
  updatedAt: "updated_at",
});

const vehicleRow = packedRow<Omit<Vehicle, "owner">>({
  id: "id",
  ownerId: "owner_id",
  nickname: "nickname",
  make: "make",
  model: "model",
  year: "year",
  color: "color",
  licensePlate: "license_plate",
  notes: "notes",
  createdAt: "created_at",
  updatedAt: "updated_at",
});

const truckRow = packedRow<Omit<Truck, "driver">>({
  id: "id",
  licensePlate: "license_plate",
  model: "model",
  capacity: "capacity",
  driverId: "driver_id",
  status: "status",
  idleAt: "idle_at",
  latitude: "latitude",
  longitude: "longitude",
  cell: "cell",
  locatedAt: "located_at",
  createdAt: "created_at",
  updatedAt: "updated_at",
  types: sql`json(${truckTypes})`,
});

/** The columns of an order, and what belongs to it. */
const orderFields = {
  order: orders,
  history: sql<string>`(SELECT json_group_array(${historyRow.json} ORDER BY id DESC)
    FROM order_status_history WHERE order_id = orders.id)`,
  payments: sql<string>`(SELECT json_group_array(${paymentRow.json} ORDER BY id DESC)
    FROM payments WHERE order_id = orders.id)`,
  rating: sql<string | null>`(SELECT ${ratingRow.json} FROM ratings WHERE order_id = orders.id)`,
  vehicle: sql<string | null>`(SELECT ${vehicleRow.json} FROM client_vehicles WHERE id = orders.vehicle_id)`,
  truck: sql<string | null>`(SELECT ${truckRow.json} FROM tow_trucks WHERE id = orders.tow_truck_id)`,
};

/** What belongs to an order, of a row with these columns. */
export function readParts(row: Found[number]) {
  return {
    history: historyRow.all(row.history),
    payments: paymentRow.all(row.payments),
    rating: ratingRow.one(row.rating),
    vehicle: vehicleRow.one(row.vehicle),
    truck: truckRow.one(row.truck),
  };
}

type Count = number | Placeholder;

export function selectOrders(db: Db, where: SQL | undefined, limit: Count, offset: Count) {
  return db
    .select(orderFields)
    .from(orders)
    .where(where)
    .orderBy(desc(orders.createdAt), desc(orders.id))
    .limit(limit)
    .offset(offset);
}

export type Found = Awaited<ReturnType<typeof selectOrders>>;

/** The people in the same orders: clients, owners of vehicles, drivers, and who changed a status. CROSS JOIN keeps the page outermost. */
export function selectPeopleOf(db: Db, where: SQL | undefined, limit: Count, offset: Count) {
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

/** Whose orders a caller sees: operators and staff all, drivers also the jobs of their trucks, everybody their own. */
type Range = "all" | "jobs" | "own";

function rangeOf(caller: Caller): Range {
  if (isOperator(caller)) return "all";
  return caller.userType === "DRIVER" ? "jobs" : "own";
}

function within(range: Range, userId: Count): SQL | undefined {
  if (range === "all") return undefined;
  const own = sql`${orders.clientId} = ${userId}`;
  if (range === "own") return own;
  return sql`(${own} OR ${orders.towTruckId} IN (SELECT id FROM tow_trucks WHERE driver_id = ${userId}))`;
}

/** Condition: the orders that a caller may see. */
export function visibleTo(caller: Caller): SQL | undefined {
  return within(rangeOf(caller), caller.userId);
}

interface Values extends Record<string, unknown> {
  readonly id: string | null;
  readonly userId: number;
  readonly limit: number;
  readonly offset: number;
}

/** The orders of a range, or one of them, and their people. */
function textsOf(range: Range, one: boolean) {
  type Value = (name: keyof Values & string) => Placeholder;
  const where = (value: Value) =>
    and(one ? eq(orders.id, value("id")) : undefined, within(range, value("userId")));
  return {
    orders: fixedText<Values, Found>((db, value) =>
      selectOrders(db, where(value), value("limit"), value("offset")),
    ),
    people: fixedText<Values, Person[]>((db, value) =>
      selectPeopleOf(db, where(value), value("limit"), value("offset")),
    ),
  };
}

const LISTS = { all: textsOf("all", false), jobs: textsOf("jobs", false), own: textsOf("own", false) };
const SINGLE = { all: textsOf("all", true), jobs: textsOf("jobs", true), own: textsOf("own", true) };

/** A page of what the caller may see, without filters: the statements for the orders and for their people. */
export function pageFor(caller: Caller, limit: number, offset: number) {
  const texts = LISTS[rangeOf(caller)];
  const values = { id: null, userId: caller.userId, limit, offset };
  return [texts.orders(values), texts.people(values)] as const;
}

/** One order, if the caller may see it: the statements for the order and for its people. */
export function oneFor(caller: Caller, id: string) {
  return one(rangeOf(caller), caller.userId, id);
}

/** One order without a look at rights. */
export function oneOf(id: string) {
  return one("all", 0, id);
}

function one(range: Range, userId: number, id: string) {
  const texts = SINGLE[range];
  const values = { id, userId, limit: 1, offset: 0 };
  return [texts.orders(values), texts.people(values)] as const;
}
