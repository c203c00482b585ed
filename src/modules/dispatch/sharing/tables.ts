/** Public links to orders. */
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { orders } from "../orders/tables.ts";

/** A public link to one order's map. Only the hash of its token is stored. */
export const orderShares = sqliteTable(
  "order_shares",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    orderId: text("order_id")
      .notNull()
      .references(() => orders.id, { onDelete: "cascade" }),
    tokenHash: text("token_hash").notNull().unique(),
    /** Whether the client agreed to show their first name. */
    showsName: integer("shows_name", { mode: "boolean" }).notNull().default(false),
    expiresAt: integer("expires_at").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    index("order_shares_order").on(table.orderId),
    index("order_shares_expiry").on(table.expiresAt),
  ],
);
