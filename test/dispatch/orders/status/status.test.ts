/** An order's status: the whole life, refusals, history and notifications. */
import { describe, expect, test } from "vitest";
import { put, rows } from "../../../harness/api.ts";
import {
  at,
  historyOf,
  move,
  noticesOf,
  orderIn,
  place,
  roomUpdatesOf,
  type Step,
  scene,
  tracesOf,
  truckStatus,
} from "../../scene.ts";

describe("from order to completion", () => {
  test("Each transition answers five fields, and the server sets the time of completion.", async () => {
    const there = await scene();
    const id = await place(there);
    const confirmed = await move(there.operator, id, { status: "CONFIRMED" });
    expect([confirmed.status, confirmed.body]).toEqual([
      200,
      { status: "CONFIRMED", final_price: null, scheduled_time: null, completed_at: null, tow_truck: null },
    ]);
    await move(there.operator, id, { status: "ASSIGNED", tow_truck: String(there.truck) });
    expect(await truckStatus(there.truck)).toBe("BUSY");
    await move(there.driver, id, { status: "IN_PROGRESS" });
    const before = Date.now();
    const done = await put(
      at(id, "update-status/"),
      { status: "COMPLETED", completed_at: "2001-01-01T00:00:00Z" },
      { token: there.driver.token },
    );
    expect(done.body).toMatchObject({ status: "COMPLETED", final_price: "2500.00", tow_truck: there.truck });
    expect(Date.parse(done.body.completed_at)).toBeGreaterThanOrEqual(before);
    expect(await truckStatus(there.truck)).toBe("AVAILABLE");
  });

  test("The history has each transition once, with the user who made it.", async () => {
    const there = await scene();
    const id = await orderIn(there, "COMPLETED");
    const { operator, driver } = there;
    expect(await historyOf(id)).toEqual([
      { old_status: "PENDING", new_status: "CONFIRMED", changed_by: operator.id, comment: "" },
      { old_status: "CONFIRMED", new_status: "ASSIGNED", changed_by: operator.id, comment: "" },
      { old_status: "ASSIGNED", new_status: "IN_PROGRESS", changed_by: driver.id, comment: "" },
      { old_status: "IN_PROGRESS", new_status: "COMPLETED", changed_by: driver.id, comment: "" },
    ]);
  });

  test("Each new status notifies the client in the app's words, and nobody else.", async () => {
    const there = await scene();
    const id = await orderIn(there, "COMPLETED");
    const about = `order:${id}`;
    expect((await noticesOf(there.client.id)).slice(1)).toEqual([
      {
        type: "ORDER_CONFIRMED",
        title: "Заказ подтверждён",
        message: `Заказ ${id} подтверждён оператором.`,
        about,
      },
      {
        type: "ORDER_ASSIGNED",
        title: "Назначен эвакуатор",
        message: `К заказу ${id} назначен водитель.`,
        about,
      },
      {
        type: "ORDER_IN_PROGRESS",
        title: "Заказ в работе",
        message: `Эвакуатор выехал на заказ ${id}.`,
        about,
      },
      { type: "ORDER_COMPLETED", title: "Заказ выполнен", message: `Заказ ${id} успешно завершён.`, about },
    ]);
    expect(await noticesOf(there.driver.id)).toEqual([]);
    expect(await noticesOf(there.operator.id)).toEqual([]);
  });

  test("Each new status is published to the order's room and to the operators.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    expect((await roomUpdatesOf(id)).map(({ kind, body }) => [kind, body])).toEqual([
      ["status", { order: id, status: "PENDING", old_status: null, tow_truck: null }],
      ["status", { order: id, status: "CONFIRMED", old_status: "PENDING", tow_truck: null }],
      ["status", { order: id, status: "ASSIGNED", old_status: "CONFIRMED", tow_truck: there.truck }],
    ]);
  });
});

describe("refused transitions", () => {
  const WRONG: [Step, string][] = [
    ["PENDING", "ASSIGNED"],
    ["PENDING", "IN_PROGRESS"],
    ["PENDING", "COMPLETED"],
    ["CONFIRMED", "PENDING"],
    ["CONFIRMED", "COMPLETED"],
    ["ASSIGNED", "CONFIRMED"],
    ["ASSIGNED", "COMPLETED"],
    ["IN_PROGRESS", "ASSIGNED"],
    ["COMPLETED", "PENDING"],
    ["COMPLETED", "CANCELLED"],
    ["CANCELLED", "PENDING"],
  ];
  test.each(WRONG)(
    "A transition from %s to %s is refused, names both and changes nothing.",
    async (from, to) => {
      const there = await scene();
      const id = await orderIn(there, from);
      const before = await tracesOf(there, id);
      const answer = await move(there.operator, id, { status: to });
      expect([answer.status, answer.body]).toEqual([
        400,
        { status: [`Заказ нельзя перевести из ${from} в ${to}.`] },
      ]);
      expect(await tracesOf(there, id)).toEqual(before);
    },
  );

  test("A request for the present status writes no history and no notification.", async () => {
    const there = await scene();
    const id = await orderIn(there, "CONFIRMED");
    const before = await tracesOf(there, id);
    expect((await move(there.operator, id, { status: "CONFIRMED" })).status).toBe(200);
    expect((await move(there.operator, id, {})).status).toBe(200);
    expect(await tracesOf(there, id)).toEqual(before);
  });

  test("An unknown or empty status is refused.", async () => {
    const there = await scene();
    const answer = await move(there.operator, await place(there), { status: "GONE" });
    expect([answer.status, answer.body]).toEqual([
      400,
      { status: ["Значения GONE нет среди допустимых вариантов."] },
    ]);
  });
});

describe("status changes by an operator", () => {
  test("The final price that an operator sets is kept at completion.", async () => {
    const there = await scene();
    const id = await orderIn(there, "IN_PROGRESS");
    const { body } = await move(there.operator, id, { status: "COMPLETED", final_price: 3100.5 });
    expect(body).toMatchObject({ status: "COMPLETED", final_price: "3100.50" });
  });

  test.each([
    [{ final_price: "0" }, "final_price"],
    [{ final_price: "-5.00" }, "final_price"],
    [{ final_price: "99999999999.00" }, "final_price"],
    [{ scheduled_time: "2020-01-01T00:00:00Z" }, "scheduled_time"],
    [{ tow_truck: "x" }, "tow_truck"],
  ])("An operator's request with %j is refused.", async (body, field) => {
    const there = await scene();
    const answer = await move(there.operator, await place(there), body);
    expect([answer.status, Object.keys(answer.body)]).toEqual([400, [field]]);
  });

  test("An operator's transitions leave audit rows.", async () => {
    const there = await scene();
    const id = await orderIn(there, "CONFIRMED");
    const [row] = await rows<{ action: string; before: string; after: string }>(
      "SELECT action, before, after FROM audit_log WHERE subject = ?",
      `order:${id}`,
    );
    expect(row).toEqual({
      action: "order.move",
      before: '{"status":"PENDING"}',
      after: '{"status":"CONFIRMED"}',
    });
  });
});
