/** Orders and the history of their statuses. Money is in minor units, places in degrees. */
import { sql } from "drizzle-orm";
import { check, index, integer, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { users } from "../../identity/tables.ts";
import { clientVehicles, towTrucks, vehicleTypes } from "../fleet/tables.ts";
import { timestamps } from "../timestamps.ts";

export const ORDER_STATES = [
  "PENDING",
  "CONFIRMED",
  "ASSIGNED",
  "IN_PROGRESS",
  "COMPLETED",
  "CANCELLED",
] as const;

export const PRIORITIES = ["LOW", "NORMAL", "HIGH", "URGENT"] as const;

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
    /** No action instead of restrict: deleting the owner deletes vehicle and order together. */
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
    /** The server's estimate; kopecks. */
    estimatedPrice: integer("estimated_price"),
    finalPrice: integer("final_price"),
    /** The client tells it to the driver on arrival; the driver starts the work with it. */
    startCode: text("start_code").notNull(),
    /** Wrong start codes since this truck was assigned. */
    codeTries: integer("code_tries").notNull().default(0),
    /** When dispatch was requested, epoch ms, while the order is scheduled too far ahead to be offered. */
    calledAt: integer("called_at"),
    scheduledAt: integer("scheduled_at"),
    assignedAt: integer("assigned_at"),
    startedAt: integer("started_at"),
    completedAt: integer("completed_at"),
    /** Nobody has entered its room yet: what the room is told goes to `order_entries`. */
    roomWaits: integer("room_waits", { mode: "boolean" }).notNull().default(false),
    ...timestamps(),
  },
  (table) => [
    index("orders_client").on(table.clientId, table.createdAt),
    index("orders_truck").on(table.towTruckId).where(sql`${table.towTruckId} IS NOT NULL`),
    index("orders_status").on(table.status, table.createdAt),
    index("orders_created").on(table.createdAt),
    index("orders_assigned").on(table.assignedAt).where(sql`${table.assignedAt} IS NOT NULL`),
    index("orders_completed").on(table.completedAt).where(sql`${table.completedAt} IS NOT NULL`),
    index("orders_vehicle").on(table.vehicleId),
    index("orders_type").on(table.vehicleTypeId),
    /** The sweep reads it each minute. */
    index("orders_called").on(table.scheduledAt).where(sql`${table.calledAt} IS NOT NULL`),
    /** A truck holds at most one active job, even under concurrent requests. */
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
    /** Null for the server, and for deleted users. */
    changedBy: integer("changed_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    index("order_status_history_order").on(table.orderId, table.id),
    index("order_status_history_changer").on(table.changedBy),
  ],
);
