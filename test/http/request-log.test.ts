/** The request log: what is noted, how it is packed and found, and that no secret is in it. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { runtimeOf } from "../../src/env.ts";
import {
  isNoted,
  type LoggedRequest,
  purgeRequestLog,
  RequestLog,
  writeRequests,
} from "../../src/platform/http/request-log.ts";
import { newRequestId, timeOfRequest } from "../../src/platform/ids.ts";
import { newPerson, type Person } from "../authorization/world.ts";
import { get, rows } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";

let staff: Person;
beforeAll(async () => {
  staff = await newPerson("staff");
});

const request = (facts: Partial<LoggedRequest> = {}): LoggedRequest => ({
  id: newRequestId(Date.now()),
  at: Date.now(),
  took: 5,
  method: "GET",
  place: "/api/v1/orders/:uuid",
  status: 200,
  userId: null,
  ...facts,
});

/** Requests while this part of them is noted. */
async function noting(rate: number, work: () => Promise<void>): Promise<void> {
  const settings = runtimeOf(env).settings as { requestLogRate: number };
  const before = settings.requestLogRate;
  settings.requestLogRate = rate;
  await work().finally(() => {
    settings.requestLogRate = before;
  });
}

test("An id of a request is a uuid that says when the request came.", () => {
  const id = newRequestId(1_764_000_000_123);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(timeOfRequest(id)).toBe(1_764_000_000_123);
  expect(timeOfRequest(crypto.randomUUID())).toBe(null);
});

test("Every failed request is noted, of the others the part that is set, and no socket that was opened.", () => {
  const ids = Array.from({ length: 20_000 }, () => newRequestId(1));
  const noted = (rate: number, status = 200) => ids.filter((id) => isNoted({ id, status }, rate)).length;
  expect(noted(0)).toBe(0);
  expect(noted(0, 500)).toBe(ids.length);
  expect(noted(1, 404)).toBe(ids.length);
  expect(noted(1, 101)).toBe(0);
  expect(noted(0.01)).toBeGreaterThan(100);
  expect(noted(0.01)).toBeLessThan(300);
});

test("What an isolate notes within the pause is one row, and a crowd does not wait for its end.", async () => {
  const written: number[] = [];
  const ends: (() => void)[] = [];
  const pause = () => new Promise<void>((resolve) => ends.push(resolve));
  const log = new RequestLog(async (entries) => void written.push(entries.length), pause);
  const first = log.note(request());
  expect(log.note(request())).toBe(undefined);
  expect(log.note(request())).toBe(undefined);
  ends[0]?.();
  await first;
  expect(written).toEqual([3]);
  const all = Array.from({ length: 200 }, () => log.note(request()));
  await all.at(-1);
  expect(written).toEqual([3, 200]);
  ends[1]?.();
  await all[0];
  expect(written).toEqual([3, 200]);
});

test("A row that can't be written is lost without a fault of the request.", async () => {
  const log = new RequestLog(
    () => Promise.reject(new Error("no database")),
    async () => {},
  );
  await expect(log.note(request())).resolves.toBe(undefined);
});

test("Staff find a request by the id that its response names, without its path, query or headers.", async () => {
  const secret = "secret-of-the-query-8271";
  let id = "";
  await noting(1, async () => {
    const answer = await get(`/api/admin/users/${staff.id}/?x=${secret}`, staff);
    id = answer.headers.get("x-request-id") ?? "";
  });
  await expect
    .poll(async () => (await get(`/api/admin/request-log/?request_id=${id}`, staff)).body.count, {
      timeout: 9000,
      interval: 500,
    })
    .toBe(1);
  const [found] = (await get(`/api/admin/request-log/?request_id=${id}`, staff)).body.results;
  expect(found).toMatchObject({
    method: "GET",
    place: "/api/admin/:resource/:id",
    status: 200,
    user: staff.id,
    request_id: id,
  });
  expect((await get(`/api/admin/request-log/${found.id}/`, staff)).body.request_id).toBe(id);
  const stored = JSON.stringify(await rows("SELECT * FROM request_log"));
  expect(stored).not.toContain(secret);
  expect(stored).not.toContain(staff.token);
  const operator = await newPerson("operator");
  expect((await get("/api/admin/request-log/", operator)).status).toBe(403);
});

test("Requests are kept for a day.", async () => {
  const now = Date.now();
  const [old, young] = [request({ at: now - 25 * 3600_000 }), request()];
  await writeRequests(env.DB, [old], now - 25 * 3600_000);
  await writeRequests(env.DB, [young, request({ status: 503 })], now);
  await purgeRequestLog(jobContext().ctx);
  const left = await rows<{ request_id: string }>("SELECT request_id FROM logged_requests");
  expect(left.map(({ request_id }) => request_id)).toContain(young.id);
  expect(left.map(({ request_id }) => request_id)).not.toContain(old.id);
  const failed = await get("/api/admin/request-log/?status_from=500", staff);
  expect(failed.body.results.every(({ status }: { status: number }) => status >= 500)).toBe(true);
});
