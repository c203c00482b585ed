/** Tables of second factors: authenticator apps, passkeys, recovery codes, and one-time proofs that were used. */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { users } from "../tables.ts";

const owner = () => integer("user_id").references(() => users.id, { onDelete: "cascade" });

/** An authenticator app of an account. Secrets are encrypted with a key derived from the signing secret. */
export const totpSecrets = sqliteTable(
  "totp_secrets",
  {
    userId: owner().primaryKey(),
    /** Null until its first code was entered. */
    sealedSecret: text("sealed_secret"),
    /** A secret that was shown and whose first code was not entered yet. It replaces the other one then. */
    pendingSecret: text("pending_secret"),
    pendingUntil: integer("pending_until"),
    /** The time step (30 s since the epoch) of the last accepted code: a code is accepted once. */
    lastStep: integer("last_step").notNull().default(0),
    createdAt: integer("created_at").notNull(),
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [
    index("totp_secrets_pending").on(table.pendingUntil).where(sql`${table.pendingUntil} IS NOT NULL`),
  ],
);

/** WebAuthn credentials. They hold public keys only. */
export const passkeys = sqliteTable(
  "passkeys",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    userId: owner().notNull(),
    /** The authenticator's id of the credential, base64url. */
    credentialId: text("credential_id").notNull().unique(),
    /** COSE key, base64url. */
    publicKey: text("public_key").notNull(),
    /** The authenticator's signature counter; 0 where it keeps none. */
    counter: integer("counter").notNull(),
    transports: text("transports", { mode: "json" }).notNull().$type<readonly string[]>(),
    /** Whether the authenticator copies it to the person's other devices. */
    isSynced: integer("is_synced", { mode: "boolean" }).notNull(),
    name: text("name").notNull(),
    createdAt: integer("created_at").notNull(),
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [index("passkeys_user").on(table.userId)],
);

/** Hashes of recovery codes that were not used yet. */
export const recoveryCodes = sqliteTable(
  "recovery_codes",
  {
    userId: owner().notNull(),
    codeHash: text("code_hash").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.codeHash] })],
);

/** Signed one-time proofs (`one-time.ts`) that were used, until they expire. */
export const spentProofs = sqliteTable(
  "spent_proofs",
  { id: text("id").primaryKey().notNull(), expiresAt: integer("expires_at").notNull() },
  (table) => [index("spent_proofs_expiry").on(table.expiresAt)],
);
