/** Notifications of all apps in one table. */
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { users } from "../identity/tables.ts";
import type { PushWords } from "./push/words.ts";
import { KIND_NAMES } from "./settings/kinds.ts";

export const notifications = sqliteTable(
  "notifications",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** `FRIEND_REQUEST`, `CHAT_MESSAGE`, `ORDER_CREATED` … */
    type: text("type").notNull(),
    title: text("title").notNull().default(""),
    message: text("message").notNull(),
    /** The thing it is about, as `chat:3` or `order:UUID`; null for none. */
    about: text("about"),
    /** The act it reports: one notification per person and act. */
    ref: text("ref").notNull(),
    isRead: integer("is_read", { mode: "boolean" }).notNull().default(false),
    /** What a push about it says: a key of `WORDS` in `push/words.ts`, and the thing's name. Null in rows from before. */
    pushWords: text("push_words").$type<PushWords>(),
    pushSubject: text("push_subject"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("notifications_ref").on(table.userId, table.ref),
    index("notifications_user").on(table.userId, table.id),
    index("notifications_unread").on(table.userId, table.isRead),
    index("notifications_about").on(table.about),
  ],
);

/** A row exists once somebody has entered the person's inbox (`beginning.ts`). */
export const inboxes = sqliteTable("inboxes", {
  userId: integer("user_id")
    .primaryKey()
    .references(() => users.id, { onDelete: "cascade" }),
  /** It was in use when inboxes began to wait: its journal lacks nothing. */
  neverWaited: integer("never_waited", { mode: "boolean" }).notNull().default(false),
});

/** A row exists only where a person changed the default. */
export const notificationSettings = sqliteTable("notification_settings", {
  userId: integer("user_id")
    .primaryKey()
    .references(() => users.id, { onDelete: "cascade" }),
  receives: integer("receives", { mode: "boolean" }).notNull().default(true),
  /** Quiet hours: minutes of the person's local day; null for none. */
  quietFrom: integer("quiet_from"),
  quietTo: integer("quiet_to"),
});

/** A row exists only where a person chose something for a kind; null: the default, which is yes. */
export const notificationChoices = sqliteTable(
  "notification_choices",
  {
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** A key of `KINDS` in `settings/kinds.ts`. */
    kind: text("kind", { enum: KIND_NAMES }).notNull(),
    push: integer("push", { mode: "boolean" }),
    email: integer("email", { mode: "boolean" }),
  },
  (table) => [primaryKey({ columns: [table.userId, table.kind] })],
);
