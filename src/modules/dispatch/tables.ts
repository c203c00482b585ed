/** Tariffs, trucks, clients' cars, orders with all that hangs on them. Money is in minor units, weights in tonnes, places in degrees. */
import { sql } from "drizzle-orm";
import {
  check,
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import { users } from "../identity/tables.ts";

export const TRUCK_STATES = ["AVAILABLE", "BUSY", "MAINTENANCE", "OFFLINE"] as const;
export const ORDER_STATES = [
  "PENDING",
  "CONFIRMED",
  "ASSIGNED",
  "IN_PROGRESS",
  "COMPLETED",
  "CANCELLED",
] as const;
export const PRIORITIES = ["LOW", "NORMAL", "HIGH", "URGENT"] as const;
export const PAYMENT_STATES = ["PENDING", "PROCESSING", "COMPLETED", "FAILED", "REFUNDED"] as const;
export const PAYMENT_METHODS = ["CASH", "CARD", "BANK_TRANSFER", "MOBILE_PAYMENT"] as const;
const OFFER_STATES = ["OPEN", "ACCEPTED", "REFUSED", "EXPIRED", "WITHDRAWN"] as const;

const stamps = () => ({
  /** Epoch ms. */
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** The words behind the codes: kinds of people, payments, notifications and tickets. */
export const referenceCodes = sqliteTable(
  "reference_codes",
  {
    kind: text("kind", {
      enum: ["user_type", "payment_method", "payment_status", "notification_type", "ticket_status"],
    }).notNull(),
    code: text("code").notNull(),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    isActive: integer("is_active", { mode: "boolean" }).notNull().default(true),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.code] }),
    uniqueIndex("reference_codes_name").on(table.kind, table.name),
  ],
);

/** Tariffs. */
export const vehicleTypes = sqliteTable(
  "vehicle_types",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    name: text("name").notNull().unique(),
    description: text("description").notNull().default(""),
    /** Tonnes. */
    maxWeight: real("max_weight").notNull(),
    basePrice: integer("base_price").notNull(),
    perKmRate: integer("per_km_rate").notNull().default(0),
    ...stamps(),
  },
  (table) => [check("vehicle_types_prices", sql`${table.basePrice} >= 0 AND ${table.perKmRate} >= 0`)],
);

export const towTrucks = sqliteTable(
  "tow_trucks",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    licensePlate: text("license_plate").notNull().unique(),
    model: text("model").notNull(),
    /** Tonnes. */
    capacity: real("capacity").notNull(),
    driverId: integer("driver_id").references(() => users.id, { onDelete: "set null" }),
    status: text("status", { enum: TRUCK_STATES }).notNull().default("OFFLINE"),
    /** When idleness made it OFFLINE, epoch ms: only such a truck comes back with a position. Null: somebody said so. */
    idleAt: integer("idle_at"),
    latitude: real("latitude"),
    longitude: real("longitude"),
    /** H3 cell at resolution 7; null while it was never located. */
    cell: text("cell"),
    /** Epoch ms of the last position; null while it was never located. */
    locatedAt: integer("located_at"),
    ...stamps(),
  },
  (table) => [
    index("tow_trucks_driver").on(table.driverId),
    index("tow_trucks_status").on(table.status, table.locatedAt),
    index("tow_trucks_cell").on(table.cell),
    check("tow_trucks_latitude", sql`${table.latitude} BETWEEN -90 AND 90`),
    check("tow_trucks_longitude", sql`${table.longitude} BETWEEN -180 AND 180`),
  ],
);

export const towTruckTypes = sqliteTable(
  "tow_truck_types",
  {
    truckId: integer("truck_id")
      .notNull()
      .references(() => towTrucks.id, { onDelete: "cascade" }),
    vehicleTypeId: integer("vehicle_type_id")
      .notNull()
      .references(() => vehicleTypes.id, { onDelete: "cascade" }),
  },
  (table) => [
    primaryKey({ columns: [table.truckId, table.vehicleTypeId] }),
    index("tow_truck_types_type").on(table.vehicleTypeId),
  ],
);

