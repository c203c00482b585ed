/** Long exports: written by a job in slices, joined into one file, for the person who started it. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { jobSliceRun, purgeJobs } from "../../../src/modules/admin/index.ts";
import { newPerson, type Person } from "../../authorization/world.ts";
import { get, post, rows, send, unique } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { deliver } from "../../outbox/rows.ts";

let staff: Person;
beforeAll(async () => {
  staff = await newPerson("staff");
});

const as = (who: Person) => ({ token: who.token, headers: { "accept-language": "en" } });
const begin = (search: string, who: Person = staff) =>
  post("/api/admin/interests/export/", { filter: { search } }, as(who));
const jobOf = async (job: string) => (await get(`/api/admin/jobs/${job}/`, as(staff))).body;
const address = (job: string, who: Person = staff) =>
  post(`/api/admin/jobs/${job}/actions/download/`, undefined, as(who));
const objectsOf = async (job: string) =>
  (await env.BUCKET.list({ prefix: `private/exports/${job}` })).objects.map(({ key }) => key);

async function interests(count: number): Promise<string> {
  const word = unique("Увлечение");
  await rows(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
     INSERT INTO interests (name) SELECT '${word} ' || i FROM n`,
  );
  return word;
}

/** Runs the next slice, as the queue would; false when there is none. */
async function slice(job: string): Promise<boolean> {
  const [next] = await rows<{ id: string }>(
    "SELECT id FROM outbox WHERE address = ? AND status = 'pending'",
    `job:${job}`,
  );
  if (next) await deliver([next.id]);
  return next !== undefined;
}
async function workOff(job: string) {
  while (await slice(job));
}

/** The file as the person who started the export reads it. */
async function fileOf(job: string): Promise<string> {
  const { body } = await address(job);
  return (await send(new Request(body.url))).text();
}

test("A long export equals the direct export, and its parts are deleted.", async () => {
  const word = await interests(4100);
  const { status, body } = await begin(word);
  expect([status, body]).toEqual([201, { job: expect.any(String), total: 4100 }]);
  await workOff(body.job);
  expect(await jobOf(body.job)).toMatchObject({ action: "export", state: "done", total: 4100, done: 4100 });
  expect(await objectsOf(body.job)).toEqual([`private/exports/${body.job}.csv`]);
  const path = `/api/admin/interests/export.csv?search=${encodeURIComponent(word)}`;
  const streamed = await get(path, as(staff));
  expect(await fileOf(body.job)).toBe(streamed.body);
  expect(streamed.body.trimEnd().split("\r\n")).toHaveLength(4101);
});

test("A long export reports its progress after each slice.", async () => {
  const { body } = await begin(await interests(2500));
  await slice(body.job);
  expect(await jobOf(body.job)).toMatchObject({ state: "running", total: 2500, done: 2000 });
  expect((await address(body.job)).status).toBe(409);
  await slice(body.job);
  expect(await jobOf(body.job)).toMatchObject({ state: "done", total: 2500, done: 2500 });
});

test("A long export has an audit row from its start.", async () => {
  const word = unique("nothing");
  await begin(word);
  const log = await rows<{ actor_id: number }>(
    "SELECT actor_id FROM audit_log WHERE action = 'interest.export' AND after ->> 'search' = ?",
    word,
  );
  expect(log).toEqual([{ actor_id: staff.id }]);
});

test("An empty export has the header line.", async () => {
  const { body } = await begin(unique("nothing"));
  await workOff(body.job);
  expect(await fileOf(body.job)).toMatch(/^id,name[^\r\n]*\r\n$/);
});

test.each([2000, 4000])("An export of exactly %d rows has each of them once.", async (count) => {
  const { body } = await begin(await interests(count));
  await workOff(body.job);
  const lines = (await fileOf(body.job)).trimEnd().split("\r\n");
  expect([lines.length, new Set(lines).size]).toEqual([count + 1, count + 1]);
});

test("An export has each row once although slices run twice and concurrently.", async () => {
  const { body } = await begin(await interests(4100));
  const { ctx } = jobContext();
  for (let round = 0; round < 4; round++)
    await Promise.allSettled([
      jobSliceRun.run(ctx, { id: body.job }),
      jobSliceRun.run(ctx, { id: body.job }),
    ]);
  const lines = (await fileOf(body.job)).trimEnd().split("\r\n");
  expect([lines.length, new Set(lines).size]).toEqual([4101, 4101]);
});

test("An export stops when the person who started it loses the right, and leaves no object.", async () => {
  const gone = await newPerson("staff");
  const { body } = await begin(await interests(2500), gone);
  await slice(body.job);
  await rows("UPDATE users SET is_staff = 0 WHERE id = ?", gone.id);
  await workOff(body.job);
  expect((await jobOf(body.job)).state).toBe("stopped");
  expect(await objectsOf(body.job)).toEqual([]);
  expect((await address(body.job)).status).toBe(403);
});

describe("the file's address", () => {
  test("The file's signed address is for the person who started the export, and opens as a download.", async () => {
    const { body } = await begin(await interests(3));
    await workOff(body.job);
    expect((await address(body.job, await newPerson("staff"))).status).toBe(403);
    expect((await address(body.job, await newPerson("operator"))).status).toBe(404);
    const { url } = (await address(body.job)).body;
    expect((await send(new Request(url.split("?")[0]))).status).toBe(403);
    const answer = await send(new Request(url));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="interests.csv"');
    expect(answer.headers.get("cache-control")).toMatch(/^private/);
    await answer.text();
  });

  test("A job of another kind has no file.", async () => {
    const word = await interests(30);
    const { body } = await post(
      "/api/admin/interests/bulk/",
      { action: "delete", filter: { search: word } },
      as(staff),
    );
    expect(await address(body.job)).toMatchObject({
      status: 409,
      body: { detail: "The file does not exist or is not ready yet." },
    });
  });
});

test("An export's file is deleted with its job after thirty days.", async () => {
  const { body } = await begin(await interests(3));
  await workOff(body.job);
  const later = (days: number) => jobContext({ now: () => Date.now() + days * 24 * 3600_000 }).ctx;
  await purgeJobs(later(29));
  expect(await objectsOf(body.job)).toHaveLength(1);
  await purgeJobs(later(31));
  expect(await objectsOf(body.job)).toEqual([]);
  expect((await get(`/api/admin/jobs/${body.job}/`, as(staff))).status).toBe(404);
});

test("An export with an unknown filter is refused, and no job starts.", async () => {
  const before = await rows("SELECT count(*) AS n FROM admin_jobs");
  const answer = await post("/api/admin/interests/export/", { filter: { colour: "red" } }, as(staff));
  expect(answer).toMatchObject({ status: 400, body: { colour: ["There is no such filter."] } });
  expect(await rows("SELECT count(*) AS n FROM admin_jobs")).toEqual(before);
});
