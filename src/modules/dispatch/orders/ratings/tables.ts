/** Clients' ratings of orders. */
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { users } from "../../../identity/tables.ts";
import { timestamps } from "../../timestamps.ts";
import { orders } from "../tables.ts";

export const ratings = sqliteTable(
  "ratings",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    orderId: text("order_id")
      .notNull()
      .unique()
      .references(() => orders.id, { onDelete: "cascade" }),
    /** The driver at the time, whichever truck they drive later; null when the user was deleted. */
    driverId: integer("driver_id").references(() => users.id, { onDelete: "set null" }),
    driverRating: integer("driver_rating").notNull(),
    serviceRating: integer("service_rating").notNull(),
    comment: text("comment").notNull().default(""),
    ...timestamps(),
  },
  (table) => [index("ratings_driver").on(table.driverId)],
);
