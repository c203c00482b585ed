/** Bulk operations: dry runs, rows handled one by one, background jobs; sending failed mails again. */
import { beforeAll, describe, expect, test } from "vitest";
import { purgeJobs } from "../../../src/modules/admin/index.ts";
import { newPerson, type Person } from "../../authorization/world.ts";
import { get, post, rows, unique } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { deliver } from "../../outbox/rows.ts";

let operator: Person;
let staff: Person;
beforeAll(async () => {
  operator = await newPerson("operator");
  staff = await newPerson("staff");
});

const as = (who: Person) => ({ token: who.token, headers: { "accept-language": "en" } });
const bulk = (resource: string, body: object, who: Person = staff) =>
  post(`/api/admin/${resource}/bulk/`, body, as(who));

/** Makes interests whose names begin with one word. */
async function interests(count: number): Promise<{ word: string; ids: number[] }> {
  const word = unique("Увлечение");
  const made = await rows<{ id: number }>(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
     INSERT INTO interests (name) SELECT '${word} ' || i FROM n RETURNING id`,
  );
  return { word, ids: made.map(({ id }) => id) };
}
const left = async (word: string) =>
  (await rows("SELECT id FROM interests WHERE instr(name, ?) > 0", word)).length;

/** Runs every slice of a job, as the queue would. */
async function workOff(job: string) {
  for (;;) {
    const [next] = await rows<{ id: string }>(
      "SELECT id FROM outbox WHERE address = ? AND status = 'pending'",
      `job:${job}`,
    );
    if (!next) return;
    await deliver([next.id]);
  }
}

describe("a dry run", () => {
  test("A dry run counts and changes nothing.", async () => {
    const { word } = await interests(3);
    const answer = await bulk("interests", { action: "delete", filter: { search: word }, dry_run: true });
    expect(answer).toMatchObject({ status: 200, body: { count: 3, dry_run: true } });
    expect(await left(word)).toBe(3);
  });
});

test("A few rows are handled at once, each with its audit row.", async () => {
  const { word, ids } = await interests(3);
  const answer = await bulk("interests", { action: "delete", ids: [...ids.slice(0, 2), 999_999_999] });
  expect(answer.body).toEqual({ count: 2, done: 2, failed: [] });
  expect(await left(word)).toBe(1);
  const log = await rows(
    "SELECT * FROM audit_log WHERE action = 'interest.delete' AND subject = ?",
    `interest:${ids[0]}`,
  );
  expect(log).toHaveLength(1);
});

test("A failed row is reported, and the others are handled.", async () => {
  const made = await Promise.all([newPerson("owner"), newPerson("owner")]);
  const ids = [...made.map(({ id }) => id), staff.id];
  const { body } = await bulk("users", { action: "change", values: { is_active: false }, ids });
  expect(body).toEqual({
    count: 3,
    done: 2,
    failed: [{ id: String(staff.id), detail: { non_field_errors: ["You can't remove your own rights."] } }],
  });
  expect(await rows(`SELECT DISTINCT is_active FROM users WHERE id IN (${ids.slice(0, 2)})`)).toEqual([
    { is_active: 0 },
  ]);
});

describe("many", () => {
  test("Many rows become a job, which runs slice by slice and reports its progress.", async () => {
    const { word } = await interests(60);
    const { body } = await bulk("interests", { action: "delete", filter: { search: word } });
    expect(body).toEqual({ count: 60, job: expect.any(String) });
    await workOff(body.job);
    expect(await left(word)).toBe(0);
    const job = await get(`/api/admin/jobs/${body.job}/`, as(staff));
    expect(job.body).toMatchObject({ state: "done", total: 60, done: 60, failed: 0, actor: staff.id });
    expect((await get(`/api/admin/jobs/${body.job}/`, as(operator))).status).toBe(404);
  });

  test("A job stops when the person who started it loses the right.", async () => {
    const gone = await newPerson("staff");
    const { word } = await interests(60);
    const { body } = await bulk("interests", { action: "delete", filter: { search: word } }, gone);
    await rows("UPDATE users SET is_staff = 0 WHERE id = ?", gone.id);
    await workOff(body.job);
    const [job] = await rows("SELECT state, done FROM admin_jobs WHERE id = ?", body.job);
    expect(job?.state).toBe("stopped");
    expect(await left(word)).toBe(60 - Number(job?.done));
  });

  test("A job handles the rows selected at its start and none made later.", async () => {
    const { word } = await interests(30);
    const { body } = await bulk("interests", { action: "delete", filter: { search: word } });
    await rows("INSERT INTO interests (name) VALUES (?)", `${word} later`);
    await workOff(body.job);
    expect(await left(word)).toBe(1);
  });
});

describe("A job that does not come to its end", () => {
  const path = (job: string) => `/api/admin/jobs/${job}/`;
  const act = (job: string, action: string, who = staff) =>
    post(`${path(job)}actions/${action}/`, {}, as(who));

  test("A job without a step for ten minutes is marked as stuck, and goes on once when it is started again twice.", async () => {
    const { word } = await interests(60);
    const { body } = await bulk("interests", { action: "delete", filter: { search: word } });
    const { job } = body;
    await rows("UPDATE outbox SET status = 'dead' WHERE kind = 'admin_job' AND payload ->> 'id' = ?", job);
    const running = (await get(path(job), as(staff))).body;
    expect(running).toMatchObject({ is_stuck: false, state: "running" });
    expect(running.actions).toEqual(["stop"]);
    expect((await act(job, "retry")).status).toBe(409);
    await rows("UPDATE admin_jobs SET updated_at = updated_at - 601000 WHERE id = ?", job);
    const stuck = (await get(path(job), as(staff))).body;
    expect(stuck).toMatchObject({ is_stuck: true, actions: ["retry", "stop"] });
    expect((await get(`/api/admin/jobs/?is_stuck=true&per_page=100`, as(staff))).body.results).toContainEqual(
      expect.objectContaining({ id: job }),
    );
    const both = await Promise.all([act(job, "retry"), act(job, "retry")]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, 409]);
    await workOff(job);
    expect((await get(path(job), as(staff))).body).toMatchObject({ state: "done", done: 60, failed: 0 });
    expect(await left(word)).toBe(0);
    expect((await act(job, "retry")).status).toBe(409);
  });

  test("A stopped job does nothing more until it is started again.", async () => {
    const { word } = await interests(60);
    const { body } = await bulk("interests", { action: "delete", filter: { search: word } });
    expect((await act(body.job, "stop")).status).toBe(204);
    await workOff(body.job);
    expect(await left(word)).toBe(60);
    expect((await act(body.job, "stop")).status).toBe(409);
    expect((await act(body.job, "retry", operator)).status).toBe(404);
    expect((await act(body.job, "retry")).status).toBe(204);
    await workOff(body.job);
    expect(await left(word)).toBe(0);
  });
});

test("Jobs are kept for thirty days.", async () => {
  const { word } = await interests(30);
  const { body } = await bulk("interests", { action: "delete", filter: { search: word } });
  await workOff(body.job);
  const later = (days: number) => jobContext({ now: () => Date.now() + days * 24 * 3600_000 });
  await purgeJobs(later(29).ctx);
  expect((await get(`/api/admin/jobs/${body.job}/`, as(staff))).status).toBe(200);
  await purgeJobs(later(31).ctx);
  expect((await get(`/api/admin/jobs/${body.job}/`, as(staff))).status).toBe(404);
});

test.each<[object, number]>([
  [{ user: 0 }, 0],
  [{ user: "0" }, 0],
  [{ user: [0, 1] }, 0],
  [{ ids: [] }, 0],
])("The filter %j selects the same rows as in a list.", async (filter, count) => {
  const answer = await bulk("codes", {
    action: "delete",
    filter: { ...filter, search: "nobody has this address" },
    dry_run: true,
  });
  expect(answer.body).toEqual({ count, dry_run: true });
});

describe("a refusal", () => {
  test.each<[string, string, object, number]>([
    ["an action that there is not", "interests", { action: "explode", ids: [1] }, 400],
    ["an action that is for one only", "users", { action: "temporary_password", ids: [1] }, 400],
    ["neither ids nor a filter", "interests", { action: "delete" }, 400],
    ["a filter that is none", "interests", { action: "delete", filter: { colour: "red" } }, 400],
    ["deleting what can't be deleted", "audit-log", { action: "delete", filter: {} }, 403],
    ["changing what can't be changed", "audit-log", { action: "change", values: {}, filter: {} }, 403],
  ])("The bulk request of %s is refused, and nothing happens.", async (_, resource, body, status) => {
    const before = await rows(
      "SELECT (SELECT count(*) FROM interests) + (SELECT count(*) FROM audit_log) AS n",
    );
    expect((await bulk(resource, body)).status).toBe(status);
    const after = await rows(
      "SELECT (SELECT count(*) FROM interests) + (SELECT count(*) FROM audit_log) AS n",
    );
    expect(after).toEqual(before);
  });

  test("An operator without the right is refused.", async () => {
    const who = await newPerson("owner");
    const body = { action: "end_sessions", ids: [who.id] };
    expect((await bulk("users", body, operator)).status).toBe(403);
    expect((await bulk("users", { action: "delete", ids: [who.id] }, operator)).status).toBe(403);
    expect(await rows("SELECT id FROM sessions WHERE user_id = ?", who.id)).toHaveLength(1);
  });
});

describe("the outbox", () => {
  async function letter(status: "dead" | "sent" | "pending"): Promise<string> {
    const id = crypto.randomUUID();
    await rows(
      `INSERT INTO outbox (id, kind, address, payload, status, attempts, next_attempt_at, last_error, created_at)
       VALUES (?, 'object', ?, '{}', ?, 8, 9999999999999, 'no luck', 1)`,
      id,
      `nothing/${id}`,
      status,
    );
    return id;
  }
  const stateOf = (id: string) => rows("SELECT status, attempts FROM outbox WHERE id = ?", id);

  test("An operator can send a failed mail again, with an audit row.", async () => {
    const id = await letter("dead");
    const answer = await post(`/api/admin/outbox/${id}/actions/resend/`, undefined, as(operator));
    expect(answer.status).toBe(204);
    const [log] = await rows("SELECT * FROM audit_log WHERE subject = ?", `outbox:${id}`);
    expect(log).toMatchObject({ action: "outbox.resend", actor_id: operator.id });
    await deliver([id]);
    expect((await stateOf(id))[0]).toMatchObject({ status: "sent" });
  });

  test.each(["sent", "pending"] as const)("A mail that is %s can't be sent again.", async (status) => {
    const id = await letter(status);
    expect((await post(`/api/admin/outbox/${id}/actions/resend/`, undefined, as(staff))).status).toBe(409);
    expect(await stateOf(id)).toEqual([{ status, attempts: 8 }]);
    expect(await rows("SELECT id FROM audit_log WHERE subject = ?", `outbox:${id}`)).toEqual([]);
  });

  test("Many mails can be sent again, and those that had not failed are reported.", async () => {
    const ids = [await letter("dead"), await letter("dead"), await letter("sent")];
    const { body } = await bulk("outbox", { action: "resend", ids }, operator);
    expect(body).toMatchObject({ count: 3, done: 2, failed: [{ id: ids[2] }] });
  });

  test("Staff can delete failed mails and no others.", async () => {
    const [dead, sent] = [await letter("dead"), await letter("sent")];
    const { body } = await bulk("outbox", { action: "delete", ids: [dead, sent] });
    expect(body).toMatchObject({
      done: 1,
      failed: [{ id: sent, detail: "This record can't be deleted in its current state." }],
    });
    expect(await stateOf(dead)).toEqual([]);
  });

  test("The outbox can be filtered by failed mails.", async () => {
    const id = await letter("dead");
    const { body } = await get(`/api/admin/outbox/?status=dead&search=${id}`, as(operator));
    expect(body.results).toEqual([
      expect.objectContaining({ id, last_error: "no luck", attempts: 8, kind: "object" }),
    ]);
  });
});
