/** Task notices reach the track rooms of recently active users, each once. */
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { type TaskNotice, taskNotice } from "../../src/modules/tracking/tasks/notices.ts";
import type { Runtime } from "../../src/platform/runtime.ts";
import { type Person, post, rows, staffMember } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";
import { newTask } from "./fixtures.ts";

let staff: Person;
beforeAll(async () => {
  staff = await staffMember();
});
afterEach(() => vi.restoreAllMocks());

const HOUR = 3600_000;
const seen = (name: string, ago: number) =>
  rows("INSERT OR REPLACE INTO rooms (name, seen_at) VALUES (?, ?)", name, Date.now() - ago);

/** A request context whose rooms only record their calls. */
function listening(refuse: (name: string) => boolean = () => false) {
  const told: [string, unknown][] = [];
  const { ctx } = jobContext();
  const room = (name: string) => ({
    async publish(to: string, draft: unknown) {
      if (refuse(name)) throw new Error("gone");
      told.push([to, draft]);
    },
  });
  const runtime = { ...ctx.runtime, room } as unknown as Runtime;
  return { told, ctx: { ...ctx, runtime } };
}

const assigned: TaskNotice = {
  userId: null,
  kind: "task_assigned",
  ref: "task:7",
  body: { task_id: 7, title: "Bridge" },
};

test("A new task is announced only in track rooms that were noted within two days.", async () => {
  await rows("DELETE FROM rooms");
  await Promise.all([
    ...Array.from({ length: 120 }, (_, n) => seen(`user:${n + 1}`, HOUR)),
    seen("user:900", 49 * HOUR),
    seen("event:5", HOUR),
    seen("chat:5", HOUR),
  ]);
  const { told, ctx } = listening();
  await taskNotice.run(ctx, assigned);
  const names = told.map(([name]) => name);
  expect(names.sort()).toEqual(Array.from({ length: 120 }, (_, n) => `user:${n + 1}`).sort());
  const { userId: _, ...draft } = assigned;
  expect(told[0]?.[1]).toEqual(draft);
});

test.each([0, 50])("A new task is announced when %i people have been here lately.", async (count) => {
  await rows("DELETE FROM rooms");
  await Promise.all(Array.from({ length: count }, (_, n) => seen(`user:${n + 1}`, HOUR)));
  const { told, ctx } = listening();
  await taskNotice.run(ctx, assigned);
  expect(told).toHaveLength(count);
});

test("A room that fails does not keep the notice from others, and the notice is tried again.", async () => {
  await rows("DELETE FROM rooms");
  await Promise.all([1, 2, 3].map((n) => seen(`user:${n}`, HOUR)));
  const { told, ctx } = listening((name) => name === "user:2");
  await expect(taskNotice.run(ctx, assigned)).rejects.toThrow("gone");
  expect(told.map(([name]) => name)).toEqual(["user:1", "user:3"]);
});

test("A notice for one user goes to their room only.", async () => {
  const { told, ctx } = listening();
  const body = { task_id: 12, status: "completed" } as const;
  const notice = { ...assigned, userId: 5, kind: "task_status_updated", body } as const;
  await taskNotice.run(ctx, notice);
  expect(told.map(([name]) => name)).toEqual(["user:5"]);
});

test.each(["/api/tasks/", "/api/v1/tasks/create-task/"])(
  "A task created by POST %s is in the outbox with its id.",
  async (path) => {
    const body = { ...newTask(), latitude: 1, longitude: 2 };
    const { id } = (await post(path, body, { token: staff.token })).body;
    const found = await rows<{ payload: string }>(
      "SELECT payload FROM outbox WHERE kind = 'task_notice' AND payload ->> '$.ref' = ?",
      `task:${id}`,
    );
    const payloads = found.map(({ payload }) => JSON.parse(payload));
    expect(payloads).toEqual([
      { userId: null, kind: "task_assigned", ref: `task:${id}`, body: { task_id: id, title: body.title } },
    ]);
    // The keys come in the documented order.
    expect(Object.keys(payloads[0].body)).toEqual(["task_id", "title"]);
  },
);

test("A refused task is not announced.", async () => {
  const count = async () => (await rows("SELECT 1 FROM outbox WHERE kind = 'task_notice'")).length;
  const before = await count();
  await post("/api/tasks/", { ...newTask(), title: "" }, { token: staff.token });
  expect(await count()).toBe(before);
});
