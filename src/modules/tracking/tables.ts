/** Where people were and are, and the tasks that wait at places. */
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
import { files } from "../files/tables.ts";
import { users } from "../identity/tables.ts";

/** A point that is not taken at its word: kept, and left out of tracks and of the latest place. */
export const POINT_FLAGS = ["duplicate", "jump", "stale", "future"] as const;

/** Latitude and longitude in degrees. */
const place = () => ({
  latitude: real("latitude").notNull(),
  longitude: real("longitude").notNull(),
});

/** What a receiver says beside the place; null where it says nothing. */
const quality = () => ({
  /** Radius of uncertainty, metres. */
  accuracy: real("accuracy"),
  /** Metres a second. */
  speed: real("speed"),
  /** Degrees clockwise from north. */
  heading: real("heading"),
});

export const locationReports = sqliteTable(
  "location_reports",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** When the receiver stood there, epoch ms. */
    at: integer("at").notNull(),
    /** When the server heard of it. */
    receivedAt: integer("received_at").notNull(),
    ...place(),
    ...quality(),
    /** H3 cell at resolution 7: what a search by place looks up. */
    cell: text("cell").notNull(),
    flag: text("flag", { enum: POINT_FLAGS }),
    /** Where the room's journal has it, and which point of that entry it is; null for one that came by REST. */
    epoch: text("epoch"),
    seq: integer("seq"),
    nth: integer("nth"),
  },
  (table) => [
    index("location_reports_track").on(table.userId, table.at),
    index("location_reports_cell").on(table.cell, table.at),
    /** Everybody's, in the order of their times. */
    index("location_reports_time").on(table.at),
    uniqueIndex("location_reports_entry").on(table.userId, table.epoch, table.seq, table.nth),
    check("location_reports_latitude", sql`${table.latitude} BETWEEN -90 AND 90`),
    check("location_reports_longitude", sql`${table.longitude} BETWEEN -180 AND 180`),
  ],
);

/** Where everybody is now: one row a person, moved forward by whatever writes a newer report. */
export const latestLocations = sqliteTable(
  "latest_locations",
  {
    userId: integer("user_id")
      .primaryKey()
      .references(() => users.id, { onDelete: "cascade" }),
    /** No foreign key: the report may have been rolled into an archive. */
    reportId: integer("report_id").notNull(),
    at: integer("at").notNull(),
    receivedAt: integer("received_at").notNull(),
    ...place(),
    ...quality(),
    cell: text("cell").notNull(),
  },
  (table) => [index("latest_locations_cell").on(table.cell)],
);

/** One person's day, rolled into an object in the bucket. A trigger hands the object of every deleted row to the outbox. */
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
    /** Metres around the place within which somebody has arrived; null: nothing is watched. */
    radius: integer("radius"),
    /** The task's own state; each person's is in `task_states`. */
    status: text("status", { enum: TASK_STATES }).notNull().default("pending"),
    assignedTo: integer("assigned_to").references(() => users.id, { onDelete: "set null" }),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [index("tasks_status").on(table.status), index("tasks_assigned").on(table.assignedTo)],
);

/** How far somebody is with a task. Every task is everybody's; a row appears when somebody begins. */
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
    /** When they entered the circle, epoch ms. */
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
    /** Gone with its file, and the file with its owner. */
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
