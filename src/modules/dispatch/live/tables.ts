/** Archives of the journals of truck and order rooms. */
import { index, integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { towTrucks } from "../fleet/tables.ts";
import { orders } from "../orders/tables.ts";

/** The archive of the truck rooms' journals. */
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
    /** Metres a second; null when the receiver does not report it. */
    speed: real("speed"),
    heading: real("heading"),
  },
  (table) => [
    primaryKey({ columns: [table.truckId, table.epoch, table.seq, table.nth] }),
    index("truck_points_track").on(table.truckId, table.at),
  ],
);

/** The archive of the order rooms' journals. */
export const orderEntries = sqliteTable(
  "order_entries",
  {
    orderId: text("order_id")
      .notNull()
      .references(() => orders.id, { onDelete: "cascade" }),
    epoch: text("epoch").notNull(),
    seq: integer("seq").notNull(),
    at: integer("at").notNull(),
    /** Null: the server. */
    authorId: integer("author_id"),
    kind: text("kind").notNull(),
    body: text("body", { mode: "json" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.orderId, table.epoch, table.seq] })],
);
