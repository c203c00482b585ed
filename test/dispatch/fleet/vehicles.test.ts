/** Clients' vehicles: each client's own, with unique plates. */
import { describe, expect, test } from "vitest";
import { del, get, patch, post, put, rows } from "../../harness/api.ts";
import { auditOf, car, carFacts, client, driver, operator, orderRow, plate, tariff } from "./builders.ts";

const path = "/api/v1/vehicles/";

describe("a client's own vehicles", () => {
  test("A vehicle is added with every documented field.", async () => {
    const owner = await client();
    const facts = { ...carFacts(), nickname: "Ласточка", color: "Белый", notes: "Не заводится" };
    const { status, body } = await post(path, facts, { token: owner.token });
    expect(status).toBe(201);
    expect(Object.keys(body)).toEqual([
      "id",
      "owner",
      "created_at",
      "updated_at",
      "nickname",
      "make",
      "model",
      "year",
      "color",
      "license_plate",
      "notes",
    ]);
    expect(body).toMatchObject({ ...facts, owner: { id: owner.id, email: owner.email } });
    expect((await get(`${path}${body.id}/`, { token: owner.token })).body).toEqual(body);
    expect((await get(`${path}${body.id.toUpperCase()}/`, { token: owner.token })).body).toEqual(body);
  });

  test("Vehicles are listed by make, model and plate, and found by a word.", async () => {
    const owner = await client();
    const zhiguli = await car(owner, { make: "ВАЗ", model: "Жигули" });
    const camry = await car(owner, { make: "Toyota", model: "Camry" });
    const corolla = await car(owner, { make: "Toyota", model: "Corolla" });
    const { body } = await get(path, { token: owner.token });
    expect(body).toEqual({ count: 3, next: null, previous: null, results: [camry, corolla, zhiguli] });
    const found = await get(`${path}?search=${encodeURIComponent("жигули")}`, { token: owner.token });
    expect(found.body.results).toEqual([zhiguli]);
  });

  test("PATCH changes the named fields; PUT requires make, model, year and plate.", async () => {
    const owner = await client();
    const made = await car(owner);
    const patched = await patch(`${path}${made.id}/`, { color: "Чёрный" }, { token: owner.token });
    expect(patched.body).toEqual({ ...made, color: "Чёрный", updated_at: patched.body.updated_at });
    const required = ["Обязательное поле."];
    const { status, body } = await put(`${path}${made.id}/`, {}, { token: owner.token });
    expect([status, body]).toEqual([
      400,
      { make: required, model: required, year: required, license_plate: required },
    ]);
    const whole = carFacts({ license_plate: made.license_plate, model: "Supra" });
    expect((await put(`${path}${made.id}/`, whole, { token: owner.token })).body).toMatchObject(whole);
    expect(await auditOf(`client_vehicle:${made.id}`)).toEqual([]);
  });

  test("A vehicle that no order names can be deleted.", async () => {
    const owner = await client();
    const made = await car(owner);
    expect((await del(`${path}${made.id}/`, undefined, { token: owner.token })).status).toBe(204);
    expect((await get(`${path}${made.id}/`, { token: owner.token })).status).toBe(404);
  });

  test("A vehicle that an order names can't be deleted, in any status.", async () => {
    const owner = await client();
    const made = await car(owner);
    const type = await tariff(await operator());
    await orderRow({ client: owner.id, type: type.id, vehicle: made.id, status: "CANCELLED" });
    const { status, body } = await del(`${path}${made.id}/`, undefined, { token: owner.token });
    expect([status, body]).toEqual([400, { detail: "На этот автомобиль есть заказы: удалить его нельзя." }]);
    expect((await get(`${path}${made.id}/`, { token: owner.token })).body).toEqual(made);
  });

  test.each([
    [{ year: "old" }, { year: ["Введите правильное число."] }],
    [{ year: -1 }, { year: ["Убедитесь, что это значение больше либо равно 0."] }],
    [{ make: " " }, { make: ["Это поле не может быть пустым."] }],
    [{ model: null }, { model: ["Это поле не может быть пустым."] }],
    [
      { nickname: "я".repeat(121) },
      { nickname: ["Убедитесь, что это значение содержит не более 120 символов."] },
    ],
    [
      { license_plate: "я".repeat(21) },
      { license_plate: ["Убедитесь, что это значение содержит не более 20 символов."] },
    ],
  ])("A vehicle with %j is refused.", async (change, errors) => {
    const owner = await client();
    const { status, body } = await post(path, carFacts(change), { token: owner.token });
    expect([status, body]).toEqual([400, errors]);
    expect(await rows("SELECT id FROM client_vehicles WHERE owner_id = ?", owner.id)).toEqual([]);
  });

  test("A vehicle can't have the plate of another, of any owner.", async () => {
    const taken = plate();
    await car(await client(), { license_plate: taken });
    const owner = await client();
    const mine = await car(owner);
    const errors = { license_plate: ["Client vehicle с таким License plate уже существует."] };
    const facts = carFacts({ license_plate: taken });
    expect(await post(path, facts, { token: owner.token })).toMatchObject({ status: 400, body: errors });
    expect(await patch(`${path}${mine.id}/`, facts, { token: owner.token })).toMatchObject({
      status: 400,
      body: errors,
    });
  });

  test("A new vehicle belongs to the caller, whatever owner the body names.", async () => {
    const [owner, other] = [await client(), await client()];
    const made = await car(owner, { owner: other.id, owner_id: other.id, id: crypto.randomUUID() });
    expect(made.owner.id).toBe(owner.id);
    await patch(`${path}${made.id}/`, { owner: other.id }, { token: owner.token });
    expect((await get(path, { token: other.token })).body.count).toBe(0);
  });

  test("Vehicles are in the account's export and are deleted with the account.", async () => {
    const owner = await client();
    const made = await car(owner);
    const { body } = await get("/api/v1/users/me/export/", { token: owner.token });
    expect(body.vehicles).toMatchObject([{ id: made.id, license_plate: made.license_plate }]);
    await rows("DELETE FROM users WHERE id = ?", owner.id);
    expect(await rows("SELECT id FROM client_vehicles WHERE id = ?", made.id)).toEqual([]);
  });
});

