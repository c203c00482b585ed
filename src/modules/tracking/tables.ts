/** Location reports, tracks and tasks. */
import { sql } from "drizzle-orm";
import {
  check,
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  sqliteView,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import { files } from "../files/tables.ts";
import { users } from "../identity/tables.ts";

/** Why a point is doubtful. A flagged point is stored but left out of tracks and of the latest location. */
export const POINT_FLAGS = ["duplicate", "jump", "stale", "future"] as const;

/** Latitude and longitude in degrees. */
const place = () => ({
  latitude: real("latitude").notNull(),
  longitude: real("longitude").notNull(),
});

/** What a receiver reports beside the place; null where it reports nothing. */
const quality = () => ({
  /** Radius of uncertainty, metres. */
  accuracy: real("accuracy"),
  /** Metres a second. */
  speed: real("speed"),
  /** Degrees clockwise from north. */
  heading: real("heading"),
});

/** Single reports: those from before there were chunks, and corrected ones. All others are in `trackChunks`. */
export const locationReports = sqliteTable(
  "location_reports",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** When the receiver was there, epoch ms. */
    at: integer("at").notNull(),
    /** When the server received it, epoch ms. */
    receivedAt: integer("received_at").notNull(),
    ...place(),
    ...quality(),
    /** H3 cell at resolution 7, for searches by place. */
    cell: text("cell").notNull(),
    flag: text("flag", { enum: POINT_FLAGS }),
    /** The entry in the room's journal and the point's index in it (`nth`); null for a point that came by REST. */
    epoch: text("epoch"),
    seq: integer("seq"),
    nth: integer("nth"),
  },
  (table) => [
    index("location_reports_track").on(table.userId, table.at),
    index("location_reports_cell").on(table.cell, table.at),
    /** For lists of all users' reports in the order of their times. */
    index("location_reports_time").on(table.at),
    uniqueIndex("location_reports_entry").on(table.userId, table.epoch, table.seq, table.nth),
    check("location_reports_latitude", sql`${table.latitude} BETWEEN -90 AND 90`),
    check("location_reports_longitude", sql`${table.longitude} BETWEEN -180 AND 180`),
  ],
);

/**
 * Packed points: one row holds those of one user in a few minutes. `chunks/packing.ts` says how, and what may be in `points`.
 * Without a rowid and with one index, because a row is written again with every batch of the room.
 */
export const trackChunks = sqliteTable(
  "track_chunks",
  {
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** The first instant that belongs here, epoch ms. */
    bucket: integer("bucket").notNull(),
    /** Counts on when one row would be too long. */
    part: integer("part").notNull(),
    /** Counts the changes: a writer changes only what it has read. */
    version: integer("version").notNull(),
    count: integer("count").notNull(),
    firstId: integer("first_id").notNull(),
    lastId: integer("last_id").notNull(),
    startsAt: integer("starts_at").notNull(),
    endsAt: integer("ends_at").notNull(),
    /** The box around the points, ten-millionths of a degree. */
    south: integer("south").notNull(),
    north: integer("north").notNull(),
    west: integer("west").notNull(),
    east: integer("east").notNull(),
    /** The newest point without a flag, and its cell, as a JSON array; null for none. */
    newest: text("newest"),
    points: text("points").notNull(),
    /** Ids of points that were here and must not come again, as a JSON array. */
    removed: text("removed").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.bucket, table.part] }),
    index("track_chunks_time").on(table.bucket),
  ],
);

/** Every report in the database, single or packed; a view. Whoever searches by time or user limits the chunks themselves. */
export const locationPoints = sqliteView("location_points", {
  id: integer("id").notNull(),
  userId: integer("user_id").notNull(),
  at: integer("at").notNull(),
  receivedAt: integer("received_at").notNull(),
  ...place(),
  ...quality(),
  flag: text("flag", { enum: POINT_FLAGS }),
}).existing();

/**
 * Where each user was last, for `latestPlaces`: written when a user's chunk begins, or when they enter another cell. In
 * between, the place is the newest one in the chunk that `bucket` and `part` name.
 */
export const latestLocations = sqliteTable(
  "latest_locations",
  {
    userId: integer("user_id")
      .primaryKey()
      .references(() => users.id, { onDelete: "cascade" }),
    /** No foreign key: compaction may have moved the report into a day archive. */
    reportId: integer("report_id").notNull(),
    at: integer("at").notNull(),
    receivedAt: integer("received_at").notNull(),
    ...place(),
    ...quality(),
    cell: text("cell").notNull(),
    /** The chunk whose newest point may be newer; null for none. */
    bucket: integer("bucket"),
    part: integer("part"),
  },
  (table) => [index("latest_locations_cell").on(table.cell)],
);

/** The latest location of each user; a view. `cell` is that of the place. */
export const latestPlaces = sqliteView("latest_places", {
  userId: integer("user_id").notNull(),
  reportId: integer("report_id").notNull(),
  at: integer("at").notNull(),
  receivedAt: integer("received_at").notNull(),
  ...place(),
  ...quality(),
  cell: text("cell").notNull(),
}).existing();

/** Day archives: one user's day as an object in the bucket. For each deleted row a trigger puts the object's deletion into the outbox. */
export const trackDays = sqliteTable(
  "track_days",
  {
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** `YYYY-MM-DD` in UTC. */
    day: text("day").notNull(),
    key: text("key").notNull().unique(),
    points: integer("points").notNull(),
    /** Bytes of the object. */
    size: integer("size").notNull(),
    startsAt: integer("starts_at").notNull(),
    endsAt: integer("ends_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.day] })],
);

export const TASK_STATES = ["pending", "in_progress", "completed"] as const;

export const tasks = sqliteTable(
  "tasks",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    title: text("title").notNull(),
    description: text("description").notNull(),
    latitude: real("latitude"),
    longitude: real("longitude"),
    /** Radius of the geofence around the place, metres; null: no geofence. */
    radius: integer("radius"),
    /** The task's own status; each user's is in `task_states`. */
    status: text("status", { enum: TASK_STATES }).notNull().default("pending"),
    assignedTo: integer("assigned_to").references(() => users.id, { onDelete: "set null" }),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [index("tasks_status").on(table.status), index("tasks_assigned").on(table.assignedTo)],
);

/** Each user's progress with a task. Every task is for all users; a user without a row is `pending`. */
export const taskStates = sqliteTable(
  "task_states",
  {
    taskId: integer("task_id")
      .notNull()
      .references(() => tasks.id, { onDelete: "cascade" }),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    status: text("status", { enum: TASK_STATES }).notNull().default("pending"),
    /** When the user entered the geofence, epoch ms. */
    arrivedAt: integer("arrived_at"),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.taskId, table.userId] }),
    index("task_states_user").on(table.userId, table.status),
  ],
);

export const taskPhotos = sqliteTable(
  "task_photos",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    taskId: integer("task_id")
      .notNull()
      .references(() => tasks.id, { onDelete: "cascade" }),
    /** The photo is deleted with its file, and the file with its owner. */
    fileId: integer("file_id")
      .notNull()
      .references(() => files.id, { onDelete: "cascade" }),
    uploadedBy: integer("uploaded_by").references(() => users.id, { onDelete: "set null" }),
    latitude: real("latitude"),
    longitude: real("longitude"),
    uploadedAt: integer("uploaded_at").notNull(),
  },
  (table) => [
    index("task_photos_task").on(table.taskId),
    index("task_photos_file").on(table.fileId),
    index("task_photos_uploader").on(table.uploadedBy),
  ],
);
