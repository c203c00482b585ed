/** The console's audit log, and reverts of what it recorded. */
import { beforeAll, describe, expect, test } from "vitest";
import { newPerson, type Person } from "../authorization/world.ts";
import { del, get, patch, post, rows, unique } from "../harness/api.ts";
import { as, logOf, tariff } from "./requests.ts";

let operator: Person;
let staff: Person;

beforeAll(async () => {
  operator = await newPerson("operator");
  staff = await newPerson("staff");
});

describe("the audit log", () => {
  test("The audit log has one row per change: actor, record, changed fields, request.", async () => {
    const { path, made, subject } = await tariff(operator);
    const answer = await patch(path, { name: made.name, base_price: "99.90" }, as(staff, made.version));
    await del(path, undefined, as(operator));
    const [create, change, remove] = await logOf(subject);
    expect(create).toMatchObject({ action: "vehicle_type.create", actor_id: operator.id, before: null });
    expect(change).toMatchObject({
      action: "vehicle_type.change",
      actor_id: staff.id,
      request_id: answer.headers.get("x-request-id"),
      before: JSON.stringify({ base_price: "1500.00" }),
      after: JSON.stringify({ base_price: "99.90" }),
    });
    expect(remove).toMatchObject({ action: "vehicle_type.delete", actor_id: operator.id, after: null });
    expect(JSON.parse(remove?.before ?? "")).toMatchObject({
      name: made.name,
      base_price: "99.90",
      max_weight: 3.5,
    });
  });

  test("The audit log has no row for a change that changes nothing.", async () => {
    const { path, made, subject } = await tariff(operator);
    const answer = await patch(path, { base_price: "1500" }, as(operator, made.version));
    expect(answer.body).toEqual(made);
    expect(await logOf(subject)).toHaveLength(1);
  });

  test("Operators see audit rows of resources that they may read, and no others.", async () => {
    const { subject } = await tariff(operator);
    const mine = await get(`/api/admin/audit-log/?subject=${subject}`, as(operator));
    expect(mine.body.results[0]).toMatchObject({
      subject,
      actor: operator.id,
      action: "vehicle_type.create",
    });
    const city = await post("/api/admin/interests/", { name: unique("Ходьба") }, as(staff));
    const path = `/api/admin/audit-log/?subject=interest:${city.body.id}`;
    // Ids of deleted interests are reused, and so are the audit rows of those.
    expect((await get(path, as(staff))).body.results[0]).toMatchObject({ action: "interest.create" });
    expect((await get(path, as(operator))).body.count).toBe(0);
    const [entry] = await logOf(`interest:${city.body.id}`);
    expect((await get(`/api/admin/audit-log/${entry?.id}/`, as(operator))).status).toBe(404);
  });

  test("The audit log's filter by subject is exact, also for ids with a common prefix.", async () => {
    const { subject } = await tariff(operator);
    const insert =
      "INSERT INTO audit_log (at, actor_id, action, subject, request_id) VALUES (1, ?, 'x', ?, 'r')";
    await rows(insert, operator.id, `${subject}7`);
    const { body } = await get(`/api/admin/audit-log/?subject=${subject}`, as(staff));
    expect(body.results).toMatchObject([{ subject, action: "vehicle_type.create" }]);
    expect((await get(`/api/admin/audit-log/?search=${subject}`, as(staff))).body.count).toBeGreaterThan(1);
  });

  test("The audit log can't be written to.", async () => {
    const { subject } = await tariff(operator);
    const [entry] = await logOf(subject);
    const path = `/api/admin/audit-log/${entry?.id}/`;
    expect((await patch(path, { action: "x" }, as(staff, "*"))).status).toBe(403);
    expect((await del(path, undefined, as(staff))).status).toBe(403);
    expect((await post("/api/admin/audit-log/", { action: "x" }, as(staff))).status).toBe(403);
  });
});

