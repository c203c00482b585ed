/** Tables of accounts, profiles, sessions, one-time codes, former contacts and known devices. */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

export const users = sqliteTable(
  "users",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    username: text("username").notNull(),
    /** The username folded to lower case: unique, and what a sign-in looks up. */
    usernameKey: text("username_key").notNull().unique(),
    /** True if the username was generated from a phone or an e-mail: other people then see `user-<id>` instead. */
    usernameIsGenerated: integer("username_is_generated", { mode: "boolean" }).notNull().default(false),
    /** Lower case. */
    email: text("email").unique(),
    /** E.164. */
    phone: text("phone").unique(),
    /** Null if the account has no password. */
    passwordHash: text("password_hash"),
    /** Staff set this password: it only opens the page where the owner chooses a new one. */
    passwordIsTemporary: integer("password_is_temporary", { mode: "boolean" }).notNull().default(false),
    firstName: text("first_name").notNull().default(""),
    lastName: text("last_name").notNull().default(""),
    userType: text("user_type", { enum: ["CLIENT", "DRIVER", "OPERATOR"] })
      .notNull()
      .default("CLIENT"),
    isStaff: integer("is_staff", { mode: "boolean" }).notNull().default(false),
    /** The rights of all groups of this person, as `["orders:read"]`; null without a group. Kept by triggers. */
    groupRights: text("group_rights", { mode: "json" }).$type<readonly string[]>(),
    isActive: integer("is_active", { mode: "boolean" }).notNull().default(true),
    /** Staff has checked this person's documents. */
    isVerified: integer("is_verified", { mode: "boolean" }).notNull().default(false),
    /** Whether the driver's trucks may be given orders. Set by the driver or an operator. */
    onDuty: integer("on_duty", { mode: "boolean" }).notNull().default(true),
    emailVerifiedAt: integer("email_verified_at"),
    phoneVerifiedAt: integer("phone_verified_at"),
    /** True if the address or phone was set after the sign-up. */
    emailIsChanged: integer("email_is_changed", { mode: "boolean" }).notNull().default(false),
    phoneIsChanged: integer("phone_is_changed", { mode: "boolean" }).notNull().default(false),
    locale: text("locale", { enum: ["ru", "en"] })
      .notNull()
      .default("en"),
    /** IANA name; null: not chosen, the setting `TIME_ZONE` applies. */
    timeZone: text("time_zone"),
    mailReminders: integer("mail_reminders", { mode: "boolean" }).notNull().default(true),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    lastLoginAt: integer("last_login_at"),
  },
  (table) => [
    index("users_created").on(table.createdAt),
    index("users_staff").on(table.id).where(sql`${table.isStaff} = 1`),
    /** A partial index: few accounts are drivers on duty. */
    index("users_operators").on(table.lastLoginAt).where(sql`${table.userType} = 'OPERATOR'`),
  ],
);

/** Personal details of an account. */
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
    /** Equals `avatar_key` once the picture's metadata has been removed; differs until then. */
    cleanedAvatarKey: text("cleaned_avatar_key"),
  },
  (table) => [
    index("profiles_avatar").on(table.avatarKey).where(sql`${table.avatarKey} IS NOT NULL`),
    /** A partial index: only pictures that still need their metadata removed. */
    index("profiles_uncleaned")
      .on(table.userId)
      .where(sql`${table.avatarKey} IS NOT NULL AND ${table.avatarKey} IS NOT ${table.cleanedAvatarKey}`),
  ],
);

/** Pictures whose metadata has not been removed yet. Must match the index's condition word for word. */
export const UNCLEANED = sql`${profiles.avatarKey} IS NOT NULL AND ${profiles.avatarKey} IS NOT ${profiles.cleanedAvatarKey}`;

/** One row per signed-in device. It holds no usable secret: keys are stored hashed, refresh tokens are not stored. */
export const sessions = sqliteTable(
  "sessions",
  {
    id: text("id").primaryKey().notNull(),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** The app that signed in (`ClientProfile.name`). */
    client: text("door").notNull(),
    /** SHA-256 of the opaque key; null where the client uses tokens only. */
    keyHash: text("key_hash").unique(),
    /** How many times the refresh token was rotated; the current token carries this number. */
    refreshCount: integer("refresh_count").notNull().default(0),
    /** Token lifetimes in seconds, from the client profile. */
    accessSeconds: integer("access_seconds").notNull(),
    refreshSeconds: integer("refresh_seconds").notNull(),
    refreshExpiresAt: integer("refresh_expires_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    address: text("address").notNull(),
    userAgent: text("user_agent").notNull(),
    /** Marks that recognize the device later; a trigger copies them to `known_devices`. */
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
    /** Wrong guesses, counted separately for the client that requested the code and for everybody else. */
    attempts: integer("attempts").notNull().default(0),
    strangerAttempts: integer("stranger_attempts").notNull().default(0),
    /** The client that requested the code, identified as the rate limits do. */
    askedFrom: text("asked_from").notNull().default(""),
    /** The encrypted hash of a new password that takes effect when this code is entered. */
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
 * The address or phone that an account had before a change. Until the row expires, its link undoes the change, and a
 * trigger (`migrations/0020_contacts.sql`) stops other accounts from taking it, with the unique column's error.
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
    /** The account's values for this contact; restored when the change is undone. */
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

/** Devices that have signed in to an account, kept by a trigger on `sessions`. A mark is a keyed hash and reveals nothing. */
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
