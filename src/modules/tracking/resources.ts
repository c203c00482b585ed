/** Reports, latest locations, tasks and photos in the console. */

import { eq, sql } from "drizzle-orm";
import { integer, string } from "../../platform/http/input/fields.ts";
import { text } from "../../platform/http/text.ts";
import { idInput, placeInput } from "../../platform/resources/inputs.ts";
import {
  ALL,
  type Change,
  type Consequences,
  field,
  NOTHING,
  READ,
  REMOVE,
  resource,
  type Values,
  type Wanted,
} from "../../platform/resources/resource.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import { z } from "../../platform/zod.ts";
import { dropFiles, fileField } from "../files/index.ts";
import { personWords } from "../identity/index.ts";
import { userOfPoint } from "./points/ids.ts";
import { deleteReport } from "./reports/commands.ts";
import {
  latestLocations,
  latestPlaces,
  locationPoints,
  locationReports,
  taskPhotos,
  taskStates,
  tasks,
} from "./tables.ts";
import { newTaskNotice } from "./tasks/commands.ts";
import { flushTrack } from "./tracks/queries.ts";

const person = text("Person", "Пользователь");
const place = text("Place", "Место");
const taken = text("When", "Когда");
const received = text("Received", "Получено");
const state = text("Status", "Состояние");
const task = text("Task", "Задание");
const title = text("Title", "Название");

/** The most rooms that one list asks. */
const MOST_ASKED = 10;

const reportResource = resource({
  name: "location-reports",
  subject: "location_report",
  label: text("Location reports", "Отметки местоположения"),
  group: "places",
  table: locationReports,
  view: locationPoints,
  key: [locationPoints.id],
  title: "at",
  fields: {
    user: field.reference("users", locationPoints.userId, person),
    place: field.place(locationPoints.latitude, locationPoints.longitude, place),
    at: field.instant(locationPoints.at, taken),
    received_at: field.instant(locationPoints.receivedAt, received),
    accuracy: field.number(locationPoints.accuracy, text("Accuracy", "Точность"), {
      unit: "meter",
      list: false,
    }),
    speed: field.number(locationPoints.speed, text("Speed", "Скорость"), {
      unit: "meter_per_second",
      list: false,
    }),
    heading: field.number(locationPoints.heading, text("Heading", "Курс"), { unit: "degree", list: false }),
    flag: field.choice(locationPoints.flag, text("Flag", "Пометка")),
  },
  search: [],
  filters: ["user", "at", "received_at", "flag"],
  placesOf: "user",
  sort: { field: "at", order: "desc" },
  rights: { operator: NOTHING, staff: REMOVE },
  refresh: refreshReports,
  remove: (ctx, _caller, { id, row }, audit) =>
    deleteReport(ctx, { id: Number(id), userId: Number(row.user) }, [audit("delete", instants(row), null)]),
});

/** Asks the track rooms of the users that a list or a row is about. */
async function refreshReports(ctx: RequestContext, { ids, user }: Wanted): Promise<void> {
  const named = ids
    ? ids.map((id) => userOfPoint(Number(id)))
    : String(user ?? "")
        .split(",")
        .map(Number);
  const userIds = [...new Set(named)].filter((id) => id !== null && Number.isSafeInteger(id) && id > 0);
  await Promise.all(userIds.slice(0, MOST_ASKED).map((userId) => flushTrack(ctx, Number(userId))));
}

const instants = (row: Values) => ({
  ...row,
  at: isoTime(Number(row.at)),
  received_at: isoTime(Number(row.received_at)),
});

const latestResource = resource({
  name: "latest-locations",
  subject: "latest_location",
  label: text("Latest locations", "Последние местоположения"),
  group: "places",
  table: latestLocations,
  view: latestPlaces,
  key: [latestPlaces.userId],
  title: "id",
  fields: {
    user: field.reference("users", latestPlaces.userId, person),
    place: field.place(latestPlaces.latitude, latestPlaces.longitude, place),
    at: field.instant(latestPlaces.at, taken),
    received_at: field.instant(latestPlaces.receivedAt, received),
  },
  search: [personWords(sql`latest_places.user_id`)],
  filters: ["user", "at"],
  placesOf: "user",
  sort: { field: "id", order: "asc" },
  rights: { operator: NOTHING, staff: READ },
});

