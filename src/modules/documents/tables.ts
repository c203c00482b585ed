/** Documents with an expiry date, such as a licence or an insurance. Scans belong to the files module. */
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { users } from "../identity/tables.ts";

export const documents = sqliteTable(
  "documents",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    kind: text("kind").notNull().default(""),
    description: text("description").notNull().default(""),
    /** `YYYY-MM-DD`; null when it never expires. */
    expiresOn: text("expires_on"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("documents_user").on(table.userId), index("documents_expiry").on(table.expiresOn)],
);

/** A sent reminder: unique by document, expiry date and number of days before it. */
export const documentReminders = sqliteTable(
  "document_reminders",
  {
    documentId: integer("document_id")
      .notNull()
      .references(() => documents.id, { onDelete: "cascade" }),
    expiresOn: text("expires_on").notNull(),
    days: integer("days").notNull(),
    sentAt: integer("sent_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.documentId, table.expiresOn, table.days] })],
);