describe("somebody else's vehicle", () => {
  test("Somebody else's vehicle is not found for clients and drivers.", async () => {
    const made = await car(await client());
    for (const { token } of [await client(), await driver()]) {
      expect((await get(path, { token })).body.count).toBe(0);
      expect((await get(`${path}${made.id}/`, { token })).status).toBe(404);
      expect((await patch(`${path}${made.id}/`, { color: "x" }, { token })).status).toBe(404);
      expect((await del(`${path}${made.id}/`, undefined, { token })).status).toBe(404);
    }
    expect(await rows("SELECT color FROM client_vehicles WHERE id = ?", made.id)).toEqual([{ color: "" }]);
  });

  test("An operator reads and changes somebody else's vehicle and leaves an audit row.", async () => {
    const owner = await client();
    const made = await car(owner);
    const by = await operator();
    expect((await get(`${path}${made.id}/`, { token: by.token })).body).toEqual(made);
    const search = `${path}?search=${encodeURIComponent(made.license_plate)}`;
    expect((await get(search, { token: by.token })).body.results).toEqual([made]);
    const { body } = await patch(`${path}${made.id}/`, { color: "Синий" }, { token: by.token });
    expect(body).toMatchObject({ color: "Синий", owner: { id: owner.id } });
    expect(await auditOf(`client_vehicle:${made.id}`)).toMatchObject([
      { action: "client_vehicle.change", actor_id: by.id, after: '{"color":"Синий"}' },
    ]);
  });
});

test.each(["abc", "1", "00000000-0000-0000-0000-00000000000g"])(
  "A vehicle with the id %s is not found.",
  async (id) => {
    const { status, body } = await get(`${path}${id}/`, { token: (await client()).token });
    expect([status, body]).toEqual([404, { detail: "Страница не найдена." }]);
  },
);
