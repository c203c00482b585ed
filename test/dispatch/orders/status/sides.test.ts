/** What drivers and clients may do with an order: start, complete, arrive, cancel, nothing else. */
import { describe, expect, test } from "vitest";
import { newPerson } from "../../../authorization/world.ts";
import { patch, post } from "../../../harness/api.ts";
import {
  at,
  move,
  noticesOf,
  orderIn,
  place,
  type Scene,
  scene,
  stateOf,
  truckRow,
  truckStatus,
} from "../../scene.ts";

describe("a driver", () => {
  test("A driver starts and completes only the jobs of their own truck.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    expect((await move(await newPerson("driver"), id, { status: "IN_PROGRESS" })).status).toBe(404);
    expect((await move(there.driver, id, { status: "CANCELLED" })).body).toEqual({
      status: ["Заказ нельзя перевести из ASSIGNED в CANCELLED."],
    });
    expect((await move(there.driver, id, { status: "IN_PROGRESS" })).status).toBe(200);
  });

  test("A driver can't set price, time, cancellation or truck.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    const other = await truckRow({ tariff: there.tariff, driver: (await newPerson("driver")).id });
    const forged = {
      status: "IN_PROGRESS",
      final_price: "1.00",
      scheduled_time: "2031-01-01T00:00:00Z",
      completed_at: "2031-01-01T00:00:00Z",
      tow_truck: other,
    };
    expect((await move(there.driver, id, forged)).body).toEqual({
      status: "IN_PROGRESS",
      final_price: null,
      scheduled_time: null,
      completed_at: null,
      tow_truck: there.truck,
    });
    expect(await truckStatus(other)).toBe("AVAILABLE");
  });

  test("A driver who sends a start code must send the right one.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    const { start_code: code } = await stateOf(id);
    const wrong = await move(there.driver, id, { status: "IN_PROGRESS", start_code: "000000" });
    expect([wrong.status, wrong.body]).toEqual([400, { start_code: ["Неверный код."] }]);
    expect((await move(there.driver, id, { status: "IN_PROGRESS", start_code: code })).status).toBe(200);
  });
});

describe("start/", () => {
  const start = (there: Scene, id: string, code: string, token = there.driver.token) =>
    post(at(id, "start/"), { code }, { token });

  test("The truck's driver starts the work with the client's code by start/.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    const { start_code: code } = await stateOf(id);
    const wrong = await start(there, id, "000000");
    expect([wrong.status, wrong.body]).toEqual([400, { code: ["Неверный код."] }]);
    expect((await start(there, id, code, there.client.token)).status).toBe(403);
    expect((await start(there, id, code, there.operator.token)).status).toBe(403);
    expect((await start(there, id, code, (await newPerson("driver")).token)).status).toBe(404);
    const { status, body } = await start(there, id, code);
    expect([status, body.status]).toEqual([200, "IN_PROGRESS"]);
  });
});

describe("a client", () => {
  test.each(["PENDING", "CONFIRMED", "ASSIGNED"] as const)(
    "A client cancels an order that is %s.",
    async (from) => {
      const there = await scene();
      const id = await orderIn(there, from);
      const answer = await patch(
        at(id, "update-status/"),
        { status: "CANCELLED" },
        { token: there.client.token },
      );
      expect([answer.status, answer.body.status]).toEqual([200, "CANCELLED"]);
      expect(await truckStatus(there.truck)).toBe("AVAILABLE");
      expect((await noticesOf(there.client.id)).at(-1)).toMatchObject({
        type: "ORDER_CANCELLED",
        title: "Заказ отменён",
        message: `Заказ ${id} был отменён.`,
      });
    },
  );

  test("A client can't cancel once the work has started.", async () => {
    const there = await scene();
    const id = await orderIn(there, "IN_PROGRESS");
    for (const answer of [
      await move(there.client, id, { status: "CANCELLED" }),
      await post(at(id, "cancel/"), undefined, { token: there.client.token }),
    ])
      expect([answer.status, answer.body]).toEqual([
        400,
        { status: ["Заказ нельзя перевести из IN_PROGRESS в CANCELLED."] },
      ]);
    expect(await truckStatus(there.truck)).toBe("BUSY");
  });

  test.each(["CONFIRMED", "ASSIGNED", "IN_PROGRESS", "COMPLETED", undefined])(
    "A client's request for the status %s is not found.",
    async (status) => {
      const there = await scene();
      const id = await place(there);
      expect((await move(there.client, id, { status, final_price: "1.00" })).status).toBe(404);
      expect(await stateOf(id)).toMatchObject({ status: "PENDING", final_price: null });
    },
  );

  test("A client cancels by cancel/ and gets the order.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    const { status, body } = await post(at(id, "cancel/"), undefined, { token: there.client.token });
    expect([status, body.status, body.status_history.length]).toEqual([200, "CANCELLED", 3]);
    expect(await truckStatus(there.truck)).toBe("AVAILABLE");
  });
});

describe("arrived/", () => {
  test("The route arrived/ notifies the client once, however often it is called.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    for (let times = 0; times < 2; times++)
      expect((await post(at(id, "arrived/"), undefined, { token: there.driver.token })).status).toBe(200);
    const told = (await noticesOf(there.client.id)).filter(({ type }) => type === "DRIVER_ARRIVED");
    expect(told).toEqual([
      {
        type: "DRIVER_ARRIVED",
        title: "Водитель на месте",
        message: `Эвакуатор прибыл по заказу ${id}.`,
        about: `order:${id}`,
      },
    ]);
  });

  test("The route arrived/ is for the truck's driver, before the work starts.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    expect((await post(at(id, "arrived/"), undefined, { token: there.client.token })).status).toBe(403);
    await move(there.driver, id, { status: "IN_PROGRESS" });
    expect((await post(at(id, "arrived/"), undefined, { token: there.driver.token })).status).toBe(400);
    expect((await noticesOf(there.client.id)).some(({ type }) => type === "DRIVER_ARRIVED")).toBe(false);
  });
});
