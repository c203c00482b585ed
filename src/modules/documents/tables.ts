/** Papers that lapse: a driver's licence, an insurance. Their scans are the files module's. */
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
    /** `YYYY-MM-DD`; null for one that never lapses. */
    expiresOn: text("expires_on"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("documents_user").on(table.userId), index("documents_expiry").on(table.expiresOn)],
);

/** A reminder that was sent: one a document, its date and the days before it. */
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
