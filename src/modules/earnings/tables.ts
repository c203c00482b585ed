/** Drivers' calculator entries. Money in minor units, percentages in hundredths. */
import { index, integer, sqliteTable } from "drizzle-orm/sqlite-core";
import { users } from "../identity/tables.ts";

export const calculatorEntries = sqliteTable(
  "calculator_entries",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    publishedAt: integer("published_at").notNull(),
    appIncome: integer("app_income").notNull(),
    /** Hundredths of a percent of the income; null when not given. */
    commission: integer("commission"),
    expenses: integer("expenses"),
    earnings: integer("earnings").notNull(),
  },
  (table) => [index("calculator_entries_user").on(table.userId, table.publishedAt)],
);
