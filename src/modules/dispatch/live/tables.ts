/** Archives of the journals of truck and order rooms. */
import { blob, index, integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { towTrucks } from "../fleet/tables.ts";
import { orders } from "../orders/tables.ts";

/** The archive of the truck rooms' journals: the positions of a minute or more in one row. See `trails.ts`. */
export const truckTrails = sqliteTable(
  "truck_trails",
  {
    truckId: integer("truck_id")
      .notNull()
      .references(() => towTrucks.id, { onDelete: "cascade" }),
    /** When the first of its entries was stored, and the time of its latest position, epoch ms. */
    startsAt: integer("starts_at").notNull(),
    epoch: text("epoch").notNull(),
    /** Position of the first entry. */
    seq: integer("seq").notNull(),
    endsAt: integer("ends_at").notNull(),
    /** Packed by `trail-codec.ts`. */
    points: blob("points").notNull(),
  },
  (table) => [primaryKey({ columns: [table.truckId, table.startsAt, table.epoch, table.seq] })],
);

/** Positions that older versions stored, one in a row; read until they are older than trails are kept. */
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
    /** Of what the room was told before it began; null in what it archived itself. */
    ref: text("ref"),
    kind: text("kind").notNull(),
    body: text("body", { mode: "json" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.orderId, table.epoch, table.seq] })],
);
