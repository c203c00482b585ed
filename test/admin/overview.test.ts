/** The dashboard's figures and the live map, each in a fixed number of statements. */
import { beforeAll, expect, test } from "vitest";
import { newPerson, type Person } from "../authorization/world.ts";
import { get, rows } from "../harness/api.ts";
import { charge, counted } from "../harness/counting/counted.ts";
import { put } from "../outbox/rows.ts";
import { anOrder, aPayment, aTariff, aTruck } from "./orders/towing.ts";

let operator: Person;
beforeAll(async () => {
  operator = await newPerson("operator");
});
const dashboard = async () => (await get("/api/admin/dashboard/", { token: operator.token })).body;
const countOf = (body: { orders: { by_state: { status: string; count: number }[] } }, status: string) =>
  body.orders.by_state.find((each) => each.status === status)?.count ?? 0;

test("The dashboard counts orders by state and age, trucks, payments and mails.", async () => {
  const before = await dashboard();
  const [client, driver] = [await newPerson("owner"), await newPerson("driver")];
  const tariff = await aTariff();
  for (const minutes of [1, 30, 120, 600])
    await anOrder({ client: client.id, tariff, age: minutes * 60_000 });
  const order = await anOrder({ client: client.id, tariff, status: "COMPLETED" });
  const now = Date.now();
  await rows(
    "UPDATE orders SET assigned_at = ?, started_at = ?, completed_at = ? WHERE id = ?",
    now,
    now - 60_000,
    now,
    order,
  );
  await aPayment(order, 12_345, "COMPLETED", now);
  await aPayment(order, 99_999, "PENDING");
  await aTruck({ driver: driver.id, status: "AVAILABLE" });
  await put({ status: "dead", kind: "mail" });
  await put({ kind: "object" });
  const after = await dashboard();
  expect(countOf(after, "PENDING") - countOf(before, "PENDING")).toBe(4);
  const waiting = (name: string) => after.orders.waiting[name] - before.orders.waiting[name];
  expect(["under_15m", "under_1h", "under_4h", "older"].map(waiting)).toEqual([1, 1, 1, 1]);
  expect(after.times.completed - before.times.completed).toBe(1);
  expect(after.times.completion_seconds).toBeGreaterThan(0);
  expect(after.trucks.available - before.trucks.available).toBe(1);
  expect(after.trucks.drivers_online - before.trucks.drivers_online).toBe(1);
  expect(after.mail.dead - before.mail.dead).toBe(1);
  const today = new Date(now).toISOString().slice(0, 10);
  const taken = (body: typeof after) =>
    Number(body.earnings.find(({ day }: { day: string }) => day === today)?.amount ?? 0);
  expect(taken(after) - taken(before)).toBeCloseTo(123.45, 2);
});

test("The dashboard says how many tickets wait for an answer, and how long.", async () => {
  const before = await dashboard();
  const author = await newPerson("owner");
  const [asked, answered] = [crypto.randomUUID(), crypto.randomUUID()];
  for (const id of [asked, answered]) {
    await rows(
      `INSERT INTO support_tickets (id, author_id, subject, description, last_message_at, created_at, updated_at)
       VALUES (?, ?, 'Help', 'Now', ?, 1, 1)`,
      id,
      author.id,
      Date.now() - 3600_000,
    );
    await rows(
      "INSERT INTO support_messages (id, ticket_id, author_id, body, created_at) VALUES (?, ?, ?, 'a', 1)",
      crypto.randomUUID(),
      id,
      author.id,
    );
  }
  const respond =
    "INSERT INTO support_messages (id, ticket_id, author_id, body, is_internal, created_at) VALUES (?, ?, ?, 'b', ?, 2)";
  await rows(respond, crypto.randomUUID(), answered, operator.id, 0);
  await rows(respond, crypto.randomUUID(), asked, operator.id, 1);
  const after = await dashboard();
  expect(after.tickets.open - before.tickets.open).toBe(2);
  expect(after.tickets.unassigned - before.tickets.unassigned).toBe(2);
  expect(after.tickets.waiting - before.tickets.waiting).toBe(1);
  expect(after.tickets.longest_wait_seconds).toBeGreaterThanOrEqual(3599);
});

test("The map has trucks with their drivers and jobs, and active orders.", async () => {
  const [client, driver] = [await newPerson("owner"), await newPerson("driver")];
  const tariff = await aTariff();
  const truck = await aTruck({ driver: driver.id, status: "BUSY", place: [55.7, 37.6], tariff });
  const lost = await aTruck();
  const order = await anOrder({ client: client.id, tariff, truck, status: "ASSIGNED" });
  const over = await anOrder({ client: client.id, tariff, status: "CANCELLED" });
  const { body } = await get("/api/admin/map/", { token: operator.token });
  const ids = body.trucks.map(({ id }: { id: number }) => id);
  expect(ids).not.toContain(lost);
  expect(body.trucks.find(({ id }: { id: number }) => id === truck)).toMatchObject({
    status: "BUSY",
    latitude: 55.7,
    longitude: 37.6,
    located_at: expect.stringMatching(/Z$/),
    driver: { id: driver.id, username: driver.username, name: driver.username, on_duty: true },
    vehicle_types: [tariff],
    order,
  });
  const orders = body.orders.map(({ id }: { id: string }) => id);
  expect(orders).not.toContain(over);
  expect(body.orders.find(({ id }: { id: string }) => id === order)).toMatchObject({
    status: "ASSIGNED",
    tow_truck: truck,
    vehicle_type: tariff,
    pickup: { address: "Tverskaya 1", latitude: 55.76, longitude: 37.61 },
    delivery: { address: "Arbat 1", latitude: 55.75, longitude: 37.59 },
  });
});

test.each([
  ["/api/admin/dashboard/", 6],
  ["/api/admin/map/", 2],
])("The path %s costs %i statements for any amount of data.", async (path, statements) => {
  const meter = counted();
  await charge(meter, 200, "GET", path, { token: operator.token });
  const { bill } = await charge(meter, 200, "GET", path, { token: operator.token });
  expect(bill.statements).toHaveLength(statements);
});
