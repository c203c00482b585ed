/** Uploaded files: one row an object in the bucket. A trigger hands the object of every deleted row to the outbox. */
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
    purpose: text("purpose", { enum: ["car_image", "document", "task_photo", "event_image"] }).notNull(),
    /** The post or document it is of; null while there is none. No foreign key: there are several tables of subjects. */
    subjectId: integer("subject_id"),
    /** In the bucket; made by the server, never used twice. */
    key: text("key").notNull().unique(),
    /** As its uploader called it. */
    originalName: text("original_name").notNull(),
    /** As announced; once the object is there, what its bytes say. */
    contentType: text("content_type").notNull(),
    /** Bytes; as announced, null when nothing was; once the object is there, its real size. */
    size: integer("size"),
    status: text("status", { enum: ["pending", "finished"] })
      .notNull()
      .default("pending"),
    /** When its upload form was taken: a form is taken once. */
    acceptedAt: integer("accepted_at"),
    createdAt: integer("created_at").notNull(),
    finishedAt: integer("finished_at"),
    /** When its metadata was taken out; null for an object that no intake has seen yet. */
    cleanedAt: integer("cleaned_at"),
  },
  (table) => [
    index("files_subject").on(table.purpose, table.subjectId, table.status),
    index("files_owner").on(table.ownerId, table.status),
    index("files_pending").on(table.status, table.createdAt),
    /** A few among many, and none in the end. */
    index("files_uncleaned").on(table.status, table.id).where(sql`${table.cleanedAt} IS NULL`),
  ],
);
