/** Tariffs: a bare list for everybody, changed by operators only, never negative, kept while orders use them. */
import { describe, expect, test } from "vitest";
import { del, get, patch, post, put, rows, unique } from "../../harness/api.ts";
import { auditOf, client, driver, operator, orderRow, tariff, tariffFacts } from "./builders.ts";

const path = "/api/v1/vehicle-types/";

describe("reading tariffs", () => {
  test("The list of tariffs is a bare array by name, with every field that the app reads.", async () => {
    const by = await operator();
    const word = unique("список");
    const second = await tariff(by, { name: `Б ${word}` });
    const first = await tariff(by, { name: `А ${word}`, description: "", max_weight: 4.5 });
    const { body } = await get(`${path}?search=${word}`, { token: (await client()).token });
    expect(body).toEqual([first, second]);
    expect(Object.keys(first)).toEqual([
      "id",
      "created_at",
      "updated_at",
      "name",
      "description",
      "max_weight",
      "base_price",
      "per_km_rate",
    ]);
    expect(first).toMatchObject({ max_weight: 4.5, base_price: "2500.00", per_km_rate: "120.00" });
  });

  test("The list of tariffs with a page number is an envelope.", async () => {
    const by = await operator();
    const word = unique("страница");
    const made = await tariff(by, { name: word });
    const { body } = await get(`${path}?page=1&search=${word}`, { token: by.token });
    expect(body).toEqual({ count: 1, next: null, previous: null, results: [made] });
    const { status, body: refused } = await get(`${path}?page=2&search=${word}`, { token: by.token });
    expect([status, refused]).toEqual([404, { detail: "Неправильная страница" }]);
  });

  test("Tariffs are filtered by the weight they must allow and by their highest price.", async () => {
    const by = await operator();
    const word = unique("вес");
    await tariff(by, { name: `${word} 1`, max_weight: 3.5, base_price: "100.00" });
    const heavy = await tariff(by, { name: `${word} 2`, max_weight: 6, base_price: "300.00" });
    const seen = async (filter: string) =>
      (await get(`${path}?search=${word}&${filter}`, { token: by.token })).body.map(
        ({ id }: { id: number }) => id,
      );
    expect(await seen("weight=4")).toEqual([heavy.id]);
    expect(await seen("max_price=299.99")).not.toContain(heavy.id);
    expect(await seen("weight=4&max_price=299.99")).toEqual([]);
  });

  test("One tariff is read by its id; an unknown one is not found.", async () => {
    const made = await tariff(await operator());
    const { token } = await driver();
    expect((await get(`${path}${made.id}/`, { token })).body).toEqual(made);
    const { status, body } = await get(`${path}999999/`, { token });
    expect([status, body]).toEqual([404, { detail: "Страница не найдена." }]);
  });
});

