/** Tables of the platform: outbox, idempotency keys, audit log, and the rooms that the sweep checks. */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, sqliteView, text } from "drizzle-orm/sqlite-core";

/**
 * One effect outside the database: a mail, an SMS, a room to tell. `id` must stay NOT NULL: `outbox.ts` relies on that
 * constraint to roll a batch back. Ids are in order of time (`newOrderedId`), except those that triggers make.
 */
export const outbox = sqliteTable(
  "outbox",
  {
    id: text("id").primaryKey().notNull(),
    kind: text("kind").notNull(),
    /** What it concerns: a mail address, a phone, a room, a user. */
    address: text("address").notNull(),
    payload: text("payload", { mode: "json" }).notNull(),
    status: text("status", { enum: ["pending", "sent", "suppressed", "dead"] })
      .notNull()
      .default("pending"),
    attempts: integer("attempts").notNull().default(0),
    /** Epoch ms after which the sweep sends it to the queue again. Null for what is new or over. */
    nextAttemptAt: integer("next_attempt_at"),
    /** Epoch ms until which one consumer has claimed it. A new row belongs to its first delivery for a while. */
    leasedUntil: integer("leased_until").notNull().default(0),
    lastError: text("last_error"),
    createdAt: integer("created_at").notNull(),
    sentAt: integer("sent_at"),
    /** The user whose mail budget it counts against; null without one. No foreign key: the row outlives the account. */
    senderId: integer("sender_id"),
  },
  (table) => [
    index("outbox_due").on(table.nextAttemptAt).where(sql`${table.nextAttemptAt} is not null`),
    // With the kind, so that counting letters reads no row: a condition that the index implies still counts as read.
    index("outbox_letters")
      .on(table.address, table.createdAt, table.kind)
      .where(sql`${table.kind} in ('mail', 'sms')`),
    index("outbox_sender").on(table.senderId, table.createdAt).where(sql`${table.senderId} is not null`),
    index("outbox_dead").on(table.createdAt).where(sql`${table.status} = 'dead'`),
  ],
);

/**
 * Addresses of accounts that get no more letters (`mail/suppressions.ts`). Triggers of `users` delete a row when its address
 * leaves the account (`migrations/0046_mail_suppressions.sql`).
 */
export const mailSuppressions = sqliteTable(
  "mail_suppressions",
  {
    address: text("address").notNull(),
    reason: text("reason", { enum: ["bounce", "complaint"] }).notNull(),
    /** What the mail server said. */
    detail: text("detail").notNull().default(""),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.address, table.reason] }),
    index("mail_suppressions_created").on(table.createdAt),
  ],
);

/** How far a sweep has looked, epoch ms: everything before is done, or noted elsewhere. */
export const sweeps = sqliteTable("sweeps", {
  name: text("name").primaryKey().notNull(),
  sweptTo: integer("swept_to").notNull(),
});

export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    /** Hash over caller, route and key. */
    id: text("id").primaryKey().notNull(),
    requestHash: text("request_hash").notNull(),
    status: integer("status"),
    /** The stored response, encrypted with a key derived from the client's Idempotency-Key. */
    answer: text("answer"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("idempotency_keys_created").on(table.createdAt)],
);

/** Append-only. `actorId` has no foreign key: the row outlives the account. */
export const auditLog = sqliteTable(
  "audit_log",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    at: integer("at").notNull(),
    actorId: integer("actor_id").notNull(),
    action: text("action").notNull(),
    subject: text("subject").notNull(),
    before: text("before", { mode: "json" }),
    after: text("after", { mode: "json" }),
    requestId: text("request_id").notNull(),
    /** First characters of the API key with which the actor did it. Null in a session. */
    actorKey: text("actor_key"),
  },
  (table) => [
    index("audit_log_subject").on(table.subject, table.at),
    index("audit_log_key_uses").on(table.at).where(sql`${table.action} = 'api_key.use'`),
  ],
);

/** Requests of the last day, packed: `[[id, at, took, method, place, status, user], …]` (`http/request-log.ts`). */
export const requestLog = sqliteTable("request_log", {
  id: text("id").primaryKey().notNull(),
  entries: text("entries", { mode: "json" }).notNull(),
});

/** The same, one row each; a view. */
export const loggedRequests = sqliteView("logged_requests", {
  packed: text("packed").notNull(),
  number: integer("number").notNull(),
  requestId: text("request_id").notNull(),
  at: integer("at").notNull(),
  took: integer("took").notNull(),
  method: text("method").notNull(),
  place: text("place").notNull(),
  status: integer("status").notNull(),
  userId: integer("user_id"),
}).existing();

/** How many rows a table has that grows, or a part of it; kept by triggers (`migrations/0033_counted_rows.sql`). */
export const countedRows = sqliteTable("counted_rows", {
  name: text("name").primaryKey().notNull(),
  total: integer("total").notNull(),
});

/** Rooms in which something happened: the sweep wakes them, in case an alarm was lost. */
export const rooms = sqliteTable(
  "rooms",
  {
    /** `event:12`. */
    name: text("name").primaryKey().notNull(),
    /** Epoch ms, exact to a day. */
    seenAt: integer("seen_at").notNull(),
  },
  (table) => [index("rooms_seen").on(table.seenAt)],
);
