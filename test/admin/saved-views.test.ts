/** Saved views of lists: who sees, changes and deletes them, and what they may hold. */
import { beforeAll, describe, expect, test } from "vitest";
import { catalogue } from "../../src/modules/admin/catalogue.ts";
import { newPerson, type Person } from "../authorization/world.ts";
import { del, get, patch, post, rows, unique } from "../harness/api.ts";

let one: Person;
let other: Person;
let admin: Person;
const VIEWS = "/api/admin/saved-views/";
const as = (who: Person, version?: string) => ({
  token: who.token,
  headers: { "accept-language": "en", ...(version ? { "if-match": version } : {}) },
});
const QUERY = {
  filter: { status: "PENDING", search: "8 999" },
  sort: { field: "created_at", order: "asc" },
  columns: ["status", "pickup_address"],
};
const view = (facts: object = {}) => ({ name: unique("View"), resource: "orders", query: QUERY, ...facts });
const save = async (who: Person, facts: object = {}) => {
  const made = await post(VIEWS, view(facts), as(who));
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body;
};
const seen = async (who: Person, resource = "orders"): Promise<number[]> => {
  const { body } = await get(`${VIEWS}?resource=${resource}&per_page=100&sort=id&order=desc`, as(who));
  return body.results.map(({ id }: { id: number }) => id);
};

beforeAll(async () => {
  [one, other, admin] = [await newPerson("operator"), await newPerson("operator"), await newPerson("staff")];
});

test("A shared view is seen by everybody who may see its list, a private one by its author only.", async () => {
  const [shared, own] = [await save(one, { is_shared: true }), await save(one)];
  expect(shared).toMatchObject({ author: one.id, is_shared: true, query: QUERY });
  expect(await seen(one)).toEqual(expect.arrayContaining([shared.id, own.id]));
  for (const who of [other, admin]) {
    expect(await seen(who)).toContain(shared.id);
    expect(await seen(who)).not.toContain(own.id);
    expect((await get(`${VIEWS}${own.id}/`, as(who))).status).toBe(404);
  }
  const hidden = await save(admin, { resource: "codes", query: {}, is_shared: true });
  expect(await seen(admin, "codes")).toContain(hidden.id);
  expect(await seen(one, "codes")).not.toContain(hidden.id);
  expect((await get(`${VIEWS}${hidden.id}/`, as(one))).status).toBe(404);
});

test("Only its author and administrators change and delete a shared view.", async () => {
  const { id, version } = await save(one, { is_shared: true });
  const path = `${VIEWS}${id}/`;
  expect((await patch(path, { name: "Mine" }, as(other, version))).status).toBe(403);
  expect((await del(path, undefined, as(other))).status).toBe(403);
  const bulk = { action: "delete", ids: [id] };
  const refused = await post(`${VIEWS}bulk/`, bulk, as(other));
  expect(refused.body.failed).toHaveLength(1);
  expect(await seen(one)).toContain(id);
  const renamed = await patch(path, { name: unique("Renamed") }, as(one, version));
  expect(renamed.status).toBe(200);
  expect((await patch(path, { is_shared: false }, as(one, version))).status).toBe(412);
  expect((await patch(path, { name: unique("By staff") }, as(admin, renamed.body.version))).status).toBe(200);
  expect((await del(path, undefined, as(admin))).status).toBe(204);
  expect((await del(path, undefined, as(admin))).status).toBe(404);
  expect(await seen(one)).not.toContain(id);
});

describe("a view", () => {
  test.each<[string, object, string]>([
    ["of a list that does not exist", { resource: "nothing" }, "resource"],
    ["of a list that its author may not see", { resource: "codes", query: {} }, "resource"],
    ["with a filter that the list has not", { query: { filter: { colour: "red" } } }, "query"],
    ["with a column that the list has not", { query: { columns: ["start_code"] } }, "query"],
    ["with an order that the list has not", { query: { sort: { field: "x", order: "asc" } } }, "query"],
    ["that is too long", { query: { filter: { search: "x".repeat(9000) } } }, "query"],
    ["with a filter that is no value", { query: { filter: { status: { a: 1 } } } }, "query"],
    ["without a name", { name: "" }, "name"],
    ["with an author of its own", { author: 1 }, "author"],
  ])("A view %s is refused, and nothing is stored.", async (_, facts, field) => {
    const before = await seen(one);
    const answer = await post(VIEWS, view(facts), as(one));
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.body)).toContain(field);
    expect(await seen(one)).toEqual(before);
  });

  test("A view can be saved for every list that its author may see.", async () => {
    for (const { name } of catalogue.filter(({ rights }) => rights.operator.includes("read")))
      if (name !== "audit-log" && name !== "saved-views") await save(one, { resource: name, query: {} });
  });

  test("Its list can't be changed, and two views of one author and list have different names.", async () => {
    const { id, version, name } = await save(one);
    const moved = await patch(`${VIEWS}${id}/`, { resource: "users" }, as(one, version));
    expect(moved.status).toBe(400);
    const again = await post(VIEWS, view({ name }), as(one));
    expect([again.status, Object.keys(again.body)]).toEqual([400, ["name"]]);
    await save(other, { name });
    await save(one, { name, resource: "users", query: {} });
  });

  test("Nobody has more than a hundred views, also of those who save several at once.", async () => {
    const busy = await newPerson("operator");
    await rows(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99)
       INSERT INTO saved_views (name, resource, query, author_id, created_at, updated_at)
       SELECT 'view ' || i, 'orders', '{}', ?, 1, 1 FROM n`,
      busy.id,
    );
    const answers = await Promise.all([1, 2, 3].map(() => post(VIEWS, view(), as(busy))));
    expect(answers.map(({ status, body }) => [status, body.non_field_errors]).sort()).toEqual([
      [201, undefined],
      [400, ["There may be at most 100 views: delete one first."]],
      [400, ["There may be at most 100 views: delete one first."]],
    ]);
  });

  test("The export has a person's views; with the account the private ones go and the shared ones stay.", async () => {
    const leaving = await newPerson("operator");
    const [shared, own] = [await save(leaving, { is_shared: true }), await save(leaving)];
    const { body } = await get("/api/v1/users/me/export/", as(leaving));
    expect(body.saved_views.map(({ id }: { id: number }) => id).sort()).toEqual([shared.id, own.id].sort());
    expect((await del(`/api/admin/users/${leaving.id}/`, undefined, as(admin))).status).toBe(204);
    const left = await rows<{ id: number; author_id: number | null }>(
      "SELECT id, author_id FROM saved_views WHERE id IN (?, ?)",
      shared.id,
      own.id,
    );
    expect(left).toEqual([{ id: shared.id, author_id: null }]);
    expect((await del(`${VIEWS}${shared.id}/`, undefined, as(one))).status).toBe(403);
    expect((await del(`${VIEWS}${shared.id}/`, undefined, as(admin))).status).toBe(204);
  });

  test("The account of somebody without rights can neither save nor see one.", async () => {
    const client = await newPerson("owner");
    expect((await post(VIEWS, view(), as(client))).status).toBe(403);
    expect((await get(VIEWS, as(client))).status).toBe(403);
    expect((await get(VIEWS)).status).toBe(401);
  });
});
