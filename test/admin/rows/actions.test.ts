/** The declared actions: what their buttons say, when they are offered, and that money and ends are kept with their reasons. */
import { beforeAll, describe, expect, test } from "vitest";
import { catalogue } from "../../../src/modules/admin/catalogue.ts";
import { newPerson, type Person } from "../../authorization/world.ts";
import { get, post, rows } from "../../harness/api.ts";
import { anOrder, aPayment, aTariff } from "../orders/towing.ts";

const actions = catalogue.flatMap(({ name, actions = {}, fields }) =>
  Object.entries(actions).map(([action, declared]) => ({ name: `${name}.${action}`, declared, fields })),
);
const AMBIGUOUS = /^(cancel|ok|yes|no|отмена|отменить|да|нет|ок)$/i;

describe("the words of actions", () => {
  test("No button of a declared action says only cancel, yes or no, in either language.", () => {
    const words = actions.flatMap(({ declared: { label, keep } }) =>
      [label, keep].flatMap((each) => (each ? [each.en, each.ru] : [])),
    );
    expect(words.length).toBeGreaterThan(30);
    expect(words.filter((each) => AMBIGUOUS.test(each))).toEqual([]);
    expect(["Cancel", "Отменить", "Отмена"].every((each) => AMBIGUOUS.test(each))).toBe(true);
  });

  test("No two buttons that an action's dialog or a record's page shows say the same.", () => {
    for (const { actions: declared = {} } of catalogue)
      for (const locale of ["en", "ru"] as const) {
        const words = Object.values(declared).flatMap(({ label, keep }) =>
          [label, keep].flatMap((each) => (each ? [each[locale]] : [])),
        );
        expect(new Set(words).size).toBe(words.length);
      }
  });

  test("An action that ends or takes away says what happens, asks first, and names what is kept.", () => {
    const dangerous = actions.filter(({ declared }) => declared.danger);
    expect(dangerous.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["orders.cancel", "payments.fail", "payments.refund", "users.end_sessions"]),
    );
    for (const { declared } of dangerous) expect([declared.confirm, declared.keep]).not.toContain(undefined);
  });

  test("Every action on money or an order's end asks first, shows or asks the amount, and takes a reason.", () => {
    const money = actions.filter(({ name }) => /^payments\.|^orders\.(complete|record_payment)/.test(name));
    expect(money.length).toBe(7);
    for (const { declared } of money) {
      expect(declared.confirm).toBeDefined();
      expect(declared.asks?.reason).toBeDefined();
      expect([...(declared.shows ?? []), ...Object.keys(declared.asks ?? {})].join()).toMatch(/amount|price/);
    }
  });

  test("What a confirmation shows or proposes are fields of its record.", () => {
    for (const { declared, fields } of actions)
      for (const name of [
        ...(declared.shows ?? []),
        ...Object.values(declared.asks ?? {}).flatMap(({ proposed = [] }) => proposed),
      ])
        expect(Object.keys(fields)).toContain(name);
  });
});

