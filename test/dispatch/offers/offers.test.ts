/** The search for a truck: the closest is asked first, and exactly one gets the order. */
import { describe, expect, test } from "vitest";
import { newPerson, type Person } from "../../authorization/world.ts";
import { get, rows } from "../../harness/api.ts";
import {
  at,
  move,
  noticesOf,
  orderIn,
  roomUpdatesOf,
  type Scene,
  scene,
  stateOf,
  tariffRow,
  truckRow,
  truckStatus,
} from "../scene.ts";
import { accept, call, decline, north, offersOf, trucksAt } from "./builders.ts";

describe("the search for a truck", () => {
  test("The closest truck is offered the order for twenty seconds, and its driver is notified.", async () => {
    const { there, drivers, id } = await trucksAt(3000, 900, 12_000);
    const before = Date.now();
    const { status, body } = await call(there, id);
    expect([status, body.offer]).toMatchObject([200, { order: id, tow_truck: drivers[1]?.truck }]);
    expect(Math.abs(body.offer.distance - 900)).toBeLessThan(10);
    const left = Date.parse(body.offer.expires_at) - before;
    expect(left).toBeGreaterThanOrEqual(20_000);
    expect(left).toBeLessThan(25_000);
    expect(await noticesOf(drivers[1]?.id ?? 0)).toEqual([
      {
        type: "GENERAL",
        title: "Новый заказ рядом",
        message: `Вам предложен заказ ${id}.`,
        about: `order:${id}`,
      },
    ]);
    expect(await noticesOf(drivers[0]?.id ?? 0)).toEqual([]);
    expect((await roomUpdatesOf(id)).at(-1)).toMatchObject({ kind: "offer", body: { state: "open" } });
  });

  test("The search goes further out when no truck is near, up to 50 km.", async () => {
    const far = await trucksAt(14_000, 40_000);
    expect((await call(far.there, far.id)).body.offer.tow_truck).toBe(far.drivers[0]?.truck);
    const beyond = await trucksAt(55_000);
    expect((await call(beyond.there, beyond.id)).body).toEqual({ offer: null });
  });

  const UNFIT: [string, (there: Scene) => Promise<object>][] = [
    ["busy", async () => ({ status: "BUSY" })],
    ["in repair", async () => ({ status: "MAINTENANCE" })],
    ["silent", async () => ({ status: "OFFLINE" })],
    ["without a driver", async () => ({ driver: null })],
    ["of another tariff", async () => ({ tariff: await tariffRow() })],
    ["never located", async () => ({ at: null })],
  ];
  test.each(UNFIT)("A truck is not asked when it is %s.", async (_, unfit) => {
    const { there, drivers, id } = await trucksAt(2000);
    const { id: driver } = await newPerson("driver");
    await truckRow({ tariff: there.tariff, driver, at: north(100), ...(await unfit(there)) });
    expect((await call(there, id)).body.offer.tow_truck).toBe(drivers[0]?.truck);
  });

  test("A truck that has an open offer for another order is not asked.", async () => {
    const { there, drivers, id } = await trucksAt(100, 2000);
    const other = await orderIn(there, "CONFIRMED");
    await call(there, other);
    expect((await call(there, id)).body.offer.tow_truck).toBe(drivers[1]?.truck);
  });

  test("Starting the search again returns the open offer.", async () => {
    const { there, id } = await trucksAt(100, 200);
    const responses = await Promise.all([1, 2, 3].map(() => call(there, id)));
    const asked = responses.map(({ status, body }) => [status, body.offer.id]);
    expect(new Set(asked.map(String)).size).toBe(1);
    expect(await offersOf(id)).toHaveLength(1);
  });

  test.each(["PENDING", "ASSIGNED", "COMPLETED", "CANCELLED"] as const)(
    "No search starts for an order that is %s.",
    async (status) => {
      const there = await scene();
      const id = await orderIn(there, status);
      const answer = await call(there, id);
      expect([answer.status, answer.body]).toEqual([
        400,
        { status: [`Эвакуатор ищут только для подтверждённых заказов, а статус этого — ${status}.`] },
      ]);
    },
  );

  test("A search that finds no truck notifies the operators.", async () => {
    const there = await scene();
    const id = await orderIn(there, "CONFIRMED");
    await rows("UPDATE users SET last_login_at = ? WHERE id = ?", Date.now(), there.operator.id);
    expect((await call(there, id)).body).toEqual({ offer: null });
    expect(await noticesOf(there.operator.id)).toMatchObject([
      { title: "Нет свободного эвакуатора", message: `Для заказа ${id} не нашлось свободного эвакуатора.` },
    ]);
    expect((await roomUpdatesOf(id)).at(-1)).toMatchObject({ kind: "offer", body: { state: "exhausted" } });
  });
});

