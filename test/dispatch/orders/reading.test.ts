/** Reading an order: its fields, who sees which of them, and the account's export. */
import { beforeAll, describe, expect, test } from "vitest";
import { newPerson } from "../../authorization/world.ts";
import { get, post, rows } from "../../harness/api.ts";
import { at, move, orderIn, type Scene, scene, stateOf } from "../scene.ts";

let there: Scene;
beforeAll(async () => {
  there = await scene();
});

describe("an order", () => {
  test("An order is answered with all documented keys in their order.", async () => {
    const id = await orderIn(await scene(), "PENDING");
    const { token } = await newPerson("operator");
    const { body } = await get(at(id), { token });
    expect(Object.keys(body)).toEqual([
      "id",
      "client",
      "tow_truck",
      "vehicle",
      "status_history",
      "payments",
      "rating",
      "created_at",
      "updated_at",
      "pickup_address",
      "pickup_latitude",
      "pickup_longitude",
      "delivery_address",
      "delivery_latitude",
      "delivery_longitude",
      "description",
      "priority",
      "status",
      "estimated_price",
      "final_price",
      "scheduled_time",
      "completed_at",
      "vehicle_type",
    ]);
    expect(body).toMatchObject({ tow_truck: null, status_history: [], payments: [], rating: null });
  });

  test("An order includes its client, vehicle, truck and history.", async () => {
    const own = await scene();
    const id = await orderIn(own, "ASSIGNED");
    const { body } = await get(at(id), { token: own.operator.token });
    expect(body).toMatchObject({
      client: { id: own.client.id },
      vehicle: { id: own.vehicle, owner: { id: own.client.id } },
      tow_truck: { id: own.truck, driver: { id: own.driver.id }, vehicle_types: [{ id: own.tariff }] },
      vehicle_type: own.tariff,
    });
    expect(body.status_history).toMatchObject([
      {
        old_status: "CONFIRMED",
        new_status: "ASSIGNED",
        changed_by: own.operator.id,
        order: id,
        comment: "",
      },
      { old_status: "PENDING", new_status: "CONFIRMED", changed_by_name: own.operator.username },
    ]);
  });

  test("A history row of a deleted user names nobody.", async () => {
    const own = await scene();
    const id = await orderIn(own, "CONFIRMED");
    await rows("UPDATE order_status_history SET changed_by = NULL WHERE order_id = ?", id);
    const { body } = await get(at(id), { token: own.client.token });
    expect(body.status_history[0].changed_by).toBeNull();
    expect(body.status_history[0]).not.toHaveProperty("changed_by_name");
  });

  test("Only the client sees an order's start code.", async () => {
    const own = await scene();
    const id = await orderIn(own, "ASSIGNED");
    const { start_code } = await stateOf(id);
    const seen = async (token: string) => (await get(at(id), { token })).body.start_code;
    expect(await seen(own.client.token)).toBe(start_code);
    expect(await seen(own.driver.token)).toBeUndefined();
    expect(await seen(own.operator.token)).toBeUndefined();
  });

  test("Client and driver see each other's phone only while the truck has the job.", async () => {
    const own = await scene();
    const phones = ["+79990000001", "+79990000002"].map(
      (phone) => `${phone.slice(0, 6)}${Math.random().toFixed(6).slice(2)}`,
    );
    await rows("UPDATE users SET phone = ? WHERE id = ?", phones[0], own.client.id);
    await rows("UPDATE users SET phone = ? WHERE id = ?", phones[1], own.driver.id);
    const id = await orderIn(own, "ASSIGNED");
    const seen = async () => {
      const [byClient, byDriver] = await Promise.all([
        get(at(id), { token: own.client.token }),
        get(at(id), { token: own.driver.token }),
      ]);
      return [byClient.body.tow_truck.driver.phone, byDriver.body.client.phone, byDriver.body.client.email];
    };
    expect(await seen()).toEqual([phones[1], phones[0], ""]);
    await move(own.driver, id, { status: "IN_PROGRESS" });
    await move(own.driver, id, { status: "COMPLETED" });
    expect(await seen()).toEqual(["", "", ""]);
  });

  test("An order is not found for strangers and other drivers.", async () => {
    const id = await orderIn(there, "PENDING");
    for (const role of ["stranger", "driver"] as const) {
      const answer = await get(at(id), { token: (await newPerson(role)).token });
      expect([answer.status, answer.body]).toEqual([404, { detail: "Страница не найдена." }]);
    }
  });

  test.each(["abc", "1", crypto.randomUUID()])("An order with the id %s is not found.", async (id) => {
    const answer = await get(at(id), { token: there.operator.token });
    expect([answer.status, answer.body]).toEqual([404, { detail: "Страница не найдена." }]);
  });
});

test("An account's export includes its orders with their payments.", async () => {
  const own = await scene();
  const id = await orderIn(own, "COMPLETED");
  await post(at(id, "payments/"), { amount: "5.00", payment_method: "CASH" }, { token: own.client.token });
  const { body } = await get("/api/v1/users/me/export/", { token: own.client.token });
  expect(body.orders).toMatchObject([{ id, status: "COMPLETED", payments: [{ amount: "5.00" }] }]);
  expect(body.orders[0].status_history).toHaveLength(4);
  expect((await get("/api/v1/users/me/export/", { token: own.driver.token })).body.orders).toEqual([]);
});
