/** Payments: clients declare any amount, operators settle them, never more than the amount due. */
import { describe, expect, test } from "vitest";
import { newPerson, type Person } from "../../authorization/world.ts";
import { patch, post, rows } from "../../harness/api.ts";
import { at, noticesOf, orderIn, place, roomUpdatesOf, type Scene, scene } from "../scene.ts";

const pay = (by: Person, id: string, changes: object = {}) =>
  post(at(id, "payments/"), { amount: "1000.00", payment_method: "CARD", ...changes }, { token: by.token });

const settle = (by: Person, id: string, payment: number, status: string) =>
  patch(at(id, `payments/${payment}/`), { status }, { token: by.token });

async function declared(there: Scene, amount = "1000.00"): Promise<{ id: string; payment: number }> {
  const id = await place(there);
  return { id, payment: (await pay(there.client, id, { amount })).body.id };
}

const paymentsOf = (id: string) =>
  rows<{ status: string; amount: number; paid_at: number | null }>(
    "SELECT status, amount, paid_at FROM payments WHERE order_id = ? ORDER BY id",
    id,
  );

describe("a declared payment", () => {
  test("A declared payment is pending, whatever status it names.", async () => {
    const there = await scene();
    const id = await place(there);
    // What the app's own preset sends, without the order that the path names.
    const body = { amount: "1500.00", status: "COMPLETED", transaction_id: "TEST-123" };
    const answer = await pay(there.client, id, { ...body, paid_at: "2026-01-01T00:00:00Z", order: "x" });
    expect([answer.status, answer.body]).toEqual([
      201,
      {
        id: expect.any(Number),
        payment_method: "CARD",
        status: "PENDING",
        created_at: expect.stringMatching(/Z$/),
        updated_at: expect.stringMatching(/Z$/),
        amount: "1500.00",
        transaction_id: "TEST-123",
        paid_at: null,
        order: id,
      },
    ]);
    expect((await noticesOf(there.client.id)).map(({ type }) => type)).toEqual(["ORDER_CREATED"]);
  });

  test.each(["0", "-1.00", "0.00"])("A declared payment of %s is refused.", async (amount) => {
    const there = await scene();
    const id = await place(there);
    const answer = await pay(there.client, id, { amount });
    expect([answer.status, answer.body]).toEqual([
      400,
      { amount: ["Убедитесь, что это значение больше либо равно 0.01."] },
    ]);
    expect(await paymentsOf(id)).toEqual([]);
  });

  test("A declared payment may exceed the amount due: it stays pending until an operator decides.", async () => {
    const there = await scene();
    const id = await place(there);
    // What the app's own preset sends for any order.
    const answer = await pay(there.client, id, { amount: "3500.00", status: "COMPLETED" });
    expect([answer.status, answer.body]).toMatchObject([201, { amount: "3500.00", status: "PENDING" }]);
    expect(await paymentsOf(id)).toEqual([{ status: "PENDING", amount: 350_000, paid_at: null }]);
  });

  test.each([
    [{ amount: undefined }, { amount: ["Обязательное поле."] }],
    [{ amount: "much" }, { amount: ["Требуется численное значение."] }],
    [{ payment_method: "GOLD" }, { payment_method: ["Объект с code=GOLD не существует."] }],
    [{ payment_method: "" }, { payment_method: ["Это поле не может быть пустым."] }],
    [{ status: "PAID" }, { status: ["Объект с code=PAID не существует."] }],
    [
      { transaction_id: "x".repeat(101) },
      { transaction_id: ["Убедитесь, что это значение содержит не более 100 символов."] },
    ],
  ])("A declared payment with %j is refused.", async (changes, errors) => {
    const there = await scene();
    const answer = await pay(there.client, await place(there), changes);
    expect([answer.status, answer.body]).toEqual([400, errors]);
  });

  test("Only the order's client declares payments; for others the order is not found.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    for (const by of [there.driver, there.operator, await newPerson("stranger")])
      expect((await pay(by, id)).status).toBe(404);
    expect(await paymentsOf(id)).toEqual([]);
  });
});

