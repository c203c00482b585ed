/** Many users and many points: the number of statements does not grow with them. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { archivePoints } from "../../src/modules/tracking/points/archive.ts";
import type { FilteredPoint } from "../../src/modules/tracking/points/filter-rules.ts";
import { type Person, person, rows, staffMember, unique } from "../harness/api.ts";
import { charge, counted } from "../harness/counting/counted.ts";
import { jobContext } from "../harness/job-context.ts";

const meter = counted();
const PATH = "/api/location-reports/";
const NOW = Date.now();
const PEOPLE = 200;
const POINTS = 500;

/** Inserts users without passwords. */
async function crowd(count: number): Promise<number[]> {
  const names = Array.from({ length: count }, () => unique("runner"));
  const made = await rows<{ id: number }>(
    `INSERT INTO users (username, username_key, created_at, updated_at) SELECT value, value, 0, 0 FROM json_each(?) RETURNING id`,
    JSON.stringify(names),
  );
  return made.map(({ id }) => id);
}

const point = (runner: number, n: number): FilteredPoint => ({
  latitude: -20 + runner / 1000 + n / 100_000,
  longitude: -100,
  at: NOW - POINTS * 1000 + n * 1000,
  accuracy: null,
  speed: null,
  heading: null,
  flag: null,
});

/** Archives entries of one room, with one point each. */
function run(userId: number, runner: number, count: number) {
  const entries = Array.from({ length: count }, (_, n) => ({
    seq: n + 1,
    at: NOW,
    points: [point(runner, n)],
  }));
  return archivePoints(jobContext().ctx, userId, entries);
}

let runners: number[];
let walker: Person;
let staff: Person;
beforeAll(async () => {
  [walker, staff] = await Promise.all([person(), staffMember()]);
  runners = await crowd(PEOPLE);
  for (const [index, userId] of runners.entries()) await run(userId, index, POINTS);
  await run(walker.id, PEOPLE, 5000);
  // Sessions are cached for a while; the first request reads the session.
  await charge(meter, 200, "GET", `${PATH}my_track/`, walker);
  await charge(meter, 200, "GET", "/api/tasks/", staff);
}, 120_000);

const ask = async (path: string, token = walker.token) => {
  const { bill, response } = await charge(meter, 200, "GET", path, { token });
  return { bill, body: await response.json<Record<string, unknown>[]>() };
};

test("Every point of every user is stored, and each user's last point is the latest location.", async () => {
  const [count] = await rows<{ n: number }>(
    "SELECT count(*) AS n FROM location_points WHERE user_id IN (SELECT value FROM json_each(?))",
    JSON.stringify(runners),
  );
  expect(count?.n).toBe(PEOPLE * POINTS);
  const { body } = await ask(`${PATH}latest/`);
  const last = new Map(body.map(({ user, timestamp }) => [user, timestamp]));
  const end = new Date(point(0, POINTS - 1).at).toISOString();
  expect(runners.map((id) => last.get(id))).toEqual(runners.map(() => end));
});

test("Listing all latest locations takes one statement.", async () => {
  const { bill, body } = await ask(`${PATH}latest/`);
  expect(body.length).toBeGreaterThanOrEqual(PEOPLE);
  expect(bill).toMatchObject({ roundTrips: 1, queueSends: [] });
  expect(bill.statements).toHaveLength(1);
});

test("A search near a place takes one statement, which uses the index of cells.", async () => {
  const { bill, body } = await ask(`${PATH}latest/?near=-19.9,-100&radius=600`);
  expect(body.length).toBeGreaterThan(0);
  expect(body.length).toBeLessThan(20);
  expect(bill.statements).toHaveLength(1);
  const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${bill.statements[0]}`)
    .bind(-20, -19, "[]", 1, 1)
    .all();
  expect(JSON.stringify(plan.results)).toContain("latest_locations_cell");
});

test("A track of five thousand points takes three statements in one round trip.", async () => {
  const { bill, body } = await ask(`${PATH}my_track/`);
  expect(body).toMatchObject({ total_points: 5000 });
  expect(bill.statements).toHaveLength(3);
  expect(bill.roundTrips).toBe(1);
});

test("A report takes one statement, to look for a task's geofence, and one call to its room.", async () => {
  const body = { location: { latitude: -20, longitude: -100 } };
  const { bill } = await charge(meter, 201, "POST", PATH, { token: walker.token, body });
  expect(bill.statements).toHaveLength(1);
  expect(bill.objectCalls).toEqual(["USER_ROOMS.submit"]);
});

test("A late batch of a hundred points takes as much as one report.", async () => {
  const points = Array.from({ length: 100 }, (_, n) => ({ ...point(PEOPLE, 5000), at: NOW + n * 100 }));
  const { bill } = await charge(meter, 201, "POST", `${PATH}batch/`, {
    token: walker.token,
    body: { points },
  });
  expect(bill.statements).toHaveLength(1);
});

test("A list of tasks takes two statements, whatever its length.", async () => {
  const { bill } = await ask("/api/tasks/", staff.token);
  for (let n = 0; n < 30; n++)
    await rows(
      "INSERT INTO tasks (title, description, status, created_at, updated_at) VALUES ('t', 'd', 'pending', 1, 1)",
    );
  await rows(
    `INSERT INTO files (owner_id, purpose, subject_id, key, original_name, content_type, status, created_at)
     SELECT ?1, 'task_photo', id, 'shared/tasks/load-' || id, 'a.png', 'image/png', 'finished', 1 FROM tasks`,
    staff.id,
  );
  await rows(
    `INSERT INTO task_photos (id, task_id, file_id, uploaded_by, uploaded_at)
     SELECT 1000000 + t.id, t.id, f.id, ?1, 1 FROM tasks t JOIN files f ON f.key = 'shared/tasks/load-' || t.id`,
    staff.id,
  );
  const { bill: more, body } = await ask("/api/tasks/", staff.token);
  expect(body.length).toBeGreaterThanOrEqual(30);
  expect(more.statements.length).toBeLessThanOrEqual(2);
  expect(bill.statements.length).toBeLessThanOrEqual(2);
});
