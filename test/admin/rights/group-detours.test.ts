/** What a group must not reach by a detour: another's account, people by a search, rows by webhooks, deeds by a job. */
import { type SQLWrapper, sql } from "drizzle-orm";
import { SQLiteSyncDialect } from "drizzle-orm/sqlite-core";
import { expect, test } from "vitest";
import { catalogue } from "../../../src/modules/admin/catalogue.ts";
import { findUser, isAboutPeople, mayOperateSql, powersOf } from "../../../src/modules/identity/index.ts";
import { mayOperate } from "../../../src/platform/http/caller.ts";
import { newPerson, type Person } from "../../authorization/world.ts";
import { call, get, post, rows, unique } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { anOrder, aTariff } from "../orders/towing.ts";
import { asAnyVersion } from "../requests.ts";
import { limitTo, memberWith } from "./groups.ts";

const open = catalogue.filter(({ administrators }) => !administrators);

test("A group does not give a role back by reverting a change or a deletion of an account.", async () => {
  const admin = await newPerson("staff");
  const former = await newPerson("stranger");
  const path = `/api/admin/users/${former.id}/`;
  for (const is_staff of [true, false])
    expect((await call("PATCH", path, { body: { is_staff }, ...asAnyVersion(admin) })).status).toBe(200);
  const member = await memberWith(["audit-log:read", "audit-log:revert", "users:read", "users:edit"]);
  const log = (await get(`/api/admin/audit-log/?subject=user:${former.id}`, member)).body.results;
  const entry = log.find((each: { after: { is_staff?: boolean } }) => each.after?.is_staff === false);
  expect((await post(`/api/admin/audit-log/${entry.id}/actions/revert/`, {}, member)).status).toBe(403);
  expect(await rows("SELECT is_staff FROM users WHERE id = ?", former.id)).toEqual([{ is_staff: 0 }]);
  expect((await post(`/api/admin/audit-log/${entry.id}/actions/revert/`, {}, admin)).status).toBe(200);
});

test("A search tells nothing of people to a group that may not see people.", async () => {
  const client = await newPerson("owner");
  const name = unique("Zaozerskaya");
  await rows("UPDATE users SET last_name = ? WHERE id = ?", name, client.id);
  await anOrder({ client: client.id, tariff: await aTariff() });
  const member = await memberWith(["orders:read"]);
  const found = async () => (await get(`/api/admin/orders/?search=${name}`, member)).body.count;
  const inSummary = async () =>
    (await get(`/api/admin/orders/summary/?search=${name}`, member)).body.totals.rows;
  expect([await found(), await inSummary()]).toEqual([0, 0]);
  await limitTo(member, ["orders:read", "users:read"]);
  expect([await found(), await inSummary()]).toEqual([1, 1]);
});

test("The audit log keeps the notifications that operators do not see from them, and from groups without the right to all.", async () => {
  const [admin, operator, person] = [
    await newPerson("staff"),
    await newPerson("operator"),
    await newPerson("owner"),
  ];
  const [row] = await rows<{ id: number }>(
    `INSERT INTO notifications (user_id, type, title, message, about, ref, created_at)
     VALUES (?, 'GENERAL', 'A chat', 'Meet me at noon', 'chat:1', ?, 1) RETURNING id`,
    person.id,
    unique("ref"),
  );
  expect((await call("DELETE", `/api/admin/notifications/${row?.id}/`, { token: admin.token })).status).toBe(
    204,
  );
  const log = async (who: Person) =>
    (await get(`/api/admin/audit-log/?subject=notification:${row?.id}`, who)).body.count;
  const member = await memberWith(["audit-log:read", "notifications:read"]);
  expect([await log(admin), await log(operator), await log(member)]).toEqual([1, 0, 0]);
  await limitTo(member, ["audit-log:read", "notifications:read", "notifications:private"]);
  expect(await log(member)).toBe(1);
});