describe("settling payments", () => {
  test("Completing a payment sets its time, notifies the client once and tells the room.", async () => {
    const there = await scene();
    const { id, payment } = await declared(there);
    const { status, body } = await settle(there.operator, id, payment, "COMPLETED");
    expect([status, body]).toMatchObject([200, { id: payment, status: "COMPLETED", amount: "1000.00" }]);
    expect(body.paid_at).toMatch(/Z$/);
    await settle(there.operator, id, payment, "COMPLETED");
    const told = (await noticesOf(there.client.id)).filter(({ type }) => type === "PAYMENT_RECEIVED");
    expect(told).toEqual([
      {
        type: "PAYMENT_RECEIVED",
        title: "Платёж получен",
        message: `Платёж 1000.00 ₽ по заказу ${id} получен.`,
        about: `order:${id}`,
      },
    ]);
    expect((await roomUpdatesOf(id)).at(-1)).toMatchObject({
      kind: "payment",
      body: { payment, status: "COMPLETED", amount: "1000.00" },
    });
    const [audited] = await rows("SELECT * FROM audit_log WHERE subject = ?", `payment:${payment}`);
    expect(audited).toMatchObject({ action: "payment.settle", actor_id: there.operator.id });
  });

  const WAYS: [string[], string, number][] = [
    [[], "PROCESSING", 200],
    [[], "FAILED", 200],
    [["PROCESSING"], "COMPLETED", 200],
    [["PROCESSING"], "FAILED", 200],
    [["COMPLETED"], "REFUNDED", 200],
    [[], "REFUNDED", 400],
    [["PROCESSING"], "PENDING", 400],
    [["PROCESSING"], "REFUNDED", 400],
    [["COMPLETED"], "PENDING", 400],
    [["COMPLETED"], "FAILED", 400],
    [["FAILED"], "COMPLETED", 400],
    [["COMPLETED", "REFUNDED"], "COMPLETED", 400],
  ];
  test.each(WAYS)("A payment after %j is changed to %s with status %d.", async (before, to, status) => {
    const there = await scene();
    const { id, payment } = await declared(there);
    for (const step of before) await settle(there.operator, id, payment, step);
    const answer = await settle(there.operator, id, payment, to);
    expect(answer.status).toBe(status);
    if (status === 400) {
      const from = before.at(-1) ?? "PENDING";
      expect(answer.body).toEqual({ status: [`Платёж нельзя перевести из ${from} в ${to}.`] });
    }
  });

  test.each(["PROCESSING", "COMPLETED"])(
    "A payment that exceeds the amount due can't become %s.",
    async (to) => {
      const there = await scene();
      const { id, payment } = await declared(there, "2500.01");
      const answer = await settle(there.operator, id, payment, to);
      expect([answer.status, answer.body]).toEqual([400, { amount: ["К оплате не больше 2500.00."] }]);
      expect(await paymentsOf(id)).toEqual([{ status: "PENDING", amount: 250_001, paid_at: null }]);
      expect((await noticesOf(there.client.id)).map(({ type }) => type)).toEqual(["ORDER_CREATED"]);
    },
  );

  test("Payments up to the price that an operator set can be completed.", async () => {
    const there = await scene();
    const { id, payment } = await declared(there, "3500.00");
    await patch(at(id), { final_price: "3500.00" }, { token: there.operator.token });
    expect((await settle(there.operator, id, payment, "COMPLETED")).status).toBe(200);
  });

  test("No payment of a cancelled order can be completed.", async () => {
    const there = await scene();
    const id = await orderIn(there, "CANCELLED");
    const { body } = await pay(there.client, id);
    const answer = await settle(there.operator, id, body.id, "COMPLETED");
    expect([answer.status, answer.body]).toEqual([400, { amount: ["К оплате не больше 0.00."] }]);
  });

  test("Completed payments never exceed the amount due, in any order.", async () => {
    const there = await scene();
    const { id, payment } = await declared(there, "1500.00");
    const second = (await pay(there.client, id, { amount: "1500.00" })).body.id;
    expect((await settle(there.operator, id, payment, "COMPLETED")).status).toBe(200);
    const answer = await settle(there.operator, id, second, "COMPLETED");
    expect([answer.status, answer.body]).toEqual([400, { amount: ["К оплате не больше 1000.00."] }]);
    expect((await paymentsOf(id)).map(({ status }) => status)).toEqual(["COMPLETED", "PENDING"]);
  });

  test("A refund makes the amount due again.", async () => {
    const there = await scene();
    const { id, payment } = await declared(there, "2500.00");
    await settle(there.operator, id, payment, "COMPLETED");
    const again = (await pay(there.client, id, { amount: "2500.00" })).body.id;
    expect((await settle(there.operator, id, again, "COMPLETED")).status).toBe(400);
    await settle(there.operator, id, payment, "REFUNDED");
    expect((await settle(there.operator, id, again, "COMPLETED")).status).toBe(200);
  });

  test("A payment is found under its own order only.", async () => {
    const there = await scene();
    const { payment } = await declared(there);
    expect((await settle(there.operator, await place(there), payment, "COMPLETED")).status).toBe(404);
  });

  test("Clients and drivers can't settle payments.", async () => {
    const there = await scene();
    const { id, payment } = await declared(there);
    for (const by of [there.client, there.driver])
      expect((await settle(by, id, payment, "COMPLETED")).status).toBe(403);
    expect(await paymentsOf(id)).toEqual([{ status: "PENDING", amount: 100_000, paid_at: null }]);
  });
});

test("Concurrent settlements never exceed the amount due.", async () => {
  const there = await scene();
  const id = await place(there);
  const payments = await Promise.all(
    Array.from({ length: 6 }, async () => (await pay(there.client, id)).body.id as number),
  );
  const responses = await Promise.all(payments.map((each) => settle(there.operator, id, each, "COMPLETED")));
  expect(responses.filter(({ status }) => status === 200)).toHaveLength(2);
  expect((await paymentsOf(id)).filter(({ status }) => status === "COMPLETED")).toHaveLength(2);
});
