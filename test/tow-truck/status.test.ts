/** The doors by which an order moves on: who gets through, what it does to trucks, and who hears of it. */
import { describe, expect, test } from "vitest";
import { mint } from "../authorization/world.ts";
import { patch, post, put, rows } from "../support/api.ts";
import {
  at,
  move,
  noticesOf,
  orderIn,
  place,
  type Scene,
  type Step,
  scene,
  stateOf,
  tariffRow,
  toldOf,
  truckRow,
  truckStatus,
} from "./jobs.ts";

const history = (id: string) =>
  rows<{ old_status: string; new_status: string; changed_by: number; comment: string }>(
    "SELECT old_status, new_status, changed_by, comment FROM order_status_history WHERE order_id = ? ORDER BY id",
    id,
  );

/** Everything that a refused step must leave alone. */
const traces = async (there: Scene, id: string) => [
  await stateOf(id),
  await history(id),
  await noticesOf(there.client.id),
  await toldOf(id),
  await truckStatus(there.truck),
];

describe("the whole way", () => {
  test("answers the five fields at every step, and stamps the end itself", async () => {
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

  test("is written down from the old state to the new, each step once, with whoever took it", async () => {
    const there = await scene();
    const id = await orderIn(there, "COMPLETED");
    const { operator, driver } = there;
    expect(await history(id)).toEqual([
      { old_status: "PENDING", new_status: "CONFIRMED", changed_by: operator.id, comment: "" },
      { old_status: "CONFIRMED", new_status: "ASSIGNED", changed_by: operator.id, comment: "" },
      { old_status: "ASSIGNED", new_status: "IN_PROGRESS", changed_by: driver.id, comment: "" },
      { old_status: "IN_PROGRESS", new_status: "COMPLETED", changed_by: driver.id, comment: "" },
    ]);
  });

  test("is told to the client in the app's words, and to nobody else", async () => {
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

  test("is told to the order's room and to the operators' overview", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    expect((await toldOf(id)).map(({ kind, body }) => [kind, body])).toEqual([
      ["status", { order: id, status: "PENDING", old_status: null, tow_truck: null }],
      ["status", { order: id, status: "CONFIRMED", old_status: "PENDING", tow_truck: null }],
      ["status", { order: id, status: "ASSIGNED", old_status: "CONFIRMED", tow_truck: there.truck }],
    ]);
  });
});

describe("a step that leads nowhere", () => {
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
  test.each(WRONG)("from %s to %s is refused, names both and changes nothing", async (from, to) => {
    const there = await scene();
    const id = await orderIn(there, from);
    const before = await traces(there, id);
    const answer = await move(there.operator, id, { status: to });
    expect([answer.status, answer.body]).toEqual([
      400,
      { status: [`Заказ нельзя перевести из ${from} в ${to}.`] },
    ]);
    expect(await traces(there, id)).toEqual(before);
  });

  test("to where it is already is none: no history, no notice", async () => {
    const there = await scene();
    const id = await orderIn(there, "CONFIRMED");
    const before = await traces(there, id);
    expect((await move(there.operator, id, { status: "CONFIRMED" })).status).toBe(200);
    expect((await move(there.operator, id, {})).status).toBe(200);
    expect(await traces(there, id)).toEqual(before);
  });

  test("to no state at all is no choice", async () => {
    const there = await scene();
    const answer = await move(there.operator, await place(there), { status: "GONE" });
    expect([answer.status, answer.body]).toEqual([
      400,
      { status: ["Значения GONE нет среди допустимых вариантов."] },
    ]);
  });
});

describe("a driver", () => {
  test("starts and completes the jobs of their own truck only", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    expect((await move(await mint("driver"), id, { status: "IN_PROGRESS" })).status).toBe(404);
    expect((await move(there.driver, id, { status: "CANCELLED" })).body).toEqual({
      status: ["Заказ нельзя перевести из ASSIGNED в CANCELLED."],
    });
    expect((await move(there.driver, id, { status: "IN_PROGRESS" })).status).toBe(200);
  });

  test("sets no price, no time, no end and no truck", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    const other = await truckRow({ tariff: there.tariff, driver: (await mint("driver")).id });
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

  test("starts with the client's code where one is sent, and not with another", async () => {
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

  test("takes the client's code from the truck's driver", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    const { start_code: code } = await stateOf(id);
    const wrong = await start(there, id, "000000");
    expect([wrong.status, wrong.body]).toEqual([400, { code: ["Неверный код."] }]);
    expect((await start(there, id, code, there.client.token)).status).toBe(403);
    expect((await start(there, id, code, there.operator.token)).status).toBe(403);
    expect((await start(there, id, code, (await mint("driver")).token)).status).toBe(404);
    const { status, body } = await start(there, id, code);
    expect([status, body.status]).toEqual([200, "IN_PROGRESS"]);
  });
});

describe("a client", () => {
  test.each(["PENDING", "CONFIRMED", "ASSIGNED"] as const)("cancels while it is %s", async (from) => {
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
  });

  test("does not cancel once the work goes on", async () => {
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
    "does not find the door for %s",
    async (status) => {
      const there = await scene();
      const id = await place(there);
      expect((await move(there.client, id, { status, final_price: "1.00" })).status).toBe(404);
      expect(await stateOf(id)).toMatchObject({ status: "PENDING", final_price: null });
    },
  );

  test("cancels by cancel/ too, and sees the order", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    const { status, body } = await post(at(id, "cancel/"), undefined, { token: there.client.token });
    expect([status, body.status, body.status_history.length]).toEqual([200, "CANCELLED", 3]);
    expect(await truckStatus(there.truck)).toBe("AVAILABLE");
  });
});

describe("a truck", () => {
  const unfit = async (there: Scene, facts: object) =>
    truckRow({ tariff: there.tariff, driver: (await mint("driver")).id, ...facts });
  const UNFIT: [string, (there: Scene) => Promise<number | null>, string][] = [
    ["none", async () => null, "Чтобы назначить заказ, укажите эвакуатор."],
    [
      "one that is not there",
      async () => 99_999_999,
      'Недопустимый первичный ключ "99999999" - объект не существует.',
    ],
    [
      "one without a driver",
      (there) => unfit(there, { driver: null }),
      "За эвакуатором не закреплён водитель.",
    ],
    ["a busy one", (there) => unfit(there, { status: "BUSY" }), "Эвакуатор недоступен."],
    ["one in repair", (there) => unfit(there, { status: "MAINTENANCE" }), "Эвакуатор недоступен."],
    ["a silent one", (there) => unfit(there, { status: "OFFLINE" }), "Эвакуатор недоступен."],
    [
      "one of another tariff",
      async (there) => unfit(there, { tariff: await tariffRow() }),
      "Этот эвакуатор не подходит под тариф заказа.",
    ],
  ];
  test.each(UNFIT)("can't be %s", async (_, make, message) => {
    const there = await scene();
    const id = await orderIn(there, "CONFIRMED");
    const tow_truck = await make(there);
    const before = await traces(there, id);
    const answer = await move(there.operator, id, { status: "ASSIGNED", tow_truck });
    expect([answer.status, answer.body]).toEqual([400, { tow_truck: [message] }]);
    expect(await traces(there, id)).toEqual(before);
    expect((await stateOf(id)).status).toBe("CONFIRMED");
  });

  test("can't come while its driver has another job, with whichever truck", async () => {
    const there = await scene();
    await orderIn(there, "ASSIGNED");
    const second = await truckRow({ tariff: there.tariff, driver: there.driver.id });
    const id = await orderIn(there, "CONFIRMED");
    const answer = await move(there.operator, id, { status: "ASSIGNED", tow_truck: second });
    expect([answer.status, answer.body]).toEqual([400, { tow_truck: ["Эвакуатор недоступен."] }]);
  });

  test("is named first and assigned later", async () => {
    const there = await scene();
    const id = await orderIn(there, "CONFIRMED");
    expect((await move(there.operator, id, { tow_truck: there.truck })).body.tow_truck).toBe(there.truck);
    expect(await truckStatus(there.truck)).toBe("AVAILABLE");
    expect((await move(there.operator, id, { status: "ASSIGNED" })).status).toBe(200);
    expect(await truckStatus(there.truck)).toBe("BUSY");
  });

  test("that was named for one order and works on another stays busy when the first is cancelled", async () => {
    const there = await scene();
    const named = await orderIn(there, "CONFIRMED");
    await move(there.operator, named, { tow_truck: there.truck });
    await orderIn(there, "ASSIGNED");
    expect((await move(there.operator, named, { status: "CANCELLED" })).status).toBe(200);
    expect(await truckStatus(there.truck)).toBe("BUSY");
  });

  test("is replaced whole, and the former driver's sockets are closed", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    const other = await truckRow({ tariff: there.tariff, driver: (await mint("driver")).id });
    const told = await noticesOf(there.client.id);
    expect((await move(there.operator, id, { tow_truck: other })).body).toMatchObject({
      status: "ASSIGNED",
      tow_truck: other,
    });
    expect([await truckStatus(there.truck), await truckStatus(other)]).toEqual(["AVAILABLE", "BUSY"]);
    expect((await toldOf(id)).at(-1)).toMatchObject({ leaves: { userId: there.driver.id } });
    // Nothing that counts as a step: no second notice, no history.
    expect(await noticesOf(there.client.id)).toEqual(told);
    expect(await history(id)).toHaveLength(2);
    expect((await move(there.driver, id, { status: "IN_PROGRESS" })).status).toBe(404);
  });

  test("can't be dropped from an assigned order, nor changed once the work goes on", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    expect((await move(there.operator, id, { tow_truck: null })).body).toEqual({
      tow_truck: ["Эвакуатор назначенного заказа можно заменить, но не снять."],
    });
    await move(there.driver, id, { status: "IN_PROGRESS" });
    const other = await truckRow({ tariff: there.tariff, driver: (await mint("driver")).id });
    expect((await move(there.operator, id, { tow_truck: other })).body).toEqual({
      tow_truck: ["Эвакуатор этого заказа уже нельзя сменить."],
    });
  });

  test("that went into repair meanwhile stays there at the end", async () => {
    const there = await scene();
    const id = await orderIn(there, "IN_PROGRESS");
    await rows("UPDATE tow_trucks SET status = 'MAINTENANCE' WHERE id = ?", there.truck);
    await move(there.driver, id, { status: "COMPLETED" });
    expect(await truckStatus(there.truck)).toBe("MAINTENANCE");
  });
});

describe("an operator", () => {
  test("sets the final price, which completion keeps", async () => {
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
  ])("is refused %j", async (body, field) => {
    const there = await scene();
    const answer = await move(there.operator, await place(there), body);
    expect([answer.status, Object.keys(answer.body)]).toEqual([400, [field]]);
  });

  test("leaves an audit row of every step", async () => {
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

describe("arrived/", () => {
  test("tells the client once, however often it is pressed", async () => {
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

  test("is for the truck's driver, before the work", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    expect((await post(at(id, "arrived/"), undefined, { token: there.client.token })).status).toBe(403);
    await move(there.driver, id, { status: "IN_PROGRESS" });
    expect((await post(at(id, "arrived/"), undefined, { token: there.driver.token })).status).toBe(400);
    expect((await noticesOf(there.client.id)).some(({ type }) => type === "DRIVER_ARRIVED")).toBe(false);
  });
});

describe("a client who deletes their account", () => {
  test("frees the truck that was on its way to them", async () => {
    const there = await scene();
    await orderIn(there, "ASSIGNED");
    await rows("DELETE FROM users WHERE id = ?", there.client.id);
    expect(await rows("SELECT id FROM orders WHERE client_id = ?", there.client.id)).toEqual([]);
    expect(await truckStatus(there.truck)).toBe("AVAILABLE");
  });

  test("leaves a truck alone that was only named", async () => {
    const there = await scene();
    const named = await orderIn(there, "CONFIRMED");
    await move(there.operator, named, { tow_truck: there.truck });
    await rows("UPDATE tow_trucks SET status = 'BUSY' WHERE id = ?", there.truck);
    await rows("DELETE FROM users WHERE id = ?", there.client.id);
    expect(await truckStatus(there.truck)).toBe("BUSY");
  });
});
