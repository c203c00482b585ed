/** The dashboard's figures, by role. */
import { expect, test } from "vitest";
import { newPerson, type Person } from "../../authorization/world.ts";
import { get } from "../../harness/api.ts";
import { charge, counted } from "../../harness/counting/counted.ts";
import { orderIn, scene } from "../scene.ts";

const PATH = "/api/v1/dashboard/stats/";
const figures = async ({ token }: Person) => (await get(PATH, { token })).body;

test("A client's figures count their own orders.", async () => {
  const there = await scene();
  await orderIn(there, "COMPLETED");
  await orderIn(there, "ASSIGNED");
  await orderIn(there, "PENDING");
  await orderIn(there, "CANCELLED");
  expect(await figures(there.client)).toEqual({
    total_orders: 4,
    active_orders: 2,
    completed_orders: 1,
    unread_notifications: 5 + 3 + 1 + 2,
  });
});

test("A driver's figures count the jobs of their trucks.", async () => {
  const there = await scene();
  await orderIn(there, "COMPLETED");
  await orderIn(there, "IN_PROGRESS");
  await orderIn(there, "PENDING");
  expect(await figures(there.driver)).toEqual({
    total_orders: 2,
    active_orders: 1,
    completed_orders: 1,
    avg_rating: 0,
    unread_notifications: 0,
  });
});

test("An operator's figures count all orders.", async () => {
  const there = await scene();
  const before = await figures(there.operator);
  expect(Object.keys(before)).toEqual([
    "total_orders",
    "pending_orders",
    "active_orders",
    "available_trucks",
    "unread_notifications",
  ]);
  await orderIn(there, "ASSIGNED");
  await orderIn(there, "PENDING");
  expect(await figures(await newPerson("staff"))).toEqual({
    ...before,
    total_orders: before.total_orders + 2,
    pending_orders: before.pending_orders + 1,
    active_orders: before.active_orders + 1,
    available_trucks: before.available_trucks - 1,
    unread_notifications: 0,
  });
});

test("Figures without any order are zeros.", async () => {
  expect(await figures(await newPerson("stranger"))).toEqual({
    total_orders: 0,
    active_orders: 0,
    completed_orders: 0,
    unread_notifications: 0,
  });
});

test.each(["owner", "driver", "operator"] as const)(
  "The figures of a %s cost one statement.",
  async (role) => {
    const { token } = await newPerson(role);
    const meter = counted();
    await charge(meter, 200, "GET", PATH, { token });
    const { bill } = await charge(meter, 200, "GET", PATH, { token });
    expect(bill.statements).toHaveLength(1);
  },
);
