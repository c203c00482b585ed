/**
 * Endpoints of webhooks and what is delivered to them. Deliveries are written by triggers of other modules' tables, in the
 * transaction of the change (`migrations/0035_webhooks.sql`).
 */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { users } from "../identity/tables.ts";
import type { Attempt } from "./delivery/rules.ts";

export const DELIVERY_STATES = ["pending", "accepted", "failed"] as const;
const DISABLED_REASONS = ["staff", "gone", "failing"] as const;

export const webhookEndpoints = sqliteTable(
  "webhook_endpoints",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    url: text("url").notNull(),
    description: text("description").notNull().default(""),
    /** Names of event types, from `types.ts`. */
    types: text("types", { mode: "json" }).$type<readonly string[]>().notNull(),
    isActive: integer("is_active", { mode: "boolean" }).notNull().default(true),
    /** At most one position of a truck is sent in so many seconds. */
    positionSeconds: integer("position_seconds").notNull(),
    /** Who is told when it fails; null when that account was deleted: then all staff. */
    ownerId: integer("owner_id").references(() => users.id, { onDelete: "set null" }),
    /** Sealed (`signing.ts`). */
    secret: text("secret").notNull(),
    /** The secret before the last rotation, sealed; requests are signed with it too until `formerUntil`, epoch ms. */
    formerSecret: text("former_secret"),
    formerUntil: integer("former_until"),
    /** Since when nothing was accepted, epoch ms; null while the last attempt succeeded. */
    failingSince: integer("failing_since"),
    /** When the owner was told that it is failing. */
    warnedAt: integer("warned_at"),
    disabledAt: integer("disabled_at"),
    disabledReason: text("disabled_reason", { enum: DISABLED_REASONS }),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [index("webhook_endpoints_owner").on(table.ownerId)],
);

/** The types of active endpoints, kept by triggers of `webhook_endpoints`. */
export const webhookSubscriptions = sqliteTable(
  "webhook_subscriptions",
  {
    type: text("type").notNull(),
    endpointId: integer("endpoint_id")
      .notNull()
      .references(() => webhookEndpoints.id, { onDelete: "cascade" }),
    /** Of positions: ms in which one is sent. */
    pause: integer("pause"),
  },
  (table) => [
    primaryKey({ columns: [table.type, table.endpointId] }),
    index("webhook_subscriptions_endpoint").on(table.endpointId),
  ],
);

/** One event for one endpoint. Ids are in the order of the commits; that of a deleted newest row may be given again. */
export const webhookDeliveries = sqliteTable(
  "webhook_deliveries",
  {
    id: integer("id").primaryKey(),
    endpointId: integer("endpoint_id")
      .notNull()
      .references(() => webhookEndpoints.id, { onDelete: "cascade" }),
    /** `webhook-id`: the same in every attempt and replay. */
    messageId: text("message_id").notNull(),
    type: text("type").notNull(),
    /** As `order:UUID`: deliveries of one subject to one endpoint wait for each other. */
    subject: text("subject").notNull(),
    /** Whom it concerns, for export and erasure. No foreign key: a deletion is delivered after the account is gone. */
    personId: integer("person_id"),
    data: text("data", { mode: "json" }).notNull(),
    state: text("state", { enum: DELIVERY_STATES }).notNull().default("pending"),
    attempts: integer("attempts").notNull().default(0),
    /** Epoch ms of the next attempt; null when it is over, or waits for another of its subject. */
    nextAt: integer("next_at"),
    /** The attempts: see `Attempt` in `rules.ts`. */
    log: text("log", { mode: "json" }).$type<readonly Attempt[]>().notNull().default([]),
    createdAt: integer("created_at").notNull(),
    finishedAt: integer("finished_at"),
    /** When it was last sent once more, as a delivery of its own. */
    replayedAt: integer("replayed_at"),
  },
  (table) => [
    index("webhook_deliveries_endpoint").on(table.endpointId, table.id),
    index("webhook_deliveries_due")
      .on(table.endpointId, table.nextAt)
      .where(sql`${table.nextAt} IS NOT NULL`),
    index("webhook_deliveries_lane")
      .on(table.endpointId, table.subject, table.id)
      .where(sql`${table.state} = 'pending'`),
    index("webhook_deliveries_person").on(table.personId).where(sql`${table.personId} IS NOT NULL`),
  ],
);
