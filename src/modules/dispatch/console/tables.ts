/** Reference data that the console edits. */
import { integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** Names and descriptions of codes: user types, payments, notifications and tickets. */
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
