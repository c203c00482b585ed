/** Events and their members. One set of tables serves the apps that know an event by uuid and those that use its number. */
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
import { cities } from "../social/tables.ts";

export const events = sqliteTable(
  "events",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    uuid: text("uuid").notNull().unique(),
    /** Null when the account was deleted: the event stays. */
    creatorId: integer("creator_id").references(() => users.id, { onDelete: "set null" }),
    name: text("name").notNull(),
    /** Epoch ms. */
    startsAt: integer("starts_at").notNull(),
    endsAt: integer("ends_at"),
    /**
     * Set by a trigger when the times change (`migrations/0024_event_is_on_since.sql`): the event was not on before this,
     * whatever its times say now. Epoch ms; null while they were never changed.
     */
    onSince: integer("on_since"),
    /** IANA name of the zone in which its times are shown; null: the setting `TIME_ZONE` applies. */
    timeZone: text("time_zone"),
    /** Minutes before the start at which members are reminded, the longest first; null: the default (`reminderLeads`). */
    reminderLeads: text("reminder_leads", { mode: "json" }).$type<readonly number[]>(),
    location: text("location").notNull().default(""),
    /** The location in lower case, Cyrillic too, for searches. */
    locationKey: text("location_key").notNull().default(""),
    description: text("description").notNull().default(""),
    eventType: text("event_type").notNull().default(""),
    /** Who may read it: anybody, or signed-in people only (events made through AlphaBet's API). */
    audience: text("audience", { enum: ["public", "signed_in"] })
      .notNull()
      .default("public"),
    cityId: integer("city_id").references(() => cities.id, { onDelete: "set null" }),
    /** Minor units. */
    price: integer("price").notNull().default(0),
    minAge: integer("min_age"),
    maxAge: integer("max_age"),
    minMembers: integer("min_members"),
    /** The most members allowed; null: no limit. */
    maxMembers: integer("max_members"),
    /** Degrees, set by the organizer or a geocoder; null until a place is known. */
    latitude: real("latitude"),
    longitude: real("longitude"),
    /** Nobody has entered its room yet: what the room is told goes to `event_entries`. */
    roomWaits: integer("room_waits", { mode: "boolean" }).notNull().default(false),
    /** Counts the changes: SEQUENCE in calendars. */
    sequence: integer("sequence").notNull().default(0),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    index("events_start").on(table.startsAt),
    index("events_public").on(table.startsAt).where(sql`${table.audience} = 'public'`),
    index("events_creator").on(table.creatorId),
    index("events_city").on(table.cityId, table.startsAt),
    /** A search near a place first narrows events down to a belt of latitudes. */
    index("events_belt").on(table.latitude),
    check("events_order", sql`${table.endsAt} IS NULL OR ${table.endsAt} > ${table.startsAt}`),
  ],
);

export const eventMembers = sqliteTable(
  "event_members",
  {
    eventId: integer("event_id")
      .notNull()
      .references(() => events.id, { onDelete: "cascade" }),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    isOrganizer: integer("is_organizer", { mode: "boolean" }).notNull().default(false),
    joinedAt: integer("joined_at").notNull(),
    /**
     * When this person took part by their own act, epoch ms: made the event, was let in after asking, or accepted being
     * named. Null: somebody else named them, and the membership lets nobody see anybody's location.
     */
    acceptedAt: integer("accepted_at"),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.userId] }),
    index("event_members_user").on(table.userId),
  ],
);

/** Reminders that were sent: at most one for each person, event, start and lead time. */
export const eventReminders = sqliteTable(
  "event_reminders",
  {
    eventId: integer("event_id")
      .notNull()
      .references(() => events.id, { onDelete: "cascade" }),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** The start that was announced, epoch ms. A moved start is announced again. */
    startsAt: integer("starts_at").notNull(),
    /** Lead time before the start, ms. */
    lead: integer("lead").notNull(),
    sentAt: integer("sent_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.userId, table.startsAt, table.lead] }),
    index("event_reminders_user").on(table.userId),
  ],
);

/** When the reminders of events with leads of their own are due. Written by triggers of `events` (`migrations/0041_reminder_leads.sql`). */
export const eventReminderTimes = sqliteTable(
  "event_reminder_times",
  {
    eventId: integer("event_id")
      .notNull()
      .references(() => events.id, { onDelete: "cascade" }),
    /** Lead time before the start, ms. */
    lead: integer("lead").notNull(),
    /** Epoch ms. */
    at: integer("at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.lead] }),
    index("event_reminder_times_at").on(table.at),
  ],
);

/** Archive of the event rooms' journals. */
export const eventEntries = sqliteTable(
  "event_entries",
  {
    eventId: integer("event_id")
      .notNull()
      .references(() => events.id, { onDelete: "cascade" }),
    epoch: text("epoch").notNull(),
    seq: integer("seq").notNull(),
    at: integer("at").notNull(),
    /** Null for the system. */
    authorId: integer("author_id"),
    /** Of what the room was told before it began; null in what it archived itself. */
    ref: text("ref"),
    kind: text("kind").notNull(),
    body: text("body", { mode: "json" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.epoch, table.seq] }),
    index("event_entries_author").on(table.authorId).where(sql`${table.authorId} is not null`),
  ],
);

/** Requests to take part. A declined request stays and prevents another. */
export const participationRequests = sqliteTable(
  "participation_requests",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    eventId: integer("event_id")
      .notNull()
      .references(() => events.id, { onDelete: "cascade" }),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    status: text("status", { enum: ["Pending", "Accepted", "Declined"] })
      .notNull()
      .default("Pending"),
    /** On the waiting list, in the order of `created_at`. */
    isWaiting: integer("is_waiting", { mode: "boolean" }).notNull().default(false),
    processedBy: integer("processed_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    uniqueIndex("participation_requests_once").on(table.eventId, table.userId),
    index("participation_requests_user").on(table.userId, table.createdAt),
    index("participation_requests_processor").on(table.processedBy),
    /** The scheduled sweep looks for events with a waiting list. */
    index("participation_requests_waiting").on(table.eventId).where(sql`${table.isWaiting}`),
  ],
);
