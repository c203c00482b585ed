/** What the people who run the server see: the health of rooms and the use of storage. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { measureStorage } from "../../src/modules/admin/index.ts";
import { newPerson, type Person } from "../authorization/world.ts";
import { get, rows } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";
import { connectNative } from "../harness/socket.ts";
import { memberWith } from "./rights/groups.ts";

let staff: Person;
beforeAll(async () => {
  staff = await newPerson("staff");
});

const health = (who: Person, kind = "") => get(`/api/admin/rooms/health/${kind && `?kind=${kind}`}`, who);

test("The health of a room tells its sockets and what its archive has not copied yet, and asking changes nothing.", async () => {
  const socket = await connectNative("/ws/ops/", staff.token);
  await socket.next();
  const { status, body } = await health(staff);
  expect(status).toBe(200);
  const ops = body.rooms.find(({ name }: { name: string }) => name === "ops:all");
  expect(ops.health.sockets).toBeGreaterThanOrEqual(1);
  expect(ops.health).toMatchObject({ waiting: 0, waits_since: null });
  socket.close();
  expect(body.rooms.length).toBeLessThanOrEqual(21);
  const late = body.rooms.map(({ health: each }: { health: { waits_since: string | null } | null }) =>
    each ? (each.waits_since ?? "9") : "",
  );
  expect(late).toEqual([...late].sort());
});

test("Rooms are counted and asked by kind.", async () => {
  await rows("INSERT OR IGNORE INTO rooms (name, seen_at) VALUES ('ticket:health-test', ?)", Date.now());
  const { body } = await health(staff, "ticket");
  expect(body.kinds.find(({ kind }: { kind: string }) => kind === "ticket").rooms).toBeGreaterThan(0);
  const names = body.rooms.map(({ name }: { name: string }) => name);
  expect(names).toContain("ticket:health-test");
  expect(names.filter((name: string) => !name.startsWith("ticket:"))).toEqual([]);
  await rows("DELETE FROM rooms WHERE name = 'ticket:health-test'");
  expect((await health(staff, "nothing")).status).toBe(400);
});

test("The health of rooms and the use of storage are for staff, and for groups with the right to them.", async () => {
  const operator = await newPerson("operator");
  expect((await health(operator)).status).toBe(403);
  expect((await get("/api/admin/storage-use/", operator)).status).toBe(403);
  expect((await health(await memberWith(["storage-use:read"]))).status).toBe(403);
  expect((await health(await memberWith(["rooms:read"]))).status).toBe(200);
  expect((await get("/api/admin/storage-use/", await memberWith(["storage-use:read"]))).status).toBe(200);
});

test("A night measures the database, counted tables and each folder, goes on with a large one the next night, and never counts twice.", async () => {
  const folder = "measured-by-night/";
  for (const name of ["a", "b", "c"]) await env.BUCKET.put(`${folder}${name}`, "12345");
  // The last night stopped after the first object.
  await rows(
    "INSERT INTO storage_use (name, kind, cursor, items_so_far, bytes_so_far) VALUES (?, 'folder', ?, 1, 5)",
    folder,
    `${folder}a`,
  );
  const { ctx } = jobContext();
  await measureStorage(ctx);
  const found = async (name: string) =>
    (await get(`/api/admin/storage-use/${encodeURIComponent(name)}/`, staff)).body;
  expect(await found(folder)).toMatchObject({ kind: "folder", items: 3, bytes: 15, items_so_far: 0 });
  expect((await found("database")).bytes).toBeGreaterThan(10_000);
  await env.BUCKET.delete([`${folder}a`, `${folder}b`]);
  await measureStorage(ctx);
  expect(await found(folder)).toMatchObject({ items: 1, bytes: 5 });
  await env.BUCKET.delete(`${folder}c`);
  await measureStorage(ctx);
  expect(await found(folder)).toMatchObject({ items: 0, bytes: 0 });
  await rows("DELETE FROM storage_use WHERE name = ?", folder);
});