/** The archive of the trucks' rooms. */
export const truckPoints = sqliteTable(
  "truck_points",
  {
    truckId: integer("truck_id")
      .notNull()
      .references(() => towTrucks.id, { onDelete: "cascade" }),
    epoch: text("epoch").notNull(),
    seq: integer("seq").notNull(),
    nth: integer("nth").notNull(),
    at: integer("at").notNull(),
    latitude: real("latitude").notNull(),
    longitude: real("longitude").notNull(),
    /** Metres a second; null where the receiver does not say. */
    speed: real("speed"),
    heading: real("heading"),
  },
  (table) => [
    primaryKey({ columns: [table.truckId, table.epoch, table.seq, table.nth] }),
    index("truck_points_track").on(table.truckId, table.at),
  ],
);

export const clientVehicles = sqliteTable(
  "client_vehicles",
  {
    /** A uuid. */
    id: text("id").primaryKey().notNull(),
    ownerId: integer("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    nickname: text("nickname").notNull().default(""),
    make: text("make").notNull(),
    model: text("model").notNull(),
    year: integer("year").notNull(),
    color: text("color").notNull().default(""),
    licensePlate: text("license_plate").notNull().unique(),
    notes: text("notes").notNull().default(""),
    ...stamps(),
  },
  (table) => [index("client_vehicles_owner").on(table.ownerId)],
);

export const orders = sqliteTable(
  "orders",
  {
    /** A uuid. */
    id: text("id").primaryKey().notNull(),
    clientId: integer("client_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    vehicleTypeId: integer("vehicle_type_id")
      .notNull()
      .references(() => vehicleTypes.id, { onDelete: "restrict" }),
    towTruckId: integer("tow_truck_id").references(() => towTrucks.id, { onDelete: "set null" }),
    /** No action instead of restrict: its owner's deletion takes car and order together. */
    vehicleId: text("vehicle_id").references(() => clientVehicles.id, { onDelete: "no action" }),
    pickupAddress: text("pickup_address").notNull(),
    pickupLatitude: real("pickup_latitude").notNull(),
    pickupLongitude: real("pickup_longitude").notNull(),
    deliveryAddress: text("delivery_address").notNull(),
    deliveryLatitude: real("delivery_latitude").notNull(),
    deliveryLongitude: real("delivery_longitude").notNull(),
    description: text("description").notNull().default(""),
    priority: text("priority", { enum: PRIORITIES }).notNull().default("NORMAL"),
    status: text("status", { enum: ORDER_STATES }).notNull().default("PENDING"),
    /** The server's own; kopecks. */
    estimatedPrice: integer("estimated_price"),
    finalPrice: integer("final_price"),
    /** What the client tells the driver when the truck is there: the work starts with it. */
    startCode: text("start_code").notNull(),
    /** Wrong start codes since this truck was assigned. */
    codeTries: integer("code_tries").notNull().default(0),
    /** When trucks were called for, epoch ms, while the order's time is too far off to offer it. */
    calledAt: integer("called_at"),
    scheduledAt: integer("scheduled_at"),
    assignedAt: integer("assigned_at"),
    startedAt: integer("started_at"),
    completedAt: integer("completed_at"),
    ...stamps(),
  },
  (table) => [
    index("orders_client").on(table.clientId, table.createdAt),
    index("orders_truck").on(table.towTruckId, table.status),
    index("orders_status").on(table.status, table.createdAt),
    index("orders_created").on(table.createdAt),
    index("orders_assigned").on(table.assignedAt),
    index("orders_completed").on(table.completedAt),
    index("orders_vehicle").on(table.vehicleId),
    index("orders_type").on(table.vehicleTypeId),
    /** What the clock looks through each minute. */
    index("orders_called").on(table.scheduledAt).where(sql`${table.calledAt} IS NOT NULL`),
    /** A truck holds one active job, whoever presses at once. */
    uniqueIndex("orders_active_truck")
      .on(table.towTruckId)
      .where(sql`${table.status} IN ('ASSIGNED', 'IN_PROGRESS') AND ${table.towTruckId} IS NOT NULL`),
    check("orders_prices", sql`${table.estimatedPrice} >= 0 AND ${table.finalPrice} >= 0`),
  ],
);

export const orderStatusHistory = sqliteTable(
  "order_status_history",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    orderId: text("order_id")
      .notNull()
      .references(() => orders.id, { onDelete: "cascade" }),
    oldStatus: text("old_status", { enum: ORDER_STATES }).notNull(),
    newStatus: text("new_status", { enum: ORDER_STATES }).notNull(),
    comment: text("comment").notNull().default(""),
    /** Null for the system, and for somebody who is gone. */
    changedBy: integer("changed_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    index("order_status_history_order").on(table.orderId, table.id),
    index("order_status_history_changer").on(table.changedBy),
  ],
);

export const payments = sqliteTable(
  "payments",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    orderId: text("order_id")
      .notNull()
      .references(() => orders.id, { onDelete: "cascade" }),
    amount: integer("amount").notNull(),
    paymentMethod: text("payment_method", { enum: PAYMENT_METHODS }).notNull(),
    status: text("status", { enum: PAYMENT_STATES }).notNull().default("PENDING"),
    transactionId: text("transaction_id").notNull().default(""),
    paidAt: integer("paid_at"),
    ...stamps(),
  },
  (table) => [
    index("payments_order").on(table.orderId, table.id),
    index("payments_status").on(table.status, table.createdAt),
    index("payments_paid").on(table.status, table.paidAt),
    check("payments_amount", sql`${table.amount} > 0`),
  ],
);

export const ratings = sqliteTable(
  "ratings",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    orderId: text("order_id")
      .notNull()
      .unique()
      .references(() => orders.id, { onDelete: "cascade" }),
    /** Whose driving it was, whatever truck they drive later; null once they are gone. */
    driverId: integer("driver_id").references(() => users.id, { onDelete: "set null" }),
    driverRating: integer("driver_rating").notNull(),
    serviceRating: integer("service_rating").notNull(),
    comment: text("comment").notNull().default(""),
    ...stamps(),
  },
  (table) => [index("ratings_driver").on(table.driverId)],
);

