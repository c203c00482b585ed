/** The statements that read orders with everything that belongs to them. Those for one order and for a list without filters have fixed texts. */
import { and, eq, getTableColumns, type Placeholder, type SQL, sql } from "drizzle-orm";
import { countedRows } from "../../../platform/db/counted-rows.ts";
import { fixedText } from "../../../platform/db/fixed-text.ts";
import { packedBoolean, packedRow } from "../../../platform/db/packed-row.ts";
import { type Caller, isOperator } from "../../../platform/http/caller.ts";
import { fromPeople, type Person, packedPeople } from "../../identity/index.ts";
import type { Truck, Vehicle } from "../fleet/schemas.ts";
import { truckTypes } from "../fleet/trucks/queries.ts";
import type { payments } from "./payments/tables.ts";
import type { ratings } from "./ratings/tables.ts";
import { type orderStatusHistory, orders } from "./tables.ts";

export type OrderRow = typeof orders.$inferSelect;
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
  types: truckTypes,
});

const columnsOf = getTableColumns(orders);
const orderRow = packedRow<OrderRow>({
  ...(Object.fromEntries(
    Object.entries(columnsOf).map(([field, { name }]) => [field, `page.${name}`]),
  ) as Record<keyof OrderRow, string>),
  roomWaits: packedBoolean("page.room_waits"),
});

/** An order of a page with what belongs to it, as one JSON array. */
const orderWithParts = sql<string>`json_array(${orderRow.json},
  (SELECT json_group_array(${historyRow.json} ORDER BY id DESC) FROM order_status_history WHERE order_id = page.id),
  (SELECT json_group_array(${paymentRow.json} ORDER BY id DESC) FROM payments WHERE order_id = page.id),
  (SELECT ${ratingRow.json} FROM ratings WHERE order_id = page.id),
  (SELECT ${vehicleRow.json} FROM client_vehicles WHERE id = page.vehicle_id),
  (SELECT ${truckRow.json} FROM tow_trucks WHERE id = page.tow_truck_id))`;

type Packed = readonly unknown[];
type PackedOrder = readonly [Packed, readonly Packed[], readonly Packed[], ...(Packed | null)[]];

/** An order with what belongs to it, but without its people. */
export interface Found {
  readonly order: OrderRow;
  /** The newest first; so are the payments. */
  readonly history: readonly History[];
  readonly payments: readonly Payment[];
  readonly rating: Rating | null;
  readonly vehicle: Omit<Vehicle, "owner"> | null;
  readonly truck: Omit<Truck, "driver"> | null;
}

function readOrder(words: string): Found {
  const [order, history, payments, rating = null, vehicle = null, truck = null] = JSON.parse(
    words,
  ) as PackedOrder;
  return {
    order: orderRow.read(order),
    history: historyRow.all(history),
    payments: paymentRow.all(payments),
    rating: ratingRow.one(rating),
    vehicle: vehicleRow.one(vehicle),
    truck: truckRow.one(truck),
  };
}

/** Orders, the newest first, their people, and the number of all orders if the statement asked for it. */
export interface Page {
  readonly count: number;
  readonly orders: readonly Found[];
  readonly people: readonly Person[];
}

/** What a row of the statement is: D1 takes longer over a second statement of a trip, and over columns, than over this. */
const COUNT = 0;
const ORDER = 1;
const PERSON = 2;

/** Reads the rows of a statement of `pageText`. */
export function readPage(rows: readonly unknown[][]): Page {
  let count = 0;
  const found: Found[] = [];
  const people: Person[] = [];
  for (const [kind, value] of rows) {
    if (kind === COUNT) count = Number(value ?? 0);
    else if (kind === ORDER) found.push(readOrder(String(value)));
    else people.push(packedPeople.read(JSON.parse(String(value)) as unknown[]));
  }
  return { count, orders: found.sort(newestFirst), people };
}

/** SQL promises no order of what UNION ALL joins. */
function newestFirst({ order: left }: Found, { order: right }: Found): number {
  return right.createdAt - left.createdAt || (right.id < left.id ? -1 : 1);
}

type Count = number | Placeholder;

/**
 * One statement for a page of orders, the newest first, with what belongs to them and their people: clients, owners of
 * vehicles, drivers, and who changed a status. `counted`: what `countedUnder` wrote for the same condition. CROSS JOIN keeps the page outermost.
 */
export function pageText(where: SQL | undefined, limit: Count, offset: Count, counted?: SQL): SQL {
  const people = fromPeople(sql`SELECT client_id FROM page
    UNION SELECT v.owner_id FROM page CROSS JOIN client_vehicles v ON v.id = page.vehicle_id
    UNION SELECT t.driver_id FROM page CROSS JOIN tow_trucks t ON t.id = page.tow_truck_id
    UNION SELECT h.changed_by FROM page CROSS JOIN order_status_history h ON h.order_id = page.id`);
  return sql`WITH page AS MATERIALIZED (SELECT * FROM orders WHERE ${where ?? sql`1`}
      ORDER BY created_at DESC, id DESC LIMIT ${limit} OFFSET ${offset})
    ${counted && sql`SELECT ${sql.raw(String(COUNT))}, ${counted} UNION ALL`}
    SELECT ${sql.raw(String(ORDER))}, ${orderWithParts} FROM page
    UNION ALL SELECT ${sql.raw(String(PERSON))}, ${packedPeople.json} ${people}`;
}

/** SQL: the number of orders under a condition, after SELECT. Within an expression a search would be too deep for SQLite. */
export function countedUnder(where: SQL | undefined): SQL {
  return where ? sql`count(*) FROM orders WHERE ${where}` : countedRows("orders");
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

type Value = (name: keyof Values & string) => Placeholder;

/** The page of a range, and one order of it. */
function textsOf(range: Range) {
  const whose = (value: Value) => within(range, value("userId"));
  return {
    list: fixedText<Values, unknown[][]>((db, value) =>
      db.values(pageText(whose(value), value("limit"), value("offset"), countedUnder(whose(value)))),
    ),
    one: fixedText<Values, unknown[][]>((db, value) =>
      db.values(pageText(and(eq(orders.id, value("id")), whose(value)), value("limit"), value("offset"))),
    ),
  };
}

const TEXTS = { all: textsOf("all"), jobs: textsOf("jobs"), own: textsOf("own") };

/** A page of what the caller may see, without filters. */
export function pageFor(caller: Caller, limit: number, offset: number) {
  return TEXTS[rangeOf(caller)].list({ id: null, userId: caller.userId, limit, offset });
}

/** One order, if the caller may see it. */
export function oneFor(caller: Caller, id: string) {
  return TEXTS[rangeOf(caller)].one({ id, userId: caller.userId, limit: 1, offset: 0 });
}

/** One order without a look at rights. */
export function oneOf(id: string) {
  return TEXTS.all.one({ id, userId: 0, limit: 1, offset: 0 });
}
