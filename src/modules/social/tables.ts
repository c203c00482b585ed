/** Profiles, interests, cities, friendships, blocks, and the places that people share. */
import { sql } from "drizzle-orm";
import {
  check,
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import { users } from "../identity/tables.ts";

export const cities = sqliteTable("cities", {
  id: integer("id").primaryKey(),
  name: text("name").notNull().unique(),
  latitude: real("latitude").notNull(),
  longitude: real("longitude").notNull(),
});

export const interests = sqliteTable("interests", {
  id: integer("id").primaryKey(),
  name: text("name").notNull().unique(),
  /** How many people have it; kept by triggers. */
  people: integer("people").notNull().default(0),
});

const userId = () =>
  integer("user_id")
    .notNull()
    .references(() => users.id, { onDelete: "cascade" });

/** A person's Find Friend profile, beside the account's birthday and picture. The row is made with the first change. */
export const socialProfiles = sqliteTable(
  "social_profiles",
  {
    userId: integer("user_id")
      .primaryKey()
      .references(() => users.id, { onDelete: "cascade" }),
    /** Cyrillic М or Ж; empty for neither. */
    sex: text("sex", { enum: ["", "М", "Ж"] })
      .notNull()
      .default(""),
    cityId: integer("city_id").references(() => cities.id, { onDelete: "set null" }),
    profession: text("profession").notNull().default(""),
    purpose: text("purpose").notNull().default(""),
    networkNick: text("network_nick").notNull().default(""),
    additionally: text("additionally").notNull().default(""),
    /** When this profile was made, or first edited by its owner, in Find Friend; epoch ms. Null: not in its list of people. */
    listedAt: integer("listed_at"),
    /** Consent to be located; without it the coordinates are neither written nor shown. */
    isGeoipAllowed: integer("is_geoip_allowed", { mode: "boolean" }).notNull().default(false),
    /** When the current consent was given, epoch ms. Others see nothing older. Null without consent. */
    geoipAllowedAt: integer("geoip_allowed_at"),
    /** Degrees. */
    latitude: real("latitude"),
    longitude: real("longitude"),
    /** Epoch ms. */
    locatedAt: integer("located_at"),
  },
  (table) => [
    index("social_profiles_city").on(table.cityId),
    index("social_profiles_listed").on(table.userId).where(sql`${table.listedAt} IS NOT NULL`),
    /** People who share their place, by latitude: a search reads only its own band. */
    index("social_profiles_seen").on(table.latitude).where(sql`${table.isGeoipAllowed} = 1`),
    check("social_profiles_latitude", sql`${table.latitude} BETWEEN -90 AND 90`),
    check("social_profiles_longitude", sql`${table.longitude} BETWEEN -180 AND 180`),
  ],
);

export const userInterests = sqliteTable(
  "user_interests",
  {
    userId: userId(),
    interestId: integer("interest_id")
      .notNull()
      .references(() => interests.id, { onDelete: "cascade" }),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.interestId] }),
    index("user_interests_interest").on(table.interestId),
  ],
);

/** One row per ordered pair. A declined request stays and blocks another one. */
export const friendRequests = sqliteTable(
  "friend_requests",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    fromId: integer("from_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    toId: integer("to_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    status: text("status", { enum: ["Pending", "Accepted", "Declined"] })
      .notNull()
      .default("Pending"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    uniqueIndex("friend_requests_pair").on(table.fromId, table.toId),
    index("friend_requests_to").on(table.toId),
    check("friend_requests_other", sql`${table.fromId} <> ${table.toId}`),
  ],
);

/** One row per unordered pair, the smaller id first. */
export const friendships = sqliteTable(
  "friendships",
  {
    lowId: integer("low_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    highId: integer("high_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    initiatorId: integer("initiator_id").notNull(),
    createdAt: integer("created_at").notNull(),
    /** When the last block between the two ended, epoch ms; set by a trigger (`migrations/0026_unblocked_friends.sql`). */
    unblockedAt: integer("unblocked_at"),
  },
  (table) => [
    primaryKey({ columns: [table.lowId, table.highId] }),
    index("friendships_high").on(table.highId),
    check("friendships_order", sql`${table.lowId} < ${table.highId}`),
  ],
);

export const blocks = sqliteTable(
  "blocks",
  {
    userId: userId(),
    blockedId: integer("blocked_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.blockedId] }),
    index("blocks_blocked").on(table.blockedId),
    check("blocks_other", sql`${table.userId} <> ${table.blockedId}`),
  ],
);
