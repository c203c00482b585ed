/** Tables of pushes: where they go, and the key pair that signs Web Push. */
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { sessions, users } from "../../identity/tables.ts";

/** `web`: Web Push (RFC 8030); `fcm`: Firebase Cloud Messaging; `apns`: Apple. The names are stored and part of the API. */
export const SERVICES = ["web", "fcm", "apns"] as const;
export type Service = (typeof SERVICES)[number];

/** A device that takes pushes. It belongs to a session and goes with it; a session has one of each service. */
export const pushSubscriptions = sqliteTable(
  "push_subscriptions",
  {
    id: text("id").primaryKey().notNull(),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    sessionId: text("session_id")
      .notNull()
      .references(() => sessions.id, { onDelete: "cascade" }),
    service: text("service", { enum: SERVICES }).notNull(),
    /** The endpoint of a Web Push subscription, or the token of an app. A secret: who knows it can address the device. */
    address: text("address").notNull(),
    /** Web Push: the browser's public key and shared secret, base64url (RFC 8291). */
    publicKey: text("public_key"),
    authSecret: text("auth_secret"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    index("push_subscriptions_user").on(table.userId),
    uniqueIndex("push_subscriptions_session").on(table.sessionId, table.service),
    uniqueIndex("push_subscriptions_address").on(table.service, table.address),
  ],
);

/** At most one row: the key pair that was made where no setting names one. */
export const pushKeys = sqliteTable("push_keys", {
  id: integer("id").primaryKey(),
  /** The uncompressed point, base64url. */
  publicKey: text("public_key").notNull(),
  /** The scalar, base64url, encrypted with a key derived from the signing secret. */
  sealedPrivateKey: text("sealed_private_key").notNull(),
  createdAt: integer("created_at").notNull(),
});
