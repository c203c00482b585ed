/** Tasks, points and photos for tests. */

import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { post, rows, unique } from "../harness/api.ts";
import { picture } from "../harness/pictures/pictures.ts";
import type { Creation } from "../http/idempotency/creations.ts";

/** A place without any task's geofence. */
export const ocean = { latitude: -48.8767, longitude: -123.3933 };

export const warsaw = { latitude: 52.2297, longitude: 21.0122 };

export const png = picture(100, "image/png");

/** A form with a photo, as clients upload it. */
export function photoForm(fields: Record<string, string> = {}, bytes: Uint8Array = png): FormData {
  const form = new FormData();
  form.append("photo", new File([bytes], `${unique("photo")}.png`, { type: "image/png" }));
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

export interface TaskRow {
  readonly title?: string;
  readonly latitude?: number;
  readonly longitude?: number;
  readonly radius?: number | null;
  readonly status?: string;
  readonly createdAt?: number;
}

/** Inserts a task without a request and returns its id. */
export async function taskRow(facts: TaskRow = {}): Promise<number> {
  const { latitude, longitude } = { ...warsaw, ...facts };
  const [row] = await rows<{ id: number }>(
    `INSERT INTO tasks (title, description, latitude, longitude, radius, status, created_at, updated_at)
     VALUES (?, 'Take a photo.', ?, ?, ?, ?, ?6, ?6) RETURNING id`,
    facts.title ?? unique("Task"),
    latitude,
    longitude,
    facts.radius ?? null,
    facts.status ?? "pending",
    facts.createdAt ?? Date.now(),
  );
  return row?.id ?? 0;
}

/** A valid body for a new task. */
export const newTask = () => ({ title: unique("Task"), description: "Take a photo.", location: warsaw });

/** Reports a location and returns the report's id. */
export async function reportOf({ token }: { readonly token: string }): Promise<number> {
  return (await post("/api/location-reports/", { location: warsaw }, { token })).body.id;
}

/** Has a user's track room store everything in the database now; it does so by itself every few seconds. */
export async function archived({ id }: { readonly id: number }): Promise<void> {
  const name = `user:${id}`;
  expect(await env.USER_ROOMS.getByName(name).flush(name)).toBe(true);
}

/** A place that no other test uses. */
const somewhere = () => ({ latitude: Math.random() * 80, longitude: Math.random() * 170 });

/** Reports at a latitude. The first one of a user is in the database at once, as soon as the room's alarm is heard. */
async function reportsAt(latitude: number | undefined): Promise<number> {
  for (let tries = 0; ; tries++) {
    const found = await rows("SELECT id FROM location_points WHERE latitude = ?", latitude ?? null);
    if (found.length > 0 || tries === 40) return found.length;
    await scheduler.wait(25);
  }
}

const report: Creation = {
  signedIn: true,
  body: () => ({ location: somewhere() }),
  other: () => ({ location: somewhere() }),
  made: (body) => reportsAt((body as { location: { latitude: number } }).location.latitude),
};
const batch: Creation = {
  signedIn: true,
  body: () => ({ points: [somewhere()] }),
  other: () => ({ points: [somewhere()] }),
  made: (body) => reportsAt((body as { points: { latitude: number }[] }).points[0]?.latitude),
};
const task: Creation = {
  signedIn: "staff",
  body: newTask,
  other: (body) => ({ ...body, title: unique("Other") }),
  made: async (body) =>
    (await rows("SELECT id FROM tasks WHERE title = ?", (body as { title: string }).title)).length,
};
const flatTask: Creation = {
  ...task,
  body: () => ({ title: unique("Task"), description: "Take a photo.", ...warsaw }),
};
const photo = (prefix: string): Creation => ({
  signedIn: true,
  path: async () => `${prefix}/tasks/${await taskRow()}/upload_photo/`,
  body: photoForm,
  other: () => photoForm(),
  made: async (body) => {
    const name = ((body as FormData).get("photo") as File).name;
    const photos =
      "SELECT p.id FROM task_photos p JOIN files f ON f.id = p.file_id WHERE f.original_name = ?";
    return (await rows(photos, name)).length;
  },
});

/** Each route that creates something here, for the test of repeated creations. */
export const trackingCreations: Readonly<Record<string, Creation>> = Object.fromEntries(
  ["/api/v1", "/api"].flatMap((prefix) => [
    [`post ${prefix}/location-reports`, report],
    [`post ${prefix}/location-reports/batch`, batch],
    [`post ${prefix}/tasks`, task],
    [`post ${prefix}/tasks/create-task`, flatTask],
    [`post ${prefix}/tasks/:id{\\d+}/upload_photo`, photo(prefix)],
  ]),
);
