/** People, their sessions and their one-time codes. */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

export const users = sqliteTable(
  "users",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    username: text("username").notNull(),
    /** The username folded to lower case: unique, and what a sign-in looks up. */
    usernameKey: text("username_key").notNull().unique(),
    /** Made from a phone or an e-mail: others see `user-<id>` in its place. */
    usernameIsGenerated: integer("username_is_generated", { mode: "boolean" }).notNull().default(false),
    /** Lower case. */
    email: text("email").unique(),
    /** E.164. */
    phone: text("phone").unique(),
    /** Null: no password opens this account. */
    passwordHash: text("password_hash"),
    /** The password came from staff: it opens nothing but the page where its owner chooses their own. */
    passwordIsTemporary: integer("password_is_temporary", { mode: "boolean" }).notNull().default(false),
    firstName: text("first_name").notNull().default(""),
    lastName: text("last_name").notNull().default(""),
    userType: text("user_type", { enum: ["CLIENT", "DRIVER", "OPERATOR"] })
      .notNull()
      .default("CLIENT"),
    isStaff: integer("is_staff", { mode: "boolean" }).notNull().default(false),
    isActive: integer("is_active", { mode: "boolean" }).notNull().default(true),
    /** A driver or client whose papers staff has seen. */
    isVerified: integer("is_verified", { mode: "boolean" }).notNull().default(false),
    /** A driver's own word, unless an operator puts them on duty: whether their trucks may be given jobs. */
    onDuty: integer("on_duty", { mode: "boolean" }).notNull().default(true),
    emailVerifiedAt: integer("email_verified_at"),
    phoneVerifiedAt: integer("phone_verified_at"),
    /** A later change put this address or phone there, not the sign-up. */
    emailIsChanged: integer("email_is_changed", { mode: "boolean" }).notNull().default(false),
    phoneIsChanged: integer("phone_is_changed", { mode: "boolean" }).notNull().default(false),
    locale: text("locale", { enum: ["ru", "en"] })
      .notNull()
      .default("en"),
    mailReminders: integer("mail_reminders", { mode: "boolean" }).notNull().default(true),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    lastLoginAt: integer("last_login_at"),
  },
  (table) => [
    index("users_created").on(table.createdAt),
    /** A few among many. */
    index("users_operators").on(table.lastLoginAt).where(sql`${table.userType} = 'OPERATOR'`),
  ],
);

/** Facts that a person tells about themselves. */
export const profiles = sqliteTable(
  "profiles",
  {
    userId: integer("user_id")
      .primaryKey()
      .references(() => users.id, { onDelete: "cascade" }),
    /** `YYYY-MM-DD`. */
    birthday: text("birthday"),
    /** Key of the picture in the bucket. */
    avatarKey: text("avatar_key"),
    /** The same key once the picture holds no metadata; another or none while nobody has looked. */
    cleanedAvatarKey: text("cleaned_avatar_key"),
  },
  (table) => [
    /** A few among many, and none in the end. */
    index("profiles_uncleaned")
      .on(table.userId)
      .where(sql`${table.avatarKey} IS NOT NULL AND ${table.avatarKey} IS NOT ${table.cleanedAvatarKey}`),
  ],
);

/** Pictures that were stored before the intake took metadata out, in the index's own words. */
export const UNCLEANED = sql`${profiles.avatarKey} IS NOT NULL AND ${profiles.avatarKey} IS NOT ${profiles.cleanedAvatarKey}`;

/** One row a device. Nothing in it opens anything: keys are stored hashed, refresh tokens not at all. */
export const sessions = sqliteTable(
  "sessions",
  {
    id: text("id").primaryKey().notNull(),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** The app whose door it came through. */
    client: text("door").notNull(),
    /** SHA-256 of the opaque key; null where the client uses tokens only. */
    keyHash: text("key_hash").unique(),
    /** How often the refresh token was rotated; the current token carries this number. */
    refreshCount: integer("refresh_count").notNull().default(0),
    /** Lifetimes in seconds, as the door gave them. */
    accessSeconds: integer("access_seconds").notNull(),
    refreshSeconds: integer("refresh_seconds").notNull(),
    refreshExpiresAt: integer("refresh_expires_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    address: text("address").notNull(),
    userAgent: text("user_agent").notNull(),
    /** By what the device is known again; a trigger keeps them in `known_devices`. */
    clientMark: text("client_mark"),
    cookieMark: text("cookie_mark"),
    createdAt: integer("created_at").notNull(),
    lastSeenAt: integer("last_seen_at").notNull(),
  },
  (table) => [index("sessions_user").on(table.userId), index("sessions_expiry").on(table.expiresAt)],
);

/** Mailed links and codes: single use, hashed, expiring. */
export const codes = sqliteTable(
  "codes",
  {
    id: text("id").primaryKey().notNull(),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    purpose: text("purpose", {
      enum: ["verify_email", "reset_link", "reset_code", "reset_sms", "change_phone"],
    }).notNull(),
    /** Keyed hash of the secret. */
    secretHash: text("secret_hash").notNull(),
    /** The address or phone it was sent to. */
    target: text("target").notNull(),
    /** Wrong guesses by the client that asked for it, and by everybody else: neither uses up the other's. */
    attempts: integer("attempts").notNull().default(0),
    strangerAttempts: integer("stranger_attempts").notNull().default(0),
    /** The client, as limits count clients, that asked for it. */
    askedFrom: text("asked_from").notNull().default(""),
    /** The hash of a password that waits for this code, encrypted. */
    sealedPassword: text("sealed_password"),
    expiresAt: integer("expires_at").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("codes_secret").on(table.purpose, table.secretHash),
    index("codes_user").on(table.userId, table.purpose),
    index("codes_expiry").on(table.expiresAt),
  ],
);

/**
 * The address or phone that an account had before a change. While a row lives, its link takes the change back, and a
 * trigger (`migrations/0020_contacts.sql`) lets nobody else have it: the refusal is that of the unique column.
 */
export const formerContacts = sqliteTable(
  "former_contacts",
  {
    id: text("id").primaryKey().notNull(),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    kind: text("kind", { enum: ["email", "phone"] }).notNull(),
    value: text("value").notNull(),
    /** What the account's row said of it, and says again when the change is taken back. */
    verifiedAt: integer("verified_at"),
    isChanged: integer("is_changed", { mode: "boolean" }).notNull(),
    /** Keyed hash of the link's secret. */
    secretHash: text("secret_hash").notNull().unique(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [
    index("former_contacts_value").on(table.value),
    index("former_contacts_user").on(table.userId),
    index("former_contacts_expiry").on(table.expiresAt),
  ],
);

/** By what an account's devices are known again, kept by a trigger on `sessions`; a mark is a keyed hash, from which nothing can be read. */
export const knownDevices = sqliteTable(
  "known_devices",
  {
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    mark: text("mark").notNull(),
    seenAt: integer("seen_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.mark] }),
    index("known_devices_seen").on(table.seenAt),
  ],
);
