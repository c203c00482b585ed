/** Editing an order: each side changes its own fields; others are ignored without a trace. */
import { beforeAll, describe, expect, test } from "vitest";
import { del, get, patch, put, rows } from "../../harness/api.ts";
import { at, orderIn, place, ROUTE, type Scene, scene, stateOf, tariffRow } from "../scene.ts";

let there: Scene;
beforeAll(async () => {
  there = await scene();
});

describe("editing", () => {
  test("A client changes places of a pending order and gets a new estimate.", async () => {
    const tariff = await tariffRow(10_000);
    const own = { ...(await scene()), tariff };
    const id = await place(own);
    const before = await stateOf(id);
    const answer = await patch(
      at(id),
      { delivery_address: "Тула", delivery_latitude: 54.19, delivery_longitude: 37.61 },
      { token: own.client.token },
    );
    expect([answer.status, answer.body.delivery_address]).toEqual([200, "Тула"]);
    expect((await stateOf(id)).estimated_price).toBeGreaterThan(before.estimated_price ?? 0);
  });

  test("Fields that a client may not change are ignored and leave no audit row.", async () => {
    const own = await scene();
    const id = await place(own);
    const forged = {
      status: "COMPLETED",
      estimated_price: "1.00",
      final_price: "1.00",
      tow_truck: own.truck,
      scheduled_time: "2031-01-01T00:00:00Z",
      vehicle_type: await tariffRow(),
    };
    const before = await stateOf(id);
    const answer = await patch(at(id), forged, { token: own.client.token });
    expect([answer.status, answer.body.status]).toEqual([200, "PENDING"]);
    expect(await stateOf(id)).toEqual(before);
    expect(answer.body.status_history).toEqual([]);
  });

  test("PUT requires both places and the tariff.", async () => {
    const own = await scene();
    const id = await place(own);
    const { body: order } = await get(at(id), { token: own.client.token });
    const whole = {
      pickup_address: "Тверская, 1",
      pickup_latitude: order.pickup_latitude,
      pickup_longitude: order.pickup_longitude,
      delivery_address: order.delivery_address,
      delivery_latitude: order.delivery_latitude,
      delivery_longitude: order.delivery_longitude,
      vehicle_type: order.vehicle_type,
    };
    const before = await stateOf(id);
    for (const name of Object.keys(whole)) {
      const { [name as keyof typeof whole]: _, ...rest } = whole;
      const answer = await put(at(id), rest, { token: own.client.token });
      expect([answer.status, answer.body]).toEqual([400, { [name]: ["Обязательное поле."] }]);
    }
    expect(await stateOf(id)).toEqual(before);
    const answer = await put(at(id), whole, { token: own.client.token });
    expect([answer.status, answer.body.pickup_address]).toEqual([200, "Тверская, 1"]);
    const stranger = await put(at(id), {}, { token: (await scene()).client.token });
    expect(stranger.status).toBe(404);
  });

  test("After confirmation the client changes the description and no place.", async () => {
    const own = await scene();
    const id = await orderIn(own, "CONFIRMED");
    const { body } = await patch(
      at(id),
      { description: "Ключи у охраны", pickup_address: "Elsewhere" },
      { token: own.client.token },
    );
    expect(body).toMatchObject({ description: "Ключи у охраны", pickup_address: ROUTE.pickup_address });
  });

  test("A driver can't edit an order.", async () => {
    const own = await scene();
    const id = await orderIn(own, "ASSIGNED");
    const before = await stateOf(id);
    const answer = await patch(
      at(id),
      { description: "x", final_price: "9.00", pickup_address: "x" },
      { token: own.driver.token },
    );
    expect(answer.status).toBe(200);
    expect(await stateOf(id)).toEqual(before);
  });

  test("An operator's change of price and time leaves an audit row.", async () => {
    const own = await scene();
    const id = await place(own);
    const change = { final_price: "3999.99", scheduled_time: "2031-02-03T04:05:06Z", description: "x" };
    const { status, body } = await patch(at(id), change, { token: own.operator.token });
    expect([status, body]).toMatchObject([
      200,
      { final_price: "3999.99", scheduled_time: "2031-02-03T04:05:06.000Z", estimated_price: "2500.00" },
    ]);
    const [row] = await rows<{ before: string; after: string; actor_id: number }>(
      "SELECT * FROM audit_log WHERE subject = ?",
      `order:${id}`,
    );
    expect(row?.actor_id).toBe(own.operator.id);
    expect(JSON.parse(row?.before ?? "")).toMatchObject({ finalPrice: null });
    expect(JSON.parse(row?.after ?? "")).toMatchObject({ finalPrice: 399_999 });
  });

  test.each(["0", "-1.00", "0.001", "many"])("The final price %s is refused.", async (final_price) => {
    const id = await orderIn(there, "PENDING");
    const answer = await patch(at(id), { final_price }, { token: there.operator.token });
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.body)).toEqual(["final_price"]);
  });

  test("An order has no DELETE.", async () => {
    const id = await orderIn(there, "PENDING");
    expect((await del(at(id), undefined, { token: there.operator.token })).status).toBe(405);
  });
});