/** An order shown to one truck for a while. */
export const orderOffers = sqliteTable(
  "order_offers",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    orderId: text("order_id")
      .notNull()
      .references(() => orders.id, { onDelete: "cascade" }),
    truckId: integer("truck_id")
      .notNull()
      .references(() => towTrucks.id, { onDelete: "cascade" }),
    /** Which call for trucks it belongs to: an operator may call again. */
    round: integer("round").notNull(),
    status: text("status", { enum: OFFER_STATES }).notNull().default("OPEN"),
    /** Metres from the truck to the car. */
    distance: integer("distance").notNull(),
    expiresAt: integer("expires_at").notNull(),
    createdAt: integer("created_at").notNull(),
    answeredAt: integer("answered_at"),
  },
  (table) => [
    uniqueIndex("order_offers_once").on(table.orderId, table.round, table.truckId),
    index("order_offers_truck").on(table.truckId, table.status),
    /** What the clock looks through each minute. */
    index("order_offers_open").on(table.expiresAt).where(sql`${table.status} = 'OPEN'`),
  ],
);

/** A public link to one order's map. Only the hash of its token is kept. */
export const orderShares = sqliteTable(
  "order_shares",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    orderId: text("order_id")
      .notNull()
      .references(() => orders.id, { onDelete: "cascade" }),
    tokenHash: text("token_hash").notNull().unique(),
    /** Whether the client let their first name be shown. */
    showsName: integer("shows_name", { mode: "boolean" }).notNull().default(false),
    expiresAt: integer("expires_at").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    index("order_shares_order").on(table.orderId),
    index("order_shares_expiry").on(table.expiresAt),
  ],
);

/** The archive of the orders' rooms. */
export const orderEntries = sqliteTable(
  "order_entries",
  {
    orderId: text("order_id")
      .notNull()
      .references(() => orders.id, { onDelete: "cascade" }),
    epoch: text("epoch").notNull(),
    seq: integer("seq").notNull(),
    at: integer("at").notNull(),
    /** Null: the system. */
    authorId: integer("author_id"),
    kind: text("kind").notNull(),
    body: text("body", { mode: "json" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.orderId, table.epoch, table.seq] })],
);