describe("a driver with an offer", () => {
  test("A driver sees the offer with what it takes to decide, and nothing about the client.", async () => {
    const { there, drivers, id } = await trucksAt(100);
    await call(there, id);
    const { body } = await get("/api/v1/offers/", { token: drivers[0]?.token ?? "" });
    expect(body).toMatchObject({ count: 1, next: null, results: [{ order: id, pickup_latitude: 55.7522 }] });
    expect(Object.keys(body.results[0])).toEqual([
      "id",
      "order",
      "tow_truck",
      "distance",
      "expires_at",
      "pickup_address",
      "pickup_latitude",
      "pickup_longitude",
      "delivery_address",
      "delivery_latitude",
      "delivery_longitude",
      "priority",
      "vehicle_type",
      "estimated_price",
    ]);
    expect((await get("/api/v1/offers/", { token: there.driver.token })).body.results).toEqual([]);
    // The order itself is not theirs to see yet.
    expect((await get(at(id), { token: drivers[0]?.token ?? "" })).status).toBe(404);
  });

  test("An accepted offer assigns the order as an operator would.", async () => {
    const { there, drivers, id } = await trucksAt(100);
    const [driver] = drivers;
    await call(there, id);
    const { status, body } = await accept(driver as Person, id);
    expect([status, body.status, body.tow_truck.id]).toEqual([200, "ASSIGNED", driver?.truck]);
    expect(await truckStatus(driver?.truck ?? 0)).toBe("BUSY");
    expect((await offersOf(id)).map(({ status }) => status)).toEqual(["ACCEPTED"]);
    expect(body.status_history[0]).toMatchObject({
      old_status: "CONFIRMED",
      new_status: "ASSIGNED",
      changed_by: driver?.id,
    });
    expect((await noticesOf(there.client.id)).at(-1)).toMatchObject({ type: "ORDER_ASSIGNED" });
    expect((await accept(driver as Person, id)).status).toBe(409);
  });

  test("After a refusal the next truck is asked.", async () => {
    const { there, drivers, id } = await trucksAt(100, 200);
    await call(there, id);
    expect((await decline(drivers[0] as Person, id)).status).toBe(204);
    expect((await offersOf(id)).map(({ status, truck_id }) => [status, truck_id])).toEqual([
      ["REFUSED", drivers[0]?.truck],
      ["OPEN", drivers[1]?.truck],
    ]);
    expect((await accept(drivers[0] as Person, id)).body).toEqual({
      detail: "Предложение больше не действует.",
    });
    expect((await accept(drivers[1] as Person, id)).status).toBe(200);
  });

  test("An offer ends when an operator assigns or cancels the order.", async () => {
    const { there, drivers, id } = await trucksAt(100);
    await call(there, id);
    await move(there.operator, id, { status: "ASSIGNED", tow_truck: there.truck });
    expect((await offersOf(id)).map(({ status }) => status)).toEqual(["WITHDRAWN"]);
    expect((await accept(drivers[0] as Person, id)).status).toBe(409);
    expect(await truckStatus(drivers[0]?.truck ?? 0)).toBe("AVAILABLE");
  });

  test("A driver without an offer gets 404.", async () => {
    const { there, id } = await trucksAt(100);
    await call(there, id);
    for (const by of [there.driver, there.client, await newPerson("driver")]) {
      expect((await accept(by, id)).status).toBe(404);
      expect((await decline(by, id)).status).toBe(404);
    }
    expect((await stateOf(id)).status).toBe("CONFIRMED");
  });
});