describe("steps", () => {
  let operator: Person;
  const as = () => ({ token: operator.token });
  beforeAll(async () => {
    operator = await newPerson("operator");
  });
  const newOrder = async (status: string) =>
    anOrder({ client: (await newPerson("owner")).id, tariff: await aTariff(), status });
  const act = (resource: string, id: string | number, action: string, given: object = {}) =>
    post(`/api/admin/${resource}/${id}/actions/${action}/`, given, as());
  const read = async (resource: string, id: string | number) =>
    (await get(`/api/admin/${resource}/${id}/`, as())).body;
  const audited = (subject: string) =>
    rows<{ action: string; after: string }>(
      "SELECT action, after FROM audit_log WHERE subject = ? ORDER BY id DESC LIMIT 1",
      subject,
    );

  test("A record names the steps that are possible in its state, in lists too, and no others.", async () => {
    const offered = async (status: string) => (await read("orders", await newOrder(status))).actions;
    expect(await offered("PENDING")).toEqual(["confirm", "assign", "record_payment", "cancel"]);
    expect(await offered("CONFIRMED")).toEqual(["dispatch", "assign", "record_payment", "cancel"]);
    expect(await offered("IN_PROGRESS")).toEqual(["complete", "record_payment", "cancel"]);
    expect(await offered("COMPLETED")).toEqual(["record_payment", "rate"]);
    expect(await offered("CANCELLED")).toEqual([]);
    const order = await newOrder("COMPLETED");
    const payment = await aPayment(order, 50_000);
    expect((await read("payments", payment)).actions).toEqual(["process", "complete", "fail"]);
    await act("payments", payment, "complete");
    const list = await get(`/api/admin/payments/?order_id=${order}`, as());
    expect(list.body.results[0].actions).toEqual(["refund"]);
  });

  test("Cancelling needs a reason, which the history and the audit log keep.", async () => {
    const id = await newOrder("CONFIRMED");
    const refused = await act("orders", id, "cancel", { reason: " " });
    expect([refused.status, Object.keys(refused.body)]).toEqual([400, ["reason"]]);
    expect((await read("orders", id)).status).toBe("CONFIRMED");
    expect((await act("orders", id, "cancel", { reason: "The car starts again" })).status).toBe(204);
    const history = await get(`/api/admin/order-history/?order_id=${id}`, as());
    expect(history.body.results[0]).toMatchObject({
      new_status: "CANCELLED",
      comment: "The car starts again",
    });
    expect(JSON.parse((await audited(`order:${id}`))[0]?.after ?? "")).toMatchObject({
      status: "CANCELLED",
      reason: "The car starts again",
    });
  });

  test("Completing takes the final price, and the audit log keeps it with the note.", async () => {
    const id = await newOrder("IN_PROGRESS");
    const given = { final_price: "1750.50", reason: "Waited an hour" };
    expect((await act("orders", id, "complete", given)).status).toBe(204);
    expect(await read("orders", id)).toMatchObject({
      status: "COMPLETED",
      final_price: "1750.50",
      due: "1750.50",
    });
    expect(JSON.parse((await audited(`order:${id}`))[0]?.after ?? "")).toMatchObject({
      finalPrice: 175_050,
      reason: "Waited an hour",
    });
  });

  test("A refund needs a reason, and is reversed once by a counter-entry that names it.", async () => {
    const order = await newOrder("COMPLETED");
    const id = await aPayment(order, 50_000);
    await act("payments", id, "complete");
    expect((await act("payments", id, "refund")).status).toBe(400);
    expect((await act("payments", id, "refund", { reason: "Paid twice" })).status).toBe(204);
    expect(JSON.parse((await audited(`payment:${id}`))[0]?.after ?? "")).toEqual({
      status: "REFUNDED",
      amount: "500.00",
      reason: "Paid twice",
    });
    const twice = [0, 1].map(() => act("payments", id, "reverse_refund", { reason: "Paid once only" }));
    const answers = await Promise.all(twice);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const { payment } = answers.find(({ status }) => status === 200)?.body ?? {};
    expect(await read("payments", payment)).toMatchObject({
      status: "COMPLETED",
      amount: "500.00",
      reverses: id,
    });
    expect(await read("payments", id)).toMatchObject({
      status: "REFUNDED",
      reversed_by: payment,
      actions: [],
    });
    expect((await audited(`payment:${payment}`))[0]?.action).toBe("payment.reverse_refund");
    expect((await act("payments", payment, "reverse_refund", { reason: "Again" })).status).toBe(400);
  });

  test("A payment that an operator records counts at once, and never exceeds what is due, even at once from two sides.", async () => {
    const client = await newPerson("owner");
    const order = await anOrder({ client: client.id, tariff: await aTariff(), status: "IN_PROGRESS" });
    const record = (amount: string) =>
      act("orders", order, "record_payment", {
        amount,
        payment_method: "CASH",
        reason: "Given to the driver",
      });
    expect((await record("0")).status).toBe(400);
    expect((await act("orders", order, "record_payment", { amount: "5" })).status).toBe(400);
    const both = await Promise.all([record("600.00"), record("600.00")]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, 400]);
    expect(await read("orders", order)).toMatchObject({ due: "400.00" });
    const told = await get(`/api/admin/notifications/?user=${client.id}`, as());
    expect(told.body.results).toMatchObject([{ type: "PAYMENT_RECEIVED" }]);
    const [made] = await rows<{ id: number }>("SELECT id FROM payments WHERE order_id = ?", order);
    expect(JSON.parse((await audited(`payment:${made?.id}`))[0]?.after ?? "")).toMatchObject({
      amount: "600.00",
      payment_method: "CASH",
      reason: "Given to the driver",
    });
  });

  test("An operator records a completed order's rating for the client once, even at once from two sides, and the audit log keeps it.", async () => {
    const rating = { driver_rating: 5, service_rating: 4, comment: "Very careful" };
    const early = await act("orders", await newOrder("IN_PROGRESS"), "rate", rating);
    expect(early.status).toBe(409);
    const id = await newOrder("COMPLETED");
    expect((await act("orders", id, "rate", { ...rating, driver_rating: 6 })).status).toBe(400);
    const both = await Promise.all([act("orders", id, "rate", rating), act("orders", id, "rate", rating)]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, 400]);
    expect(await read("orders", id)).toMatchObject({ rating: 5, actions: ["record_payment"] });
    expect((await audited(`order:${id}`))[0]).toMatchObject({ action: "order.rate" });
    expect(JSON.parse((await audited(`order:${id}`))[0]?.after ?? "")).toEqual(rating);
    expect((await get(`/api/admin/ratings/?order_id=${id}`, as())).body.results).toMatchObject([rating]);
  });

  test("Only staff are offered what only staff may do.", async () => {
    const person = await newPerson("owner");
    const seen = await get(`/api/admin/users/${person.id}/`, { token: (await newPerson("staff")).token });
    expect(seen.body.actions).toContain("end_sessions");
    expect((await read("users", person.id)).actions).toEqual([]);
  });
});
