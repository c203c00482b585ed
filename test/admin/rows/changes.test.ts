/** Changes in the console: versions, refusals, and paths that do not exist. */
import { beforeAll, describe, expect, test } from "vitest";
import { newPerson, type Person } from "../../authorization/world.ts";
import { del, get, patch, post, rows, unique } from "../../harness/api.ts";
import { as, logOf, tariff } from "../requests.ts";

let operator: Person;
let staff: Person;

const STALE = { detail: "The record was changed by somebody else. Load it again and repeat." };

beforeAll(async () => {
  operator = await newPerson("operator");
  staff = await newPerson("staff");
});

describe("a version", () => {
  test("A change must name a version.", async () => {
    const { path } = await tariff(operator);
    const answer = await patch(path, { base_price: "1" }, as(operator));
    expect(answer.status).toBe(428);
    expect((await get(path, as(operator))).body.base_price).toBe("1500.00");
  });

  test("The version is the ETag, quoted or bare, and changes with the editable fields.", async () => {
    const { path, made } = await tariff(operator);
    const read = await get(path, as(operator));
    expect(read.headers.get("etag")).toBe(`"${made.version}"`);
    const first = await patch(path, { base_price: "1600" }, as(operator, `"${made.version}"`));
    expect(first).toMatchObject({ status: 200, body: { base_price: "1600.00" } });
    const second = await patch(path, { base_price: "1700" }, as(operator, first.body.version));
    expect(second.status).toBe(200);
    expect(new Set([made.version, first.body.version, second.body.version]).size).toBe(3);
  });

  test("A change with a stale version is refused, and nothing is written.", async () => {
    const { path, made, subject } = await tariff(operator);
    await patch(path, { base_price: "1600" }, as(operator, made.version));
    const late = await patch(path, { base_price: "9" }, as(staff, made.version));
    expect(late).toMatchObject({ status: 412, body: STALE });
    expect((await get(path, as(staff))).body.base_price).toBe("1600.00");
    expect(await logOf(subject)).toHaveLength(2);
  });

  test("Of many concurrent changes with one version, one succeeds.", async () => {
    const { path, made, subject } = await tariff(operator);
    const responses = await Promise.all(
      Array.from({ length: 8 }, (_, nth) =>
        patch(path, { base_price: `${nth + 1}` }, as(operator, made.version)),
      ),
    );
    expect(responses.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(412)]);
    expect(await logOf(subject)).toHaveLength(2);
  });

  test("A deletion that names a stale version is refused.", async () => {
    const { path, made } = await tariff(operator);
    await patch(path, { base_price: "1600" }, as(operator, made.version));
    expect((await del(path, undefined, as(operator, made.version))).status).toBe(412);
    expect((await del(path, undefined, as(operator))).status).toBe(204);
  });
});

describe("what the database would refuse", () => {
  test("A value that is taken is reported under its field.", async () => {
    const { made } = await tariff(operator);
    const { path } = await tariff(operator);
    const answer = await patch(path, { name: made.name }, as(operator, "*"));
    expect(answer).toMatchObject({
      status: 400,
      body: { name: ["A record with this value already exists."] },
    });
  });

  test("A deletion is refused while other records depend on the row.", async () => {
    const { path, made } = await tariff(operator);
    const client = await newPerson("owner");
    await rows(
      `INSERT INTO orders (id, client_id, vehicle_type_id, pickup_address, pickup_latitude, pickup_longitude,
        delivery_address, delivery_latitude, delivery_longitude, start_code, created_at, updated_at)
       VALUES (?, ?, ?, 'a', 1, 1, 'b', 2, 2, '1234', 1, 1)`,
      crypto.randomUUID(),
      client.id,
      made.id,
    );
    const answer = await del(path, undefined, as(operator));
    expect(answer).toMatchObject({ status: 409, body: { detail: "Other records depend on this one." } });
    expect((await get(path, as(operator))).status).toBe(200);
  });

  test("A reference to a missing record is reported.", async () => {
    const body = { license_plate: unique("X"), owner: 999_999_999, make: "Lada", model: "Niva", year: 2001 };
    const answer = await post("/api/admin/client-vehicles/", body, as(operator));
    expect(answer).toMatchObject({
      status: 400,
      body: { non_field_errors: ["This refers to a record that does not exist."] },
    });
  });
});

test.each<[object, object]>([
  [{ base_price: "-1" }, { base_price: ["Ensure this value is greater than or equal to 0."] }],
  [{ base_price: "free" }, { base_price: ["A valid number is required."] }],
  [{ name: "" }, { name: ["This field may not be blank."] }],
  [{ name: null }, { name: ["This field may not be null."] }],
  [{ id: 7 }, { id: ["This field is read-only."] }],
  [
    { version: "x", created_at: "2020-01-01" },
    { version: ["This field is read-only."], created_at: ["This field is read-only."] },
  ],
])("The change %j is refused under its fields.", async (change, errors) => {
  const { path, subject } = await tariff(operator);
  const answer = await patch(path, change, as(operator, "*"));
  expect(answer).toMatchObject({ status: 400, body: errors });
  expect(await logOf(subject)).toHaveLength(1);
});

test.each(["/api/admin/nothing/", "/api/admin/nothing/1/", "/api/admin/users/x/", "/api/admin/users/1:2/"])(
  "The path %s is not found.",
  async (path) => {
    expect((await get(path, as(staff))).status).toBe(404);
  },
);