const taskResource = resource({
  name: "tasks",
  subject: "task",
  label: text("Tasks", "Задания"),
  group: "places",
  table: tasks,
  key: [tasks.id],
  title: "title",
  fields: {
    title: field.text(tasks.title, title, { input: string({ max: 255 }) }),
    description: field.text(tasks.description, text("Description", "Описание"), {
      list: false,
      input: string({ max: 10_000 }),
    }),
    location: field.place(tasks.latitude, tasks.longitude, place, {
      list: false,
      input: placeInput().nullable().optional(),
    }),
    radius: field.integer(tasks.radius, text("Radius", "Радиус"), {
      unit: "meter",
      list: false,
      input: integer({ min: 1, max: 100_000 }).nullable().optional(),
    }),
    status: field.choice(tasks.status, state, { input: z.enum(tasks.status.enumValues).optional() }),
    assigned_to: field.reference("users", tasks.assignedTo, text("Assigned to", "Исполнитель"), {
      input: idInput().nullable().optional(),
    }),
    created_at: field.instant(tasks.createdAt, text("Created", "Создано")),
    updated_at: field.instant(tasks.updatedAt, text("Changed", "Изменено"), { list: false }),
  },
  search: [tasks.title, tasks.description],
  filters: ["status", "assigned_to", "created_at"],
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: ALL },
  tabs: [
    { resource: "task-states", target: "task", label: text("Progress", "Выполнение") },
    { resource: "task-photos", target: "task", label: text("Photos", "Фотографии") },
  ],
  consequences: taskConsequences,
});

/** A new task is announced in the track rooms of recently active users. */
async function taskConsequences(ctx: RequestContext, { before, values }: Change): Promise<Consequences> {
  if (before) return {};
  const { effect, setTaskId } = newTaskNotice(ctx, String(values.title));
  return { effects: [effect], rest: [setTaskId] };
}

const stateResource = resource({
  name: "task-states",
  subject: "task_state",
  label: text("Task progress", "Выполнение заданий"),
  group: "places",
  table: taskStates,
  key: [taskStates.taskId, taskStates.userId],
  title: "status",
  fields: {
    task: field.reference("tasks", taskStates.taskId, task),
    user: field.reference("users", taskStates.userId, person),
    status: field.choice(taskStates.status, state),
    arrived_at: field.instant(taskStates.arrivedAt, text("Arrived", "На месте")),
    updated_at: field.instant(taskStates.updatedAt, text("Changed", "Изменено")),
  },
  search: [],
  filters: ["task", "user", "status"],
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: READ },
});

const photoResource = resource({
  name: "task-photos",
  subject: "task_photo",
  label: text("Task photos", "Фотографии заданий"),
  group: "places",
  table: taskPhotos,
  key: [taskPhotos.id],
  title: "id",
  fields: {
    photo: fileField(text("Photo", "Фото"), {
      purpose: "task_photo",
      id: sql`task_photos.id`,
      owner: "uploaded_by",
      attach: (ctx, id, fileId) => ctx.db.update(taskPhotos).set({ fileId }).where(eq(taskPhotos.id, id)),
      isRequired: true,
    }),
    task: field.reference("tasks", taskPhotos.taskId, task),
    uploaded_by: field.reference("users", taskPhotos.uploadedBy, text("Uploaded by", "Кто загрузил")),
    file: field.reference("files", taskPhotos.fileId, text("File", "Файл")),
    place: field.place(taskPhotos.latitude, taskPhotos.longitude, place),
    uploaded_at: field.instant(taskPhotos.uploadedAt, taken),
  },
  search: [],
  filters: ["task", "uploaded_by", "uploaded_at"],
  placesOf: "uploaded_by",
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: ["read", "edit", "delete"] },
  removal: async (ctx, { id }) => ({ rest: [dropFiles(ctx, "task_photo", [Number(id)])] }),
});

export const trackingResources = [reportResource, latestResource, taskResource, stateResource, photoResource];