test("Each text of a search that reads accounts is marked as being about people.", () => {
  const words = (text: SQLWrapper) => new SQLiteSyncDialect().sqlToQuery(sql`${text}`).sql;
  const unmarked = open
    .filter(({ name }) => name !== "users")
    .flatMap(({ name, search }) =>
      search.filter((text) => /\busers\b/.test(words(text)) && !isAboutPeople(text)).map(() => name),
    );
  expect(unmarked).toEqual([]);
});

test("A group learns through webhooks only what it may read: at new endpoints, changed ones, and in the log.", async () => {
  const admin = await newPerson("staff");
  const path = "/api/admin/webhook-endpoints/";
  const draft = (...types: string[]) => ({ url: "https://hooks.example.com/in", types, is_active: false });
  const own = ["webhook-endpoints", "webhook-deliveries"].flatMap((name) => [
    `${name}:read`,
    `${name}:replay`,
  ]);
  const rights = [...own, "webhook-endpoints:create", "webhook-endpoints:edit", "orders:read"];
  const member = await memberWith(rights);
  expect((await post(path, draft("order.created", "payment.created"), member)).status).toBe(403);
  const mine = await post(path, draft("order.created"), member);
  expect(mine.status).toBe(201);
  const edit = (id: number, body: object) =>
    call("PATCH", `${path}${id}/`, { body, ...asAnyVersion(member) });
  expect((await edit(mine.body.id, { types: ["order.created", "truck.position"] })).status).toBe(403);
  expect((await edit(mine.body.id, { types: ["order.updated"] })).status).toBe(200);
  const other = (await post(path, draft("payment.created"), admin)).body.id;
  expect((await edit(other, { url: "https://thief.example.net/in" })).status).toBe(403);
  for (const type of ["order.created", "payment.created"])
    await rows(
      `INSERT INTO webhook_deliveries (endpoint_id, message_id, type, subject, data, state, created_at)
       VALUES (?, ?, ?, 'order:1', '{}', 'failed', 1)`,
      other,
      unique("msg"),
      type,
    );
  const log = async (who: Person) =>
    (await get(`/api/admin/webhook-deliveries/?endpoint=${other}`, who)).body.results;
  expect((await log(member)).map(({ type }: { type: string }) => type)).toEqual(["order.created"]);
  const hidden = (await log(admin)).find(({ type }: { type: string }) => type === "payment.created");
  expect((await get(`/api/admin/webhook-deliveries/${hidden.id}/`, member)).status).toBe(404);
  expect((await post(`/api/admin/webhook-deliveries/${hidden.id}/actions/replay/`, {}, member)).status).toBe(
    404,
  );
  for (const id of [mine.body.id, other]) await rows("DELETE FROM webhook_endpoints WHERE id = ?", id);
});

test("Another person's job is started again only by those who may do the same themselves.", async () => {
  const admin = await newPerson("staff");
  const id = crypto.randomUUID();
  await rows(
    `INSERT INTO admin_jobs (id, actor_id, resource, action, ids, total, state, failures, created_at, updated_at)
     VALUES (?, ?, 'interests', 'delete', '["0"]', 1, 'stopped', '[]', 1, 1)`,
    id,
    admin.id,
  );
  const jobs = ["jobs:read", "jobs:private", "jobs:retry"];
  const member = await memberWith(jobs);
  const retry = async () => (await post(`/api/admin/jobs/${id}/actions/retry/`, {}, member)).status;
  expect(await retry()).toBe(403);
  await limitTo(member, [...jobs, "interests:read", "interests:delete"]);
  expect(await retry()).toBe(204);
});

test.each(["staff", "operator", "owner"] as const)(
  "Who is told of something in the database is who may read it, for %s with and without groups.",
  async (role) => {
    for (const person of [
      await newPerson(role),
      await memberWith(["orders:read"], role),
      await memberWith(["payments:read"], role),
    ]) {
      const { ctx } = jobContext();
      const user = await findUser(ctx, person.id);
      const told = await ctx.db.all(
        sql`SELECT 1 FROM users WHERE id = ${person.id} AND ${mayOperateSql("orders:read")}`,
      );
      expect(told.length > 0).toBe(user !== null && mayOperate(powersOf(user), "orders:read"));
    }
  },
);
