/** Task geofences: a user who enters one is notified once. */
import { beforeAll, describe, expect, test } from "vitest";
import { archivePoints } from "../../src/modules/tracking/points/archive.ts";
import type { FilteredPoint } from "../../src/modules/tracking/points/filter-rules.ts";
import { arrivals, type TaskGeofence } from "../../src/modules/tracking/tasks/geofence.ts";
import { get, type Person, patch, person, post, rows } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";
import { taskRow } from "./fixtures.ts";

const REPORTS = "/api/location-reports/";
/** A place without other tests' tasks. */
const centre = { latitude: 10.5, longitude: -150.25 };
/** Metres to the north, in degrees. */
const north = (metres: number) => ({ ...centre, latitude: centre.latitude + metres / 110_620 });

let ann: Person;
beforeAll(async () => {
  ann = await person();
});

const circle = (radius = 100) =>
  taskRow({ ...centre, radius, title: "Bridge", createdAt: Date.now() - 60_000 });
const at = (who: Person, place: object) => post(REPORTS, { location: place }, { token: who.token });
const arrivedAt = async (who: Person, task: number) => {
  const { body } = await get(`/api/tasks/${task}/`, { token: who.token });
  return body.user_arrived_at;
};
const noticesOf = (who: Person, task: number) =>
  rows(
    "SELECT type, title, message, about FROM notifications WHERE user_id = ? AND ref = ?",
    who.id,
    `task:${task}:arrived`,
  );
const framesOf = (who: Person, task: number) =>
  rows<{ payload: string }>(
    "SELECT payload FROM outbox WHERE kind = 'task_notice' AND address = ? AND payload ->> '$.ref' = ?",
    `user:${who.id}`,
    `task:${task}:arrived`,
  );

test("A user who enters a geofence is recorded and told, in the app and by their socket.", async () => {
  const task = await circle();
  await at(ann, north(101));
  expect(await arrivedAt(ann, task)).toBeNull();
  expect(await noticesOf(ann, task)).toEqual([]);
  const { body } = await at(ann, north(99));
  expect(await arrivedAt(ann, task)).toBe(body.timestamp);
  expect(await noticesOf(ann, task)).toEqual([
    {
      type: "TASK_ARRIVED",
      title: "Bridge",
      message: "Jesteś na miejscu zadania „Bridge”.",
      about: `task:${task}`,
    },
  ]);
  const [frame] = await framesOf(ann, task);
  expect(JSON.parse(frame?.payload ?? "{}")).toMatchObject({
    userId: ann.id,
    kind: "task_arrived",
    body: { task_id: task, title: "Bridge" },
  });
  expect((await get(`/api/tasks/${task}/`, { token: ann.token })).body.user_status).toBe("pending");
});

test("A point whose accuracy is worse than the radius is no arrival.", async () => {
  const bob = await person();
  const task = await circle(100);
  const report = (accuracy: number) => post(REPORTS, { location: centre, accuracy }, { token: bob.token });
  await report(100);
  await report(5000);
  expect(await arrivedAt(bob, task)).toBeNull();
  expect(await noticesOf(bob, task)).toEqual([]);
  const { body } = await report(99);
  expect(await arrivedAt(bob, task)).toBe(body.timestamp);
});

test("Entering again, or staying inside, is not told again.", async () => {
  const bob = await person();
  const task = await circle();
  const { body } = await at(bob, centre);
  await at(bob, north(500));
  await at(bob, centre);
  expect(await arrivedAt(bob, task)).toBe(body.timestamp);
  expect(await noticesOf(bob, task)).toHaveLength(1);
  expect(await framesOf(bob, task)).toHaveLength(1);
});

test("Each user's arrival is recorded separately.", async () => {
  const [bob, eve] = [await person(), await person()];
  const task = await circle();
  await Promise.all([at(bob, centre), at(bob, centre), at(eve, centre)]);
  for (const who of [bob, eve]) {
    expect(await noticesOf(who, task)).toHaveLength(1);
    expect(await framesOf(who, task)).toHaveLength(1);
  }
});

test("Points of a track room count as arrivals.", async () => {
  const bob = await person();
  const task = await circle();
  const point: FilteredPoint = {
    ...centre,
    at: Date.now(),
    accuracy: null,
    speed: null,
    heading: null,
    flag: null,
  };
  const job = jobContext();
  await archivePoints(job.ctx, bob.id, [{ seq: 1, at: point.at, points: [point] }]);
  await job.finished();
  expect(await arrivedAt(bob, task)).toBe(new Date(point.at).toISOString());
  expect(await noticesOf(bob, task)).toHaveLength(1);
});

test("A user who turned notifications off gets none, and the arrival is recorded.", async () => {
  const bob = await person();
  await rows("INSERT INTO notification_settings (user_id, receives) VALUES (?, 0)", bob.id);
  const task = await circle();
  await at(bob, centre);
  expect(await arrivedAt(bob, task)).not.toBeNull();
  expect(await noticesOf(bob, task)).toEqual([]);
});

describe("no arrival is recorded", () => {
  test("No arrival is recorded at a task without a geofence or a completed task.", async () => {
    const bob = await person();
    const tasks = [
      await taskRow(centre),
      await taskRow({ ...centre, radius: 100, status: "completed", createdAt: Date.now() - 60_000 }),
    ];
    await at(bob, centre);
    for (const task of tasks) expect(await noticesOf(bob, task)).toEqual([]);
  });

  test("No arrival is recorded at a task that the user has completed.", async () => {
    const bob = await person();
    const task = await circle();
    await patch(`/api/tasks/${task}/update_status/`, { status: "completed" }, { token: bob.token });
    await at(bob, centre);
    expect(await arrivedAt(bob, task)).toBeNull();
  });

  test("No arrival is recorded for a flagged point.", async () => {
    const bob = await person();
    const task = await circle();
    const points = [north(50_000), centre].map((place, n) => ({
      ...place,
      at: Date.now() - 5000 + n * 1000,
    }));
    const { body } = await post(`${REPORTS}batch/`, { points }, { token: bob.token });
    expect(body[1].flag).toBe("jump");
    expect(await arrivedAt(bob, task)).toBeNull();
  });
});

const task: TaskGeofence = { ...centre, id: 1, title: "Bridge", radius: 100, createdAt: 1000 };
const point = (when: number, metres: number): FilteredPoint => ({
  ...north(metres),
  at: when,
  accuracy: null,
  speed: null,
  heading: null,
  flag: null,
});

test.each<[string, FilteredPoint[], number | null]>([
  ["the first point inside", [point(3000, 0), point(2000, 10), point(1500, 200)], 2000],
  ["no point outside", [point(2000, 101)], null],
  ["no point from before the task's creation", [point(999, 0)], null],
])("The time of an arrival is that of %s.", (_, points, when) => {
  expect(arrivals([task], points).map(({ at: told }) => told)).toEqual(when === null ? [] : [when]);
});
