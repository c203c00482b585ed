/** One-to-one chats, the archive of their rooms, and read positions. */
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
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
  },
  (table) => [
    uniqueIndex("chats_pair").on(table.lowId, table.highId),
    index("chats_high").on(table.highId),
    index("chats_initiator").on(table.initiatorId),
    index("chats_receiver").on(table.receiverId),
  ],
);

/**
 * The journals of the chats' rooms in D1. Without a rowid and without an index of senders, so that a message is one row.
 * A trigger erases the messages of a deleted account, within its chats.
 */
export const chatMessages = sqliteTable(
  "chat_messages",
  {
    chatId: integer("chat_id")
      .notNull()
      .references(() => chats.id, { onDelete: "cascade" }),
    seq: integer("seq").notNull(),
    epoch: text("epoch").notNull(),
    at: integer("at").notNull(),
    /** Null after the account was deleted. */
    senderId: integer("sender_id"),
    /** `message`, or `erased` after its author's account was deleted. */
    kind: text("kind").notNull(),
    text: text("text").notNull(),
  },
  (table) => [primaryKey({ columns: [table.chatId, table.seq, table.epoch] })],
);

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
