/** The list of trucks: who sees which, its fields, filters, pages and cost. */
import { describe, expect, test } from "vitest";
import { get, rows, unique } from "../../../harness/api.ts";
import { charge, counted } from "../../../harness/counting/counted.ts";
import { client, driver, operator, plate, tariff, truck } from "../builders.ts";

const path = "/api/v1/tow-trucks/";
const ids = (results: { id: number }[]) => results.map(({ id }) => id);

describe("the list of trucks", () => {
  test("Everybody sees the available trucks of a tariff by plate, without phones and e-mail addresses.", async () => {
    const by = await operator();
    const [type, driving] = [await tariff(by), await driver()];
    await rows("UPDATE users SET phone = ?, first_name = 'Владимир' WHERE id = ?", unique("+7"), driving.id);
    const facts = { vehicle_types: [type.id], status: "AVAILABLE" };
    const second = await truck(by, { ...facts, license_plate: `Я${plate()}`.slice(0, 20) });
    const first = await truck(by, {
      ...facts,
      license_plate: `А${plate()}`.slice(0, 20),
      driver: driving.id,
    });
    await truck(by, { ...facts, status: "BUSY" });
    await truck(by, { ...facts, status: "MAINTENANCE" });
    await truck(by, { ...facts, status: "OFFLINE" });
    const { body } = await get(`${path}?vehicle_type=${type.id}`, { token: (await client()).token });
    expect({ ...body, results: ids(body.results) }).toEqual({
      count: 2,
      next: null,
      previous: null,
      results: [first.id, second.id],
    });
    expect(body.results[0].driver).toMatchObject({
      id: driving.id,
      username: driving.username,
      first_name: "Владимир",
      phone: "",
      email: "",
      user_type: "DRIVER",
      user_type_label: "Водитель",
      avatar: null,
    });
    expect(JSON.stringify(body)).not.toContain(driving.email);
  });

  test("A truck has every field in the documented order.", async () => {
    const by = await operator();
    const type = await tariff(by);
    const made = await truck(by, { vehicle_types: [type.id], status: "AVAILABLE" });
    const { body } = await get(`${path}?vehicle_type=${type.id}`, { token: by.token });
    expect(body.results).toEqual([made]);
    expect(Object.keys(made)).toEqual([
      "id",
      "vehicle_types",
      "driver",
      "created_at",
      "updated_at",
      "license_plate",
      "model",
      "capacity",
      "status",
      "current_location_lat",
      "current_location_lon",
      "last_location_update",
    ]);
    expect(made).toMatchObject({
      vehicle_types: [type],
      driver: null,
      model: "КАМАЗ-Эвакуатор",
      capacity: 5,
      current_location_lat: null,
      current_location_lon: null,
      last_location_update: null,
    });
  });

  test("A truck's tariffs are ordered by name.", async () => {
    const by = await operator();
    const second = await tariff(by, { name: unique("Б") });
    const first = await tariff(by, { name: unique("А") });
    const made = await truck(by, { vehicle_types: [second.id, first.id, first.id] });
    expect(made.vehicle_types).toEqual([first, second]);
  });

  test("A username made from a phone is shown only to its driver and to operators.", async () => {
    const by = await operator();
    const [type, driving] = [await tariff(by), await driver()];
    const digits = `7999${String(driving.id).padStart(7, "0")}`;
    await rows(
      "UPDATE users SET username = ?1, username_key = ?1, username_is_generated = 1 WHERE id = ?2",
      digits,
      driving.id,
    );
    await truck(by, { vehicle_types: [type.id], status: "AVAILABLE", driver: driving.id });
    const seen = async (token: string) =>
      (await get(`${path}?vehicle_type=${type.id}`, { token })).body.results[0].driver.username;
    expect(await seen((await client()).token)).toBe(`user-${driving.id}`);
    expect(await seen(by.token)).toBe(digits);
    expect(await seen(driving.token)).toBe(digits);
  });

  test("Operators filter by any status and search plates, models and drivers in any case.", async () => {
    const by = await operator();
    const word = unique("модель").toUpperCase();
    const driving = await driver();
    const off = await truck(by, { model: word, status: "OFFLINE" });
    const free = await truck(by, { model: word, status: "AVAILABLE", driver: driving.id });
    const seen = async (query: string, token = by.token) =>
      ids((await get(`${path}?${query}`, { token })).body.results);
    const search = `search=${encodeURIComponent(word.toLowerCase())}`;
    expect(await seen(search)).toEqual([free.id]);
    expect(await seen(`${search}&status=OFFLINE`)).toEqual([off.id]);
    expect((await seen(`${search}&status=ALL`)).sort()).toEqual([off.id, free.id].sort());
    expect(await seen(`search=${driving.username.toUpperCase()}`)).toEqual([free.id]);
  });

  test("Filters by others are ignored: they see the available trucks.", async () => {
    const by = await operator();
    const type = await tariff(by);
    const free = await truck(by, { vehicle_types: [type.id], status: "AVAILABLE" });
    await truck(by, { vehicle_types: [type.id], status: "OFFLINE" });
    for (const { token } of [await client(), await driver()]) {
      const query = `vehicle_type=${type.id}&status=ALL&search=nothing&near=1,1`;
      expect(ids((await get(`${path}?${query}`, { token })).body.results)).toEqual([free.id]);
    }
  });

  test.each([
    ["vehicle_type=abc", "vehicle_type"],
    ["status=FLYING", "status"],
    ["near=here", "near"],
    ["near=91,0", "near"],
    ["radius=-1", "radius"],
  ])("The list refuses %s with 400 under the field.", async (query, field) => {
    const { status, body } = await get(`${path}?${query}`, { token: (await operator()).token });
    expect([status, Object.keys(body)]).toEqual([400, [field]]);
  });

  test("A blank filter is ignored.", async () => {
    const by = await operator();
    const free = await truck(by, { status: "AVAILABLE" });
    const { body } = await get(`${path}?vehicle_type=&status=&near=&search=${free.license_plate}`, {
      token: by.token,
    });
    expect(ids(body.results)).toEqual([free.id]);
  });

  test("The list has twenty trucks per page.", async () => {
    const by = await operator();
    const type = await tariff(by);
    for (let nth = 0; nth < 21; nth += 1) await truck(by, { vehicle_types: [type.id], status: "AVAILABLE" });
    const { body } = await get(`${path}?vehicle_type=${type.id}`, { token: by.token });
    expect([body.count, body.results.length]).toEqual([21, 20]);
    expect(body.next).toBe(`http://caravan.test${path}?vehicle_type=${type.id}&page=2`);
    const last = await get(`${path}?vehicle_type=${type.id}&page=last`, { token: by.token });
    expect(last.body.results).toHaveLength(1);
  });
});

test("The list of trucks costs the same few statements for many as for one.", async () => {
  const by = await operator();
  const [type, meter] = [await tariff(by), counted()];
  const add = async () =>
    truck(by, { vehicle_types: [type.id], status: "AVAILABLE", driver: (await driver()).id });
  const price = async () =>
    (await charge(meter, 200, "GET", `${path}?vehicle_type=${type.id}`, { token: by.token })).bill.statements;
  await add();
  await price();
  const one = await price();
  for (let nth = 0; nth < 4; nth += 1) await add();
  expect(await price()).toEqual(one);
  expect(one.length).toBeLessThanOrEqual(3);
});
