/** Uploaded files: one row per object in R2. A trigger adds an outbox row that deletes the object of a deleted row. */
import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { users } from "../identity/tables.ts";

export const files = sqliteTable(
  "files",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    ownerId: integer("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    purpose: text("purpose", {
      enum: ["car_image", "document", "task_photo", "event_image", "support_file"],
    }).notNull(),
    /** The subject's id; null while there is none. No foreign key, because subjects are in several tables. */
    subjectId: integer("subject_id"),
    /** The object's key; made by the server, never reused. */
    key: text("key").notNull().unique(),
    /** The uploader's file name. */
    originalName: text("original_name").notNull(),
    /** As announced; after the upload, as detected. */
    contentType: text("content_type").notNull(),
    /** Bytes: as announced or null; after the upload, the real size. */
    size: integer("size"),
    status: text("status", { enum: ["pending", "finished"] })
      .notNull()
      .default("pending"),
    /** When the upload form was accepted; a form is accepted once. */
    acceptedAt: integer("accepted_at"),
    createdAt: integer("created_at").notNull(),
    finishedAt: integer("finished_at"),
    /** When metadata was removed; null for an object older than the intake. */
    cleanedAt: integer("cleaned_at"),
  },
  (table) => [
    index("files_subject").on(table.purpose, table.subjectId, table.status),
    index("files_owner").on(table.ownerId, table.status),
    index("files_pending").on(table.status, table.createdAt),
    /** A partial index: few rows, none in the end. */
    index("files_uncleaned").on(table.status, table.id).where(sql`${table.cleanedAt} IS NULL`),
  ],
);
