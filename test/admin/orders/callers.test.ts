/** An order for a client who calls: found or registered by phone, with a car, a price before saving, and places by address. */
import { beforeAll, describe, expect, test } from "vitest";
import { newPerson, type Person } from "../../authorization/world.ts";
import { get, post, rows, unique, uniquePhone } from "../../harness/api.ts";
import { aTariff } from "./towing.ts";

let operator: Person;
let tariff: number;
const as = () => ({ token: operator.token });
beforeAll(async () => {
  operator = await newPerson("operator");
  tariff = await aTariff();
});

const WAY = {
  pickup_latitude: 55.76,
  pickup_longitude: 37.61,
  delivery_latitude: 55.7,
  delivery_longitude: 37.5,
};
const newCar = () => ({ make: "Lada", model: "Niva", license_plate: unique("P") });
const orderBody = (more: object) => ({
  ...WAY,
  vehicle_type: tariff,
  pickup_address: "Tverskaya 1",
  delivery_address: "Arbat 1",
  ...more,
});
const place = (more: object) => post("/api/admin/callers/orders/", orderBody(more), as());
const find = (phone: string) => get(`/api/admin/callers/?phone=${encodeURIComponent(phone)}`, as());
/** `+79001234567` as people write it. */
const spellings = (phone: string) => {
  const [, a, b, c, d] = /^\+7(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(phone) ?? [];
  return [`8 (${a}) ${b}-${c}-${d}`, `${a}${b}${c}${d}`, `7-${a}-${b}-${c}${d}`, phone];
};

describe("a caller", () => {
  test("A new caller becomes a client with a car and an order, at the price that was shown, and the audit names the operator.", async () => {
    const phone = uniquePhone();
    expect((await find(phone)).body).toEqual({ phone, client: null, vehicles: [] });
    const price = await post("/api/admin/callers/estimate/", { ...WAY, vehicle_type: tariff }, as());
    const car = newCar();
    const scheduled = new Date(Date.now() + 7200_000).toISOString();
    const made = await place({
      phone: spellings(phone)[0],
      first_name: "Olga",
      ...car,
      description: "Blue gate",
      priority: "HIGH",
      scheduled_at: scheduled,
    });
    expect([made.status, made.body]).toEqual([201, { id: expect.any(String) }]);
    const order = (await get(`/api/admin/orders/${made.body.id}/`, as())).body;
    expect(order).toMatchObject({
      status: "PENDING",
      estimated_price: price.body.price,
      description: "Blue gate",
      priority: "HIGH",
    });
    expect(Date.parse(order.scheduled_at)).toBe(Date.parse(scheduled));
    const { client, vehicles } = (await find(phone)).body;
    expect(client).toMatchObject({ id: order.client, first_name: "Olga", user_type: "CLIENT" });
    expect(vehicles).toMatchObject([{ id: order.vehicle, ...car }]);
    const audited = await rows(
      "SELECT action, actor_id AS actor FROM audit_log WHERE subject IN (?, ?) ORDER BY id",
      `user:${order.client}`,
      `order:${made.body.id}`,
    );
    expect(audited).toEqual([
      { action: "user.create", actor: operator.id },
      { action: "order.create", actor: operator.id },
    ]);
    const told = await get(`/api/admin/notifications/?user=${order.client}`, as());
    expect(told.body.results).toMatchObject([{ type: "ORDER_CREATED" }]);
  });

  test("A caller is found by any spelling of their phone, and their car is used again.", async () => {
    const phone = uniquePhone();
    const first = await place({ phone, ...newCar() });
    const { client, vehicles } = (await find(phone)).body;
    for (const spelling of spellings(phone)) {
      expect((await find(spelling)).body.client).toEqual(client);
    }
    const second = await place({ phone: spellings(phone)[2], vehicle: vehicles[0].id });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect((await find(phone)).body.vehicles).toHaveLength(1);
  });

  test("A new caller whose order comes twice at once is registered once.", async () => {
    const phone = uniquePhone();
    const both = await Promise.all([place({ phone, ...newCar() }), place({ phone, ...newCar() })]);
    expect(both.map(({ status }) => status)).toEqual([201, 201]);
    expect(await rows("SELECT count(*) AS n FROM users WHERE phone = ?", phone)).toEqual([{ n: 1 }]);
  });

  test("A refused order registers nobody, and names each field that is wrong.", async () => {
    const phone = uniquePhone();
    const refusals = [
      [{ phone, ...newCar(), vehicle_type: 999_999 }, ["vehicle_type"]],
      [{ phone, ...newCar(), scheduled_at: "2020-01-01T00:00:00Z" }, ["scheduled_at"]],
      [{ phone, make: "Lada" }, ["license_plate", "model"]],
      [{ phone: "12", ...newCar() }, ["phone"]],
      [{ phone, ...newCar(), pickup_latitude: 95 }, ["pickup_latitude"]],
    ] as const;
    for (const [more, fields] of refusals) {
      const { status, body } = await place(more);
      expect([status, Object.keys(body).sort()]).toEqual([400, fields]);
    }
    expect((await find(phone)).body.client).toBeNull();
  });

  test("The car of another client is refused, by its id and by its licence plate.", async () => {
    const car = newCar();
    const owner = uniquePhone();
    await place({ phone: owner, ...car });
    const [theirs] = (await find(owner)).body.vehicles;
    const phone = uniquePhone();
    expect(Object.keys((await place({ phone, ...car })).body)).toEqual(["license_plate"]);
    expect(Object.keys((await place({ phone, vehicle: theirs.id })).body)).toEqual(["vehicle"]);
    // With a car of their own the same client is found.
    expect((await place({ phone, ...newCar() })).status).toBe(201);
  });

  test("Without a geocoder a search says that there is none.", async () => {
    const { body } = await get("/api/admin/callers/places/?q=Arbat", as());
    expect(body).toEqual({ available: false, places: [] });
  });
});
