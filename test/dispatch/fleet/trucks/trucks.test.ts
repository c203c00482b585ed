/** One truck: who reads it, what operators change, and what is kept during a job. */
import { describe, expect, test } from "vitest";
import { del, get, patch, post, put, rows } from "../../../harness/api.ts";
import { auditOf, client, driver, operator, orderRow, plate, tariff, truck } from "../builders.ts";

const path = "/api/v1/tow-trucks/";
const BUSY = "Эвакуатор выполняет заказ: до его завершения статус и водителя менять нельзя.";

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
