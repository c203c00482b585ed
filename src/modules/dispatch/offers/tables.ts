/** Offers of orders to trucks. */
import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { towTrucks } from "../fleet/tables.ts";
import { orders } from "../orders/tables.ts";

const OFFER_STATES = ["OPEN", "ACCEPTED", "REFUSED", "EXPIRED", "WITHDRAWN"] as const;

/** An order offered to one truck for a limited time. */
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
    /** The round of offers it belongs to: an operator may start another. */
    round: integer("round").notNull(),
    status: text("status", { enum: OFFER_STATES }).notNull().default("OPEN"),
    /** Metres from the truck to the pickup. */
    distance: integer("distance").notNull(),
    expiresAt: integer("expires_at").notNull(),
    createdAt: integer("created_at").notNull(),
    answeredAt: integer("answered_at"),
  },
  (table) => [
    uniqueIndex("order_offers_once").on(table.orderId, table.round, table.truckId),
    index("order_offers_truck").on(table.truckId, table.status),
    /** The sweep reads it each minute. */
    index("order_offers_open").on(table.expiresAt).where(sql`${table.status} = 'OPEN'`),
  ],
);
