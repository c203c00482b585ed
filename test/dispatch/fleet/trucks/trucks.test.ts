/** Trucks: who sees which, what operators change, and what is kept during a job. */
import { describe, expect, test } from "vitest";
import { del, get, patch, post, put, rows, unique } from "../../../harness/api.ts";
import { charge, counted } from "../../../harness/counted.ts";
import { auditOf, client, driver, operator, orderRow, plate, tariff, truck } from "../builders.ts";

const path = "/api/v1/tow-trucks/";
const BUSY = "Эвакуатор выполняет заказ: до его завершения статус и водителя менять нельзя.";

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

describe("one truck", () => {
  test("A truck is read by operators and by its own driver; others get 404.", async () => {
    const by = await operator();
    const driving = await driver();
    const made = await truck(by, { driver: driving.id });
    expect((await get(`${path}${made.id}/`, { token: by.token })).body).toEqual(made);
    const own = await get(`${path}${made.id}/`, { token: driving.token });
    expect([own.status, own.body.driver.email]).toEqual([200, driving.email]);
    for (const { token } of [await client(), await driver()])
      expect((await get(`${path}${made.id}/`, { token })).status).toBe(404);
  });

  test("A new truck is OFFLINE and without a driver by default, and has an audit row.", async () => {
    const by = await operator();
    const made = await truck(by);
    expect(made).toMatchObject({ status: "OFFLINE", driver: null, vehicle_types: [] });
    expect(await auditOf(`tow_truck:${made.id}`)).toMatchObject([
      { action: "tow_truck.create", actor_id: by.id, before: null },
    ]);
  });

  test("PATCH changes only the named fields, and replaces the tariffs as a whole.", async () => {
    const by = await operator();
    const [one, two, driving] = [await tariff(by), await tariff(by), await driver()];
    const made = await truck(by, { vehicle_types: [one.id] });
    const change = { status: "AVAILABLE", driver: driving.id, vehicle_types: [two.id] };
    const { status, body } = await patch(`${path}${made.id}/`, change, { token: by.token });
    expect([status, body]).toEqual([
      200,
      {
        ...made,
        status: "AVAILABLE",
        vehicle_types: [two],
        driver: expect.objectContaining({ id: driving.id }),
        updated_at: body.updated_at,
      },
    ]);
    const empty = await patch(`${path}${made.id}/`, { vehicle_types: [], driver: null }, { token: by.token });
    expect(empty.body).toMatchObject({ vehicle_types: [], driver: null, status: "AVAILABLE" });
    expect((await auditOf(`tow_truck:${made.id}`)).map(({ action }) => action)).toEqual([
      "tow_truck.create",
      "tow_truck.change",
      "tow_truck.change",
    ]);
  });

  test("PUT requires plate, model and capacity.", async () => {
    const by = await operator();
    const made = await truck(by);
    const required = ["Обязательное поле."];
    const { status, body } = await put(`${path}${made.id}/`, {}, { token: by.token });
    expect([status, body]).toEqual([400, { license_plate: required, model: required, capacity: required }]);
  });

  test.each([
    [
      { vehicle_types: [999_999] },
      { vehicle_types: ['Недопустимый первичный ключ "999999" - объект не существует.'] },
    ],
    [{ driver: 999_999 }, { driver: ['Недопустимый первичный ключ "999999" - объект не существует.'] }],
    [{ driver: "me" }, { driver: ["Некорректный тип. Ожидалось значение первичного ключа, получен str."] }],
    [{ status: "GONE" }, { status: ["Значения GONE нет среди допустимых вариантов."] }],
    [{ capacity: "heavy" }, { capacity: ["Требуется численное значение."] }],
    [{ capacity: -1 }, { capacity: ["Убедитесь, что это значение больше либо равно 0."] }],
    [
      { license_plate: "А".repeat(21) },
      { license_plate: ["Убедитесь, что это значение содержит не более 20 символов."] },
    ],
  ])("A change of a truck with %j is refused and changes nothing.", async (change, errors) => {
    const by = await operator();
    const made = await truck(by);
    const { status, body } = await patch(`${path}${made.id}/`, change, { token: by.token });
    expect([status, body]).toEqual([400, errors]);
    expect((await get(`${path}${made.id}/`, { token: by.token })).body).toEqual(made);
  });

  test("Only users with the role DRIVER can drive a truck.", async () => {
    const by = await operator();
    const { id } = await client();
    const { status, body } = await post(
      path,
      { license_plate: plate(), model: "М", capacity: 1, driver: id },
      { token: by.token },
    );
    expect([status, body]).toEqual([400, { driver: ["Этот пользователь не водитель."] }]);
    expect(await rows("SELECT id FROM tow_trucks WHERE driver_id = ?", id)).toEqual([]);
  });

  test("A truck can't have another truck's plate.", async () => {
    const by = await operator();
    const [one, other] = [await truck(by), await truck(by)];
    const errors = { license_plate: ["Tow truck с таким License plate уже существует."] };
    const facts = { license_plate: other.license_plate };
    expect(await patch(`${path}${one.id}/`, facts, { token: by.token })).toMatchObject({
      status: 400,
      body: errors,
    });
    const again = { ...facts, model: "М", capacity: 1, vehicle_types: [] };
    expect(await post(path, again, { token: by.token })).toMatchObject({ status: 400, body: errors });
  });

  test("A deleted truck is gone, and its past orders stay.", async () => {
    const by = await operator();
    const [type, made] = [await tariff(by), await truck(by)];
    const order = await orderRow({ client: by.id, type: type.id, truck: made.id, status: "COMPLETED" });
    expect((await del(`${path}${made.id}/`, undefined, { token: by.token })).status).toBe(204);
    expect((await get(`${path}${made.id}/`, { token: by.token })).status).toBe(404);
    expect((await del(`${path}${made.id}/`, undefined, { token: by.token })).status).toBe(404);
    expect(await rows("SELECT tow_truck_id FROM orders WHERE id = ?", order)).toEqual([
      { tow_truck_id: null },
    ]);
  });
});

describe("a truck on a job", () => {
  async function working() {
    const by = await operator();
    const [type, driving] = [await tariff(by), await driver()];
    const made = await truck(by, { status: "BUSY", driver: driving.id, vehicle_types: [type.id] });
    await orderRow({ client: by.id, type: type.id, truck: made.id, status: "ASSIGNED" });
    return { by, made };
  }

  test.each([{ status: "AVAILABLE" }, { status: "OFFLINE" }, { driver: null }])(
    "A truck on a job refuses the change %j.",
    async (change) => {
      const { by, made } = await working();
      const { status, body } = await patch(`${path}${made.id}/`, change, { token: by.token });
      expect([status, body]).toEqual([400, { detail: BUSY }]);
      expect((await get(`${path}${made.id}/`, { token: by.token })).body).toEqual(made);
      expect(await auditOf(`tow_truck:${made.id}`)).toHaveLength(1);
    },
  );

  test("A truck on a job can't be deleted.", async () => {
    const { by, made } = await working();
    const { status, body } = await del(`${path}${made.id}/`, undefined, { token: by.token });
    expect([status, body]).toEqual([400, { detail: BUSY }]);
    expect((await get(`${path}${made.id}/`, { token: by.token })).body).toEqual(made);
  });

  test("Every other field of a truck on a job may change, and its status and driver may be sent unchanged.", async () => {
    const { by, made } = await working();
    const change = { model: "МАЗ", status: "BUSY", driver: made.driver.id };
    const { status, body } = await patch(`${path}${made.id}/`, change, { token: by.token });
    expect([status, body.model]).toEqual([200, "МАЗ"]);
  });
});
