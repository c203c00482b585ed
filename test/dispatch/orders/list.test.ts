/** The list of orders: visibility, pages, filters and search. */
import { beforeAll, describe, expect, test } from "vitest";
import { newPerson } from "../../authorization/world.ts";
import { get, rows, unique } from "../../harness/api.ts";
import { charge, counted } from "../../harness/counting/counted.ts";
import { at, move, ORDERS, orderIn, place, type Scene, scene } from "../scene.ts";

const LIST = `${ORDERS}list/`;

let there: Scene;
let ids: string[];
const word = unique("улица").toLowerCase();

beforeAll(async () => {
  there = await scene();
  ids = [
    await place(there, { priority: "URGENT", delivery_address: `Тула, ${word}` }),
    await place(there),
    await orderIn(there, "ASSIGNED"),
  ];
});

const listed = async (token: string, query = "") =>
  (await get(`${LIST}${query}`, { token })).body.results.map(({ id }: { id: string }) => id);

test("Clients see their own orders, the newest first.", async () => {
  const { body } = await get(LIST, { token: there.client.token });
  expect(Object.keys(body)).toEqual(["count", "next", "previous", "results"]);
  expect(body).toMatchObject({ count: 3, next: null, previous: null });
  expect(new Set(body.results.map(({ id }: { id: string }) => id))).toEqual(new Set(ids));
  const times = body.results.map(({ created_at }: { created_at: string }) => created_at);
  expect(times).toEqual([...times].sort().reverse());
});

test("Drivers see the jobs of their trucks.", async () => {
  expect(await listed(there.driver.token)).toEqual([ids[2]]);
  expect(await listed((await newPerson("driver")).token)).toEqual([]);
});

test.each(["operator", "staff"] as const)("A caller with the role %s sees all orders.", async (role) => {
  const { token } = await newPerson(role);
  expect(await listed(token, `?search=${ids[0]}`)).toEqual([ids[0]]);
});

test("An empty list has one empty first page and no second.", async () => {
  const { token } = await newPerson("stranger");
  expect((await get(LIST, { token })).body).toEqual({ count: 0, next: null, previous: null, results: [] });
  const beyond = await get(`${LIST}?page=2`, { token });
  expect([beyond.status, beyond.body]).toEqual([404, { detail: "Неправильная страница" }]);
});

describe("filters of the list of orders", () => {
  test.each([
    ["status=ASSIGNED", [2]],
    ["priority=URGENT", [0]],
    ["status=COMPLETED", []],
    [`search=${encodeURIComponent(word.toUpperCase())}`, [0]],
    ["created_from=2031-01-01", []],
    ["created_to=2020-01-01", []],
    ["status=ASSIGNED&priority=&vehicle_type=&created_from=&created_to=&page=", [2]],
  ])("The list of orders is filtered by %s.", async (query, expected) => {
    expect(await listed(there.client.token, `?${query}`)).toEqual(expected.map((index) => ids[index]));
  });

  test("The list of orders is filtered by tariff and by licence plate.", async () => {
    const both = new Set(ids);
    expect(new Set(await listed(there.client.token, `?vehicle_type=${there.tariff}`))).toEqual(both);
    const [truck] = await rows<{ license_plate: string }>(
      "SELECT license_plate FROM tow_trucks WHERE id = ?",
      there.truck,
    );
    const plate = encodeURIComponent((truck?.license_plate ?? "").toLowerCase());
    expect(await listed(there.client.token, `?search=${plate}`)).toEqual([ids[2]]);
  });

  test("Only operators find orders by the client's name.", async () => {
    const name = there.client.username;
    expect((await listed(there.operator.token, `?search=${name}`)).length).toBe(3);
    expect(await listed(there.client.token, `?search=${name}`)).toEqual([]);
  });

  test.each(["status=NEW", "priority=x", "vehicle_type=abc", "created_from=x"])(
    "The invalid filter %s is refused.",
    async (query) => {
      expect((await get(`${LIST}?${query}`, { token: there.client.token })).status).toBe(400);
    },
  );
});

test("A page of orders costs one statement besides the session's check, for 2 orders as for 40.", async () => {
  const busy = await scene();
  for (let index = 0; index < 2; index++)
    await move(busy.operator, await place(busy), { status: "CONFIRMED" });
  const meter = counted();
  await charge(meter, 200, "GET", LIST, { token: busy.client.token });
  const few = await charge(meter, 200, "GET", LIST, { token: busy.client.token });
  expect(few.bill.statements).toHaveLength(1);
  await rows(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
     INSERT INTO orders (id, client_id, vehicle_type_id, vehicle_id, pickup_address, pickup_latitude, pickup_longitude,
       delivery_address, delivery_latitude, delivery_longitude, start_code, created_at, updated_at)
     SELECT '00000000-0000-4000-8000-' || lower(hex(randomblob(6))), ?, ?, ?, 'A', 55, 37, 'B', 56, 38, '1', i, i FROM n`,
    busy.client.id,
    busy.tariff,
    busy.vehicle,
  );
  const many = await charge(meter, 200, "GET", `${LIST}?limit=40`, { token: busy.client.token });
  expect(many.bill.statements).toHaveLength(1);
});

test("Reading one order costs one statement.", async () => {
  const meter = counted();
  await charge(meter, 200, "GET", LIST, { token: there.client.token });
  const { bill } = await charge(meter, 200, "GET", at(ids[2] ?? ""), { token: there.client.token });
  expect(bill.statements).toHaveLength(1);
});
