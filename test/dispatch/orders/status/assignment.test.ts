/** Assigning trucks to orders: which trucks are refused, and how trucks are kept, replaced and freed. */
import { describe, expect, test } from "vitest";
import { newPerson } from "../../../authorization/world.ts";
import { rows } from "../../../harness/api.ts";
import { charge, counted } from "../../../harness/counting/counted.ts";
import {
  at,
  historyOf,
  move,
  noticesOf,
  orderIn,
  roomUpdatesOf,
  type Scene,
  scene,
  stateOf,
  tariffRow,
  tracesOf,
  truckRow,
  truckStatus,
} from "../../scene.ts";

describe("assigning a truck", () => {
  const unfit = async (there: Scene, facts: object) =>
    truckRow({ tariff: there.tariff, driver: (await newPerson("driver")).id, ...facts });
  const UNFIT: [string, (there: Scene) => Promise<number | null>, string][] = [
    ["none", async () => null, "Чтобы назначить заказ, выберите эвакуатор."],
    [
      "an unknown one",
      async () => 99_999_999,
      'Недопустимый первичный ключ "99999999" - объект не существует.',
    ],
    [
      "one without a driver",
      (there) => unfit(there, { driver: null }),
      "За эвакуатором не закреплён водитель.",
    ],
    ["a busy one", (there) => unfit(there, { status: "BUSY" }), "Эвакуатор недоступен."],
    ["one in maintenance", (there) => unfit(there, { status: "MAINTENANCE" }), "Эвакуатор недоступен."],
    ["an offline one", (there) => unfit(there, { status: "OFFLINE" }), "Эвакуатор недоступен."],
    [
      "one of another tariff",
      async (there) => unfit(there, { tariff: await tariffRow() }),
      "Этот эвакуатор не подходит под тариф заказа.",
    ],
  ];
  test.each(UNFIT)("An assignment is refused with this truck: %s.", async (_, make, message) => {
    const there = await scene();
    const id = await orderIn(there, "CONFIRMED");
    const tow_truck = await make(there);
    const before = await tracesOf(there, id);
    const answer = await move(there.operator, id, { status: "ASSIGNED", tow_truck });
    expect([answer.status, answer.body]).toEqual([400, { tow_truck: [message] }]);
    expect(await tracesOf(there, id)).toEqual(before);
    expect((await stateOf(id)).status).toBe("CONFIRMED");
  });

  test("A truck is refused while its driver has another job, with any truck.", async () => {
    const there = await scene();
    await orderIn(there, "ASSIGNED");
    const second = await truckRow({ tariff: there.tariff, driver: there.driver.id });
    const id = await orderIn(there, "CONFIRMED");
    const answer = await move(there.operator, id, { status: "ASSIGNED", tow_truck: second });
    expect([answer.status, answer.body]).toEqual([400, { tow_truck: ["Эвакуатор недоступен."] }]);
  });

  test("A truck can be reserved first and assigned later.", async () => {
    const there = await scene();
    const id = await orderIn(there, "CONFIRMED");
    expect((await move(there.operator, id, { tow_truck: there.truck })).body.tow_truck).toBe(there.truck);
    expect(await truckStatus(there.truck)).toBe("AVAILABLE");
    expect((await move(there.operator, id, { status: "ASSIGNED" })).status).toBe(200);
    expect(await truckStatus(there.truck)).toBe("BUSY");
  });

  test("A truck reserved for one order and busy with another stays busy when the first is cancelled.", async () => {
    const there = await scene();
    const named = await orderIn(there, "CONFIRMED");
    await move(there.operator, named, { tow_truck: there.truck });
    await orderIn(there, "ASSIGNED");
    expect((await move(there.operator, named, { status: "CANCELLED" })).status).toBe(200);
    expect(await truckStatus(there.truck)).toBe("BUSY");
  });

  test("Replacing a truck frees the old one and closes its driver's sockets.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    const other = await truckRow({ tariff: there.tariff, driver: (await newPerson("driver")).id });
    const told = await noticesOf(there.client.id);
    expect((await move(there.operator, id, { tow_truck: other })).body).toMatchObject({
      status: "ASSIGNED",
      tow_truck: other,
    });
    expect([await truckStatus(there.truck), await truckStatus(other)]).toEqual(["AVAILABLE", "BUSY"]);
    expect((await roomUpdatesOf(id)).at(-1)).toMatchObject({ leaves: { userId: there.driver.id } });
    // Nothing that counts as a step: no second notice, no history.
    expect(await noticesOf(there.client.id)).toEqual(told);
    expect(await historyOf(id)).toHaveLength(2);
    expect((await move(there.driver, id, { status: "IN_PROGRESS" })).status).toBe(404);
  });

  test("A truck can't be removed from an assigned order, nor changed once the work has started.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    expect((await move(there.operator, id, { tow_truck: null })).body).toEqual({
      tow_truck: ["Эвакуатор назначенного заказа можно заменить, но не снять."],
    });
    await move(there.driver, id, { status: "IN_PROGRESS" });
    const other = await truckRow({ tariff: there.tariff, driver: (await newPerson("driver")).id });
    expect((await move(there.operator, id, { tow_truck: other })).body).toEqual({
      tow_truck: ["Эвакуатор этого заказа уже нельзя сменить."],
    });
  });

  test("A truck that went into maintenance during the job stays there when the job ends.", async () => {
    const there = await scene();
    const id = await orderIn(there, "IN_PROGRESS");
    await rows("UPDATE tow_trucks SET status = 'MAINTENANCE' WHERE id = ?", there.truck);
    await move(there.driver, id, { status: "COMPLETED" });
    expect(await truckStatus(there.truck)).toBe("MAINTENANCE");
  });
});

describe("a client who deletes their account", () => {
  test("Deleting a client's account frees the truck that has their job.", async () => {
    const there = await scene();
    await orderIn(there, "ASSIGNED");
    await rows("DELETE FROM users WHERE id = ?", there.client.id);
    expect(await rows("SELECT id FROM orders WHERE client_id = ?", there.client.id)).toEqual([]);
    expect(await truckStatus(there.truck)).toBe("AVAILABLE");
  });

  test("Deleting a client's account does not change a truck that was only reserved.", async () => {
    const there = await scene();
    const named = await orderIn(there, "CONFIRMED");
    await move(there.operator, named, { tow_truck: there.truck });
    await rows("UPDATE tow_trucks SET status = 'BUSY' WHERE id = ?", there.truck);
    await rows("DELETE FROM users WHERE id = ?", there.client.id);
    expect(await truckStatus(there.truck)).toBe("BUSY");
  });
});

test("An assignment writes order, truck, history, notification, audit and effects in one batch.", async () => {
  const there = await scene();
  const id = await orderIn(there, "CONFIRMED");
  const meter = counted();
  const body = { status: "ASSIGNED", tow_truck: there.truck };
  const { token } = there.operator;
  const { bill } = await charge(meter, 200, "PATCH", at(id, "update-status/"), { token, body });
  const reads = bill.statements.filter((sql) => /^\s*(select|with)/i.test(sql)).length;
  expect(bill.statements.length - reads).toBeGreaterThan(1);
  // Each read is a trip, the batch is one, and one after the response settles the effects.
  expect(bill.roundTrips).toBe(reads + 2);
  expect(bill.roundTrips).toBe(5);
});
