/** One-to-one chats, the archive of their rooms, and read positions. */
import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  sqliteView,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import { users } from "../identity/tables.ts";

/** `initiatorId` and `receiverId` become null when the account is deleted; the chat stays readable for the other. */
export const chats = sqliteTable(
  "chats",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    initiatorId: integer("initiator_id").references(() => users.id, { onDelete: "set null" }),
    receiverId: integer("receiver_id").references(() => users.id, { onDelete: "set null" }),
    /** The ordered pair of ids, for uniqueness; stays when an account is deleted. */
    lowId: integer("low_id").notNull(),
    highId: integer("high_id").notNull(),
    startedAt: integer("started_at").notNull(),
    /** Written by the archive, for the list and its order. 0 for an empty chat. */
    lastSeq: integer("last_seq").notNull().default(0),
    /** The journal that `lastSeq` belongs to; null for an empty chat. */
    epoch: text("epoch"),
    /** How many messages each member has not read. */
    unreadLow: integer("unread_low").notNull().default(0),
    unreadHigh: integer("unread_high").notNull().default(0),
    /** Epoch ms of the last message; the start of an empty chat. */
    activeAt: integer("active_at").notNull(),
    /** No text in the database is older than this, epoch ms. */
    textFrom: integer("text_from").notNull().default(0),
  },
  (table) => [
    uniqueIndex("chats_pair").on(table.lowId, table.highId),
    index("chats_high").on(table.highId),
    index("chats_initiator").on(table.initiatorId),
    index("chats_receiver").on(table.receiverId),
    index("chats_text_from").on(table.textFrom),
  ],
);

/**
 * The journals of the chats' rooms in D1: one row for each archive of a room, so that a message costs no row of its own. Old
 * ones are in the bucket, many rows in one object; for each deleted row of these a trigger puts the object's deletion into the
 * outbox. Another trigger erases the messages of a deleted account, within its chats.
 */
export const chatPages = sqliteTable(
  "chat_pages",
  {
    chatId: integer("chat_id")
      .notNull()
      .references(() => chats.id, { onDelete: "cascade" }),
    lastSeq: integer("last_seq").notNull(),
    epoch: text("epoch").notNull(),
    firstSeq: integer("first_seq").notNull(),
    /** When its last message was sent, epoch ms. */
    toAt: integer("to_at").notNull(),
    /** JSON: `[seq, at, sender id or null, "message" or "erased", text]` of each; null when they are in the bucket. */
    messages: text("messages"),
    /** The object with the messages; null while they are in this row. */
    key: text("key"),
    /** Who sent each message in the object, from `firstSeq` on: `l` the member with the lower id, `h` the other, `.` nobody. */
    said: text("said"),
  },
  (table) => [
    primaryKey({ columns: [table.chatId, table.lastSeq, table.epoch] }),
    uniqueIndex("chat_pages_key").on(table.key).where(sql`${table.key} IS NOT NULL`),
  ],
);

/** Each message whose text is in the database; a view. */
export const chatMessages = sqliteView("chat_messages", {
  chatId: integer("chat_id").notNull(),
  seq: integer("seq").notNull(),
  epoch: text("epoch").notNull(),
  at: integer("at").notNull(),
  /** Null after the account was deleted. */
  senderId: integer("sender_id"),
  /** `message`, or `erased` after its author's account was deleted. */
  kind: text("kind").notNull(),
  text: text("text").notNull(),
}).existing();

/** How far each member has read. */
export const chatReads = sqliteTable(
  "chat_reads",
  {
    chatId: integer("chat_id")
      .notNull()
      .references(() => chats.id, { onDelete: "cascade" }),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    seq: integer("seq").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.chatId, table.userId] }),
    index("chat_reads_user").on(table.userId),
  ],
);