describe("changing tariffs", () => {
  test("A change of prices in the admin page's format keeps the other fields and leaves an audit row.", async () => {
    const by = await operator();
    const made = await tariff(by);
    const change = { base_price: "2600.5", per_km_rate: "130" };
    const { status, body } = await patch(`${path}${made.id}/`, change, { token: by.token });
    expect(status).toBe(200);
    expect(body).toEqual({
      ...made,
      base_price: "2600.50",
      per_km_rate: "130.00",
      updated_at: body.updated_at,
    });
    const [, entry] = await auditOf(`vehicle_type:${made.id}`);
    expect(entry).toMatchObject({ action: "vehicle_type.change", actor_id: by.id });
    expect(JSON.parse(entry?.before ?? "")).toMatchObject({ basePrice: 250_000, perKmRate: 12_000 });
    expect(JSON.parse(entry?.after ?? "")).toEqual({ basePrice: 260_050, perKmRate: 13_000 });
  });

  test("PUT of a tariff requires name, weight and base price.", async () => {
    const by = await operator();
    const made = await tariff(by);
    const { status, body } = await put(`${path}${made.id}/`, {}, { token: by.token });
    const required = ["Обязательное поле."];
    expect([status, body]).toEqual([400, { name: required, max_weight: required, base_price: required }]);
    const whole = { name: unique("Целиком"), max_weight: 2, base_price: 10 };
    const answer = await put(`${path}${made.id}/`, whole, { token: by.token });
    expect(answer.body).toMatchObject({ name: whole.name, max_weight: 2, base_price: "10.00" });
  });

  test.each(["CLIENT", "DRIVER"])(
    "A change by a %s is refused before the body is validated.",
    async (role) => {
      const made = await tariff(await operator());
      const { token } = await (role === "CLIENT" ? client() : driver());
      for (const ask of [patch, put]) {
        const { status, body } = await ask(`${path}${made.id}/`, { base_price: "nonsense" }, { token });
        expect([status, body]).toEqual([403, { detail: "Только операторы могут изменять тарифы." }]);
      }
      expect((await get(`${path}${made.id}/`, { token })).body).toEqual(made);
      expect(await auditOf(`vehicle_type:${made.id}`)).toHaveLength(1);
    },
  );

  test.each([
    [{ base_price: "-1" }, { base_price: ["Убедитесь, что это значение больше либо равно 0."] }],
    [{ per_km_rate: -0.01 }, { per_km_rate: ["Убедитесь, что это значение больше либо равно 0."] }],
    [{ max_weight: -1 }, { max_weight: ["Убедитесь, что это значение больше либо равно 0."] }],
    [{ base_price: "abc" }, { base_price: ["Требуется численное значение."] }],
    [{ base_price: null }, { base_price: ["Это поле не может быть пустым."] }],
    [{ base_price: "1.001" }, { base_price: ["Убедитесь, что вы ввели не более 2 цифры после запятой."] }],
    [{ base_price: "123456789.00" }, { base_price: ["Убедитесь, что вы ввели не более 10 цифры."] }],
    [{ base_price: 123456789 }, { base_price: ["Убедитесь, что вы ввели не более 8 цифры перед запятой."] }],
    [{ name: "" }, { name: ["Это поле не может быть пустым."] }],
    [{ name: "я".repeat(101) }, { name: ["Убедитесь, что это значение содержит не более 100 символов."] }],
  ])("A tariff with %j is refused.", async (change, errors) => {
    const by = await operator();
    const made = await tariff(by);
    const { status, body } = await patch(`${path}${made.id}/`, change, { token: by.token });
    expect([status, body]).toEqual([400, errors]);
    expect((await get(`${path}${made.id}/`, { token: by.token })).body).toEqual(made);
  });

  test("A tariff's name that another tariff has is refused under the field.", async () => {
    const by = await operator();
    const [one, other] = [await tariff(by), await tariff(by)];
    const { status, body } = await patch(`${path}${one.id}/`, { name: other.name }, { token: by.token });
    expect([status, body]).toEqual([400, { name: ["Vehicle type с таким Name уже существует."] }]);
  });

  test("A change of an unknown tariff is a 404.", async () => {
    const { token } = await operator();
    expect((await patch(`${path}999999/`, { base_price: 1 }, { token })).status).toBe(404);
    expect((await del(`${path}999999/`, undefined, { token })).status).toBe(404);
  });
});

describe("adding and deleting tariffs", () => {
  test("A new tariff has its audit row, and its rate is 0 by default.", async () => {
    const by = await operator();
    const { per_km_rate: _, ...facts } = tariffFacts();
    const { status, body } = await post(path, facts, { token: by.token });
    expect([status, body.per_km_rate]).toEqual([201, "0.00"]);
    expect(await auditOf(`vehicle_type:${body.id}`)).toMatchObject([
      { action: "vehicle_type.create", actor_id: by.id, before: null },
    ]);
  });

  test("A tariff with a taken name is not created and leaves no audit row.", async () => {
    const by = await operator();
    const { name } = await tariff(by);
    const before = await rows("SELECT count(*) AS n FROM audit_log");
    const { status, body } = await post(path, tariffFacts({ name }), { token: by.token });
    expect([status, body]).toEqual([400, { name: ["Vehicle type с таким Name уже существует."] }]);
    expect(await rows("SELECT count(*) AS n FROM audit_log")).toEqual(before);
  });

  test("A tariff that no order uses can be deleted.", async () => {
    const by = await operator();
    const made = await tariff(by);
    expect((await del(`${path}${made.id}/`, undefined, { token: by.token })).status).toBe(204);
    expect((await get(`${path}${made.id}/`, { token: by.token })).status).toBe(404);
    expect((await auditOf(`vehicle_type:${made.id}`)).at(-1)).toMatchObject({
      action: "vehicle_type.delete",
    });
  });

  test("A tariff that an order uses can't be deleted.", async () => {
    const by = await operator();
    const made = await tariff(by);
    const order = await orderRow({ client: by.id, type: made.id, status: "COMPLETED" });
    const { status, body } = await del(`${path}${made.id}/`, undefined, { token: by.token });
    expect([status, body]).toEqual([400, { detail: "По этому тарифу есть заказы: удалить его нельзя." }]);
    expect((await get(`${path}${made.id}/`, { token: by.token })).body).toEqual(made);
    expect(await rows("SELECT id FROM orders WHERE id = ?", order)).toHaveLength(1);
    expect(await auditOf(`vehicle_type:${made.id}`)).toHaveLength(1);
  });
});
