/** Table of API keys. */
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { users } from "../tables.ts";

/** Keys of a person's servers. They hold no usable secret: keys are stored hashed. */
export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: text("id").primaryKey().notNull(),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** The key's first characters, by which its owner recognizes it. */
    prefix: text("prefix").notNull(),
    /** SHA-256 of the whole key. */
    keyHash: text("key_hash").notNull().unique(),
    /** `orders:read` … */
    scopes: text("scopes", { mode: "json" }).notNull().$type<readonly string[]>(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    /** Exact to five minutes. */
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [
    index("api_keys_user").on(table.userId, table.createdAt, table.id),
    index("api_keys_created").on(table.createdAt, table.id),
    index("api_keys_expiry").on(table.expiresAt),
  ],
);
