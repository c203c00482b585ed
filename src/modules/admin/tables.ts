/** Background jobs of the console, saved views of its lists, and groups of staff. */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { users } from "../identity/tables.ts";

export const adminJobs = sqliteTable(
  "admin_jobs",
  {
    /** A uuid. */
    id: text("id").primaryKey().notNull(),
    /** The person who started it. No foreign key: the row outlives the account. */
    actorId: integer("actor_id").notNull(),
    resource: text("resource").notNull(),
    action: text("action").notNull(),
    /** Values to write, for `change`. */
    values: text("values", { mode: "json" }),
    /** The rows selected at the start: `["1","2"]`. */
    ids: text("ids", { mode: "json" }).$type<readonly string[]>().notNull(),
    total: integer("total").notNull(),
    done: integer("done").notNull().default(0),
    failed: integer("failed").notNull().default(0),
    state: text("state", { enum: ["running", "done", "stopped"] })
      .notNull()
      .default("running"),
    /** The first failures: `[{"id","detail"}]`. */
    failures: text("failures", { mode: "json" }).$type<readonly object[]>().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [index("admin_jobs_created").on(table.createdAt)],
);

/** What a saved view shows of a list. */
export interface ViewQuery {
  /** Values by filter, as the list's query has them; `search` among them. */
  readonly filter?: Readonly<Record<string, unknown>>;
  readonly sort?: { readonly field: string; readonly order: "asc" | "desc" } | null;
  /** Fields in their order; null for the list's own columns. */
  readonly columns?: readonly string[] | null;
}

export const savedViews = sqliteTable(
  "saved_views",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    name: text("name").notNull(),
    /** The resource whose list it is. */
    resource: text("resource").notNull(),
    query: text("query", { mode: "json" }).$type<ViewQuery>().notNull(),
    /** For everybody who may see the list; otherwise for its author only. */
    isShared: integer("is_shared", { mode: "boolean" }).notNull().default(false),
    /** Null: the author's account was deleted, and a shared view stays. A trigger deletes the private ones. */
    authorId: integer("author_id").references(() => users.id, { onDelete: "set null" }),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    uniqueIndex("saved_views_name").on(table.authorId, table.resource, table.name),
    index("saved_views_shared").on(table.resource).where(sql`${table.isShared} = 1`),
  ],
);

/** A named set of rights in the console. Triggers keep `users.group_rights` by it. */
export const staffGroups = sqliteTable("staff_groups", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  name: text("name").notNull().unique(),
  /** `["orders:read"]` */
  rights: text("rights", { mode: "json" }).$type<readonly string[]>().notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** A group with members can't be deleted: staff without a group have all rights. */
export const staffGroupMembers = sqliteTable(
  "staff_group_members",
  {
    groupId: integer("group_id")
      .notNull()
      .references(() => staffGroups.id, { onDelete: "restrict" }),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupId, table.userId] }),
    index("staff_group_members_user").on(table.userId),
  ],
);

/** How much is stored where, as measured by night. `name`: a database, a table or a folder of the bucket. */
export const storageUse = sqliteTable("storage_use", {
  name: text("name").primaryKey().notNull(),
  kind: text("kind", { enum: ["database", "table", "folder"] }).notNull(),
  /** Rows or objects; null for a database. */
  items: integer("items"),
  /** Null for a table: the database tells only its whole size. */
  bytes: integer("bytes"),
  /** When it was measured, epoch ms; null while the first count of a folder is under way. */
  measuredAt: integer("measured_at"),
  /** Of a folder that is being counted over several nights: where the count goes on, and what it has so far. */
  cursor: text("cursor"),
  itemsSoFar: integer("items_so_far").notNull().default(0),
  bytesSoFar: integer("bytes_so_far").notNull().default(0),
});
