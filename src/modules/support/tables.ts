/** Support tickets, their messages with files, what operators have read of them, and saved replies. */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { orders } from "../dispatch/orders/tables.ts";
import { files } from "../files/tables.ts";
import { users } from "../identity/tables.ts";

export const TICKET_STATES = ["OPEN", "IN_PROGRESS", "RESOLVED", "CLOSED"] as const;
export const TICKET_PRIORITIES = ["LOW", "NORMAL", "HIGH", "URGENT"] as const;

export const supportTickets = sqliteTable(
  "support_tickets",
  {
    /** A uuid. */
    id: text("id").primaryKey().notNull(),
    authorId: integer("author_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    subject: text("subject").notNull(),
    description: text("description").notNull(),
    status: text("status", { enum: TICKET_STATES }).notNull().default("OPEN"),
    priority: text("priority", { enum: TICKET_PRIORITIES }).notNull().default("NORMAL"),
    relatedOrderId: text("related_order_id").references(() => orders.id, { onDelete: "set null" }),
    assignedTo: integer("assigned_to").references(() => users.id, { onDelete: "set null" }),
    closedAt: integer("closed_at"),
    lastMessageAt: integer("last_message_at").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    index("support_tickets_author").on(table.authorId, table.createdAt),
    index("support_tickets_status").on(table.status, table.lastMessageAt),
    index("support_tickets_active").on(table.lastMessageAt, table.id),
    index("support_tickets_created").on(table.createdAt, table.id),
    index("support_tickets_assigned").on(table.assignedTo, table.createdAt, table.id),
    index("support_tickets_order").on(table.relatedOrderId),
    /** Partial: an operator's open conversations, and those of nobody, the newest activity first. */
    index("support_tickets_working")
      .on(table.assignedTo, table.lastMessageAt, table.id)
      .where(sql`${table.status} IN ('OPEN', 'IN_PROGRESS')`),
  ],
);

export const supportMessages = sqliteTable(
  "support_messages",
  {
    /** A uuid. */
    id: text("id").primaryKey().notNull(),
    ticketId: text("ticket_id")
      .notNull()
      .references(() => supportTickets.id, { onDelete: "cascade" }),
    authorId: integer("author_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    body: text("body").notNull(),
    /** A note between operators, hidden from the ticket's author. */
    isInternal: integer("is_internal", { mode: "boolean" }).notNull().default(false),
    createdAt: integer("created_at").notNull(),
    /** Position in the room's journal; null for a message sent by REST. */
    epoch: text("epoch"),
    seq: integer("seq"),
  },
  (table) => [
    index("support_messages_ticket").on(table.ticketId, table.createdAt),
    index("support_messages_author").on(table.authorId),
    uniqueIndex("support_messages_entry").on(table.ticketId, table.epoch, table.seq),
  ],
);

/** Files of messages. A trigger deletes the file's row with the message. */
export const supportAttachments = sqliteTable(
  "support_attachments",
  {
    fileId: integer("file_id")
      .primaryKey()
      .notNull()
      .references(() => files.id, { onDelete: "cascade" }),
    messageId: text("message_id")
      .notNull()
      .references(() => supportMessages.id, { onDelete: "cascade" }),
  },
  (table) => [index("support_attachments_message").on(table.messageId)],
);

/** Up to where each operator has read a conversation. */
export const supportReads = sqliteTable(
  "support_reads",
  {
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    ticketId: text("ticket_id")
      .notNull()
      .references(() => supportTickets.id, { onDelete: "cascade" }),
    /** The time of the newest message that was read. */
    readAt: integer("read_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.ticketId] }),
    index("support_reads_ticket").on(table.ticketId),
  ],
);

/** Texts that operators put into answers, shared by all. */
export const savedReplies = sqliteTable("saved_replies", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  title: text("title").notNull().unique(),
  /** With placeholders such as `{name}`. */
  text: text("text").notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});
