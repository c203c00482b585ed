/** Wire shapes of tasks, and the Polish texts of Eurorace's contract. */

import type { Place } from "../../../platform/geo.ts";
import { Refusal } from "../../../platform/http/errors.ts";
import { integer, string } from "../../../platform/http/input/fields.ts";
import { literal } from "../../../platform/http/text.ts";
import { isoTime } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import { Location, toPlace } from "../reports/schemas.ts";
import { TASK_STATES } from "../tables.ts";
import type { TaskFacts } from "./commands.ts";
import type { Task, TaskPhoto, TaskState } from "./queries.ts";

export const texts = {
  staffCreates: literal("Tylko administratorzy mogą tworzyć zadania."),
  staffOnly: literal("Brak uprawnień administratora."),
  noTask: literal("No Task matches the given query."),
};

/** Refusals of these routes have the key `error`. */
const refuseWith = (error: string) => new Refusal(400, { raw: { error } });
const BAD_PLACE = "Nieprawidłowy format współrzędnych";
const NO_PLACE = "Nie podano współrzędnych (latitude, longitude)";
const NEEDED = "Wymagane są pola: title, description";
const BAD_STATUS = `Nieprawidłowa wartość statusu. Musi być jedna z: ${TASK_STATES.join(", ")}`;
const NO_PHOTO = "Nie dostarczono zdjęcia";

const LABELS: Record<TaskState, string> = {
  pending: "Oczekujące",
  in_progress: "W trakcie",
  completed: "Ukończone",
};

const radius = integer({ min: 1, max: 100_000 })
  .nullable()
  .optional()
  .openapi({ type: ["integer", "null"], description: "Radius of the geofence around the place, metres." });

export const NewTask = z
  .object({
    title: string({ max: 255 }),
    description: string({ max: 10_000 }),
    location: Location,
    status: z.enum(TASK_STATES).optional(),
    radius,
  })
  .openapi("NewTask");
export const TaskChange = NewTask.partial().openapi("TaskChange");

export function toTaskFacts(body: z.output<typeof NewTask>): TaskFacts {
  const { title, description, location, status = "pending", radius = null } = body;
  return { title, description, ...toPlace(location), status, radius };
}

export function toTaskChange({ location, ...facts }: z.output<typeof TaskChange>): Partial<TaskFacts> {
  const given = Object.entries(facts).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), ...(location ? toPlace(location) : {}) };
}

/** The flat form of a new task. Its faults have texts of their own, so `readFlatTask` checks it. */
export const FlatTask = z
  .object({
    title: z.unknown().openapi({ type: "string" }),
    description: z.unknown().openapi({ type: "string" }),
    latitude: z.unknown().openapi({ type: "number" }),
    longitude: z.unknown().openapi({ type: "number" }),
    radius,
  })
  .partial()
  .openapi("FlatTask");

const flatTexts = z.object({ title: string({ max: 255 }), description: string({ max: 10_000 }) });

/** Reads a flat task. `parse` checks title and description. */
export function readFlatTask(
  body: z.output<typeof FlatTask>,
  parse: (schema: typeof flatTexts, input: unknown) => z.output<typeof flatTexts>,
): TaskFacts {
  if (isBlank(body.title) || isBlank(body.description)) throw refuseWith(NEEDED);
  if (isBlank(body.latitude) || isBlank(body.longitude)) throw refuseWith(NO_PLACE);
  const place = readPlace(body.latitude, body.longitude);
  if (!place) throw refuseWith(NO_PLACE);
  return { ...parse(flatTexts, body), ...place, radius: body.radius ?? null, status: "pending" };
}

const isBlank = (value: unknown) =>
  value === undefined || value === null || (typeof value === "string" && value.trim() === "");

/** Reads a place from two flat fields, numbers or text; null when both are empty. */
export function readPlace(latitude: unknown, longitude: unknown): Place | null {
  if (isBlank(latitude) && isBlank(longitude)) return null;
  const place = { latitude: readNumber(latitude), longitude: readNumber(longitude) };
  // NaN fails these comparisons, so a value that is no number is refused too.
  if (!(Math.abs(place.latitude) <= 90 && Math.abs(place.longitude) <= 180)) throw refuseWith(BAD_PLACE);
  return place;
}

function readNumber(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
}

export const StatusChange = z
  .object({ status: z.unknown().openapi({ type: "string", enum: [...TASK_STATES] }) })
  .partial()
  .openapi("TaskStatusChange");

export function readStatus(value: unknown): TaskState {
  const state = TASK_STATES.find((known) => known === value);
  if (!state) throw refuseWith(BAD_STATUS);
  return state;
}

export const PhotoForm = z
  .object({
    photo: z.unknown().openapi({ type: "string", format: "binary" }),
    latitude: z.unknown().openapi({ type: "number" }),
    longitude: z.unknown().openapi({ type: "number" }),
  })
  .partial()
  .openapi("TaskPhotoForm");

export function readPhoto(value: unknown): File {
  if (!(value instanceof File)) throw refuseWith(NO_PHOTO);
  return value;
}

const PlaceWire = z.object({ latitude: z.number(), longitude: z.number() });
export const PhotoWire = z
  .object({
    id: z.number().int(),
    url: z.string().nullable(),
    uploaded_at: z.string(),
    location: PlaceWire.nullable(),
  })
  .openapi("TaskPhoto");
export const TaskWire = z
  .object({
    id: z.number().int(),
    title: z.string(),
    description: z.string(),
    location: PlaceWire.nullable(),
    radius: z.number().int().nullable(),
    status: z.enum(TASK_STATES),
    status_display: z.string(),
    user_status: z.enum(TASK_STATES),
    user_arrived_at: z.string().nullable(),
    assigned_to: z.string().nullable(),
    created_at: z.string(),
    updated_at: z.string(),
    photos: z.array(PhotoWire),
  })
  .openapi("Task");

function placeWire({ latitude, longitude }: { latitude: number | null; longitude: number | null }) {
  return latitude === null || longitude === null ? null : { latitude, longitude };
}

export function toPhotoWire(photo: TaskPhoto, urls: ReadonlyMap<number, string>): z.input<typeof PhotoWire> {
  const { id, uploadedAt } = photo;
  return {
    id,
    url: urls.get(id) ?? null,
    uploaded_at: isoTime(uploadedAt),
    location: placeWire(photo),
  };
}

export function toTaskWire(task: Task, urls: ReadonlyMap<number, string>): z.input<typeof TaskWire> {
  const { id, title, description, radius, status } = task;
  return {
    id,
    title,
    description,
    location: placeWire(task),
    radius,
    status,
    status_display: LABELS[status],
    user_status: task.userStatus,
    user_arrived_at: task.arrivedAt === null ? null : isoTime(task.arrivedAt),
    assigned_to: task.assignedTo,
    created_at: isoTime(task.createdAt),
    updated_at: isoTime(task.updatedAt),
    photos: task.photos.map((photo) => toPhotoWire(photo, urls)),
  };
}