describe("a revert", () => {
  const revert = (id: number | undefined, who: Person) =>
    post(`/api/admin/audit-log/${id}/actions/revert/`, undefined, as(who));

  test("A revert restores the previous values, as a change that can be reverted itself.", async () => {
    const { path, made, subject } = await tariff(operator);
    await patch(path, { base_price: "1", per_km_rate: "2" }, as(operator, made.version));
    const [, change] = await logOf(subject);
    expect(await revert(change?.id, operator)).toMatchObject({
      status: 200,
      body: { base_price: "1500.00" },
    });
    expect((await get(path, as(operator))).body).toMatchObject({
      base_price: "1500.00",
      per_km_rate: "45.50",
    });
    const [, , reverted] = await logOf(subject);
    expect(reverted).toMatchObject({ action: "vehicle_type.revert", actor_id: operator.id });
    await revert(reverted?.id, staff);
    expect((await get(path, as(operator))).body.base_price).toBe("1.00");
  });

  test("A revert is refused after a later change, and nothing is written.", async () => {
    const { path, made, subject } = await tariff(operator);
    await patch(path, { base_price: "1" }, as(operator, made.version));
    await patch(path, { base_price: "2" }, as(operator, "*"));
    const [, change] = await logOf(subject);
    expect((await revert(change?.id, staff)).status).toBe(409);
    expect((await get(path, as(staff))).body.base_price).toBe("2.00");
    expect(await logOf(subject)).toHaveLength(3);
  });

  test("A revert of a creation is refused, and of a deleted record's change is a 404.", async () => {
    const { path, made, subject } = await tariff(operator);
    await patch(path, { base_price: "1" }, as(operator, made.version));
    const [create, change] = await logOf(subject);
    expect((await revert(create?.id, staff)).status).toBe(409);
    await del(path, undefined, as(staff));
    expect((await revert(change?.id, staff)).status).toBe(404);
  });

  test("A revert of a deletion creates the row again, only once.", async () => {
    const { path, made, subject } = await tariff(operator);
    await del(path, undefined, as(operator));
    const [, remove] = await logOf(subject);
    const { status, body } = await revert(remove?.id, operator);
    expect(status).toBe(200);
    const { name, max_weight, base_price, per_km_rate } = made;
    expect(body).toMatchObject({ name, max_weight, base_price, per_km_rate });
    expect(body.id).not.toBe(made.id);
    expect((await logOf(subject)).map(({ action }) => action)).toEqual([
      "vehicle_type.create",
      "vehicle_type.delete",
      "vehicle_type.restore",
    ]);
    await del(`/api/admin/vehicle-types/${body.id}/`, undefined, as(operator));
    const again = await revert(remove?.id, operator);
    expect(again).toMatchObject({ status: 409, body: { detail: "It has been restored already." } });
    expect(await rows("SELECT id FROM vehicle_types WHERE name = ?", name)).toEqual([]);
  });

  test("A revert of an account's deletion is refused.", async () => {
    const who = await newPerson("owner");
    await del(`/api/admin/users/${who.id}/`, undefined, as(staff));
    const [remove] = await logOf(`user:${who.id}`);
    expect((await revert(remove?.id, staff)).status).toBe(409);
    expect(await rows("SELECT id FROM users WHERE username = ?", who.username)).toEqual([]);
  });

  test("A revert requires the right to change the record.", async () => {
    const who = await newPerson("owner");
    await patch(`/api/admin/users/${who.id}/`, { first_name: "Анна" }, as(staff, "*"));
    const [change] = await logOf(`user:${who.id}`);
    expect((await revert(change?.id, operator)).status).toBe(403);
    expect((await revert(change?.id, staff)).status).toBe(200);
    expect(await rows("SELECT first_name FROM users WHERE id = ?", who.id)).toEqual([{ first_name: "" }]);
  });

  test("A revert follows the rules of a change: staff can't restore their own lost rights.", async () => {
    const [entry] = await rows<{ id: number }>(
      `INSERT INTO audit_log (at, actor_id, action, subject, before, after, request_id)
       VALUES (1, 1, 'user.change', 'user:${staff.id}', '{"is_staff":false}', '{"is_staff":true}', 'x') RETURNING id`,
    );
    expect((await revert(entry?.id, staff)).status).toBe(400);
    expect(await rows("SELECT is_staff FROM users WHERE id = ?", staff.id)).toEqual([{ is_staff: 1 }]);
  });
});
