/** Background jobs of the console. */
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

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
