/** Trucks, orders, payments and tickets in the console follow the rules of their module. */
import { beforeAll, describe, expect, test } from "vitest";
import { newPerson, type Person } from "../../authorization/world.ts";
import { tariffRow } from "../../dispatch/scene.ts";
import { del, get, patch, post, rows, unique } from "../../harness/api.ts";
import { asAnyVersion as as } from "../requests.ts";
import { anOrder, aPayment, aTariff, aTruck } from "./towing.ts";

let operator: Person;

beforeAll(async () => {
  operator = await newPerson("operator");
});

describe("a truck", () => {
  const body = { model: "MAN TGL", capacity: 5 };

  test("A truck can have several tariffs.", async () => {
    const [one, other] = [await aTariff(), await aTariff()];
    const facts = { ...body, license_plate: unique("E"), vehicle_types: [other, one, one] };
    const made = await post("/api/admin/tow-trucks/", facts, as(operator));
    expect(made).toMatchObject({ status: 201, body: { vehicle_types: [one, other], status: "OFFLINE" } });
    const path = `/api/admin/tow-trucks/${made.body.id}/`;
    expect((await patch(path, { vehicle_types: [one] }, as(operator))).body.vehicle_types).toEqual([one]);
    const found = await get(`/api/admin/tow-trucks/?vehicle_type=${one}`, as(operator));
    expect(found.body.results.map(({ id }: { id: number }) => id)).toEqual([made.body.id]);
    expect((await get(`/api/admin/tow-trucks/?vehicle_type=${other}`, as(operator))).body.count).toBe(0);
  });

  test("A deleted truck can be restored with its tariffs.", async () => {
    const type = await aTariff();
    const id = await aTruck({ tariff: type });
    await del(`/api/admin/tow-trucks/${id}/`, undefined, as(operator));
    const { body: log } = await get(`/api/admin/audit-log/?subject=tow_truck:${id}`, as(operator));
    const path = `/api/admin/audit-log/${log.results[0].id}/actions/revert/`;
    expect(await post(path, undefined, as(operator))).toMatchObject({
      status: 200,
      body: { vehicle_types: [type], model: "MAN" },
    });
  });

  test("A truck's driver must be a driver.", async () => {
    const [driver, client] = [await newPerson("driver"), await newPerson("owner")];
    const path = `/api/admin/tow-trucks/${await aTruck()}/`;
    const refused = await patch(path, { driver: client.id }, as(operator));
    expect(refused).toMatchObject({ status: 400, body: { driver: ["This person is not a driver."] } });
    expect((await patch(path, { driver: driver.id }, as(operator))).body.driver).toBe(driver.id);
  });

  test("A truck on a job keeps its driver and its state, and can't be deleted.", async () => {
    const client = await newPerson("owner");
    const truck = await aTruck({ status: "BUSY" });
    await anOrder({ client: client.id, tariff: await aTariff(), truck, status: "ASSIGNED" });
    const path = `/api/admin/tow-trucks/${truck}/`;
    for (const change of [{ status: "OFFLINE" }, { driver: (await newPerson("driver")).id }])
      expect((await patch(path, change, as(operator))).status).toBe(409);
    expect((await patch(path, { model: "Scania" }, as(operator))).status).toBe(200);
    expect((await del(path, undefined, as(operator))).status).toBe(409);
    expect(await rows("SELECT status, model FROM tow_trucks WHERE id = ?", truck)).toEqual([
      { status: "BUSY", model: "Scania" },
    ]);
  });
});

describe("an order", () => {
  const at = (id: string) => `/api/admin/orders/${id}/`;
  const newOrder = async (status = "PENDING") =>
    anOrder({ client: (await newPerson("owner")).id, tariff: await aTariff(), status });

  test("An order changes its state by actions only, with history, notice and audit row.", async () => {
    const id = await newOrder();
    expect((await patch(at(id), { status: "COMPLETED" }, as(operator))).status).toBe(400);
    expect((await post(`${at(id)}actions/confirm/`, undefined, as(operator))).status).toBe(204);
    const { body } = await get(`/api/admin/order-history/?order_id=${id}`, as(operator));
    expect(body.results).toMatchObject([
      { old_status: "PENDING", new_status: "CONFIRMED", changed_by: operator.id },
    ]);
    expect(await rows("SELECT action FROM audit_log WHERE subject = ?", `order:${id}`)).toEqual([
      { action: "order.move" },
    ]);
  });

  test("An order refuses a transition that does not exist.", async () => {
    const id = await newOrder("CANCELLED");
    expect((await post(`${at(id)}actions/confirm/`, undefined, as(operator))).status).toBe(400);
    expect((await get(at(id), as(operator))).body.status).toBe("CANCELLED");
  });

  test("A finished order keeps its route; an active one gets a new estimate with a new route.", async () => {
    const id = await newOrder();
    const before = (await get(at(id), as(operator))).body;
    const change = { delivery: { latitude: 59.93, longitude: 30.33 }, delivery_address: "Nevsky 1" };
    const { body } = await patch(at(id), change, as(operator));
    expect(body).toMatchObject(change);
    expect(Number(body.estimated_price)).toBeGreaterThan(Number(before.estimated_price));
    const over = await newOrder("COMPLETED");
    const refused = await patch(at(over), change, as(operator));
    expect(refused.status).toBe(400);
    expect(Object.keys(refused.body).sort()).toEqual(["delivery", "delivery_address"]);
    expect((await patch(at(over), { final_price: "1200.50" }, as(operator))).body.final_price).toBe(
      "1200.50",
    );
  });

  test("An order names the fields that it does not let change in its state, and no others are refused.", async () => {
    const dear = await tariffRow(90_000);
    const lockedIn = async (status: string) => {
      const id = await newOrder(status);
      const { locked, estimated_price: estimate } = (await get(at(id), as(operator))).body;
      const answer = await patch(at(id), { vehicle_type: dear, description: "Keys" }, as(operator));
      const refused = answer.status === 400 ? Object.keys(answer.body) : [];
      expect(refused).toEqual(["vehicle_type", "description"].filter((name) => locked.includes(name)));
      if (answer.status === 200)
        expect(Number(answer.body.estimated_price)).toBeGreaterThan(Number(estimate));
      return locked;
    };
    expect(await lockedIn("PENDING")).toEqual([]);
    expect(await lockedIn("ASSIGNED")).toEqual(["vehicle_type"]);
    expect(await lockedIn("COMPLETED")).not.toContain("final_price");
  });

  test("Many orders are cancelled at once, each by its own rules.", async () => {
    const ids = [await newOrder(), await newOrder("COMPLETED")];
    const { body } = await post(
      "/api/admin/orders/bulk/",
      { action: "cancel", ids, values: { reason: "The road is closed" } },
      as(operator),
    );
    expect(body).toMatchObject({ count: 2, done: 1, failed: [{ id: ids[1] }] });
  });

  test("An order without a car can be read.", async () => {
    const { body } = await get(at(await newOrder()), as(operator));
    expect(body.vehicle).toBeNull();
    expect(body.pickup).toEqual({ latitude: 55.76, longitude: 37.61 });
    expect(body.estimated_price).toBe("1000.00");
  });
});

test("A payment is settled by its own actions, and its client is notified.", async () => {
  const client = await newPerson("owner");
  const order = await anOrder({ client: client.id, tariff: await aTariff(), status: "COMPLETED" });
  const id = await aPayment(order, 50_000);
  const act = (action: string) =>
    post(`/api/admin/payments/${id}/actions/${action}/`, undefined, as(operator));
  expect((await act("refund")).status).toBe(400);
  expect((await act("complete")).status).toBe(204);
  const { body } = await get(`/api/admin/payments/${id}/`, as(operator));
  expect(body).toMatchObject({ status: "COMPLETED", amount: "500.00", paid_at: expect.any(String) });
  const told = await get(`/api/admin/notifications/?user=${client.id}`, as(operator));
  expect(told.body.results).toMatchObject([{ type: "PAYMENT_RECEIVED" }]);
});

test("A ticket gets a closing time, loses it when reopened, and can be assigned to operators only.", async () => {
  const author = await newPerson("owner");
  const id = crypto.randomUUID();
  await rows(
    `INSERT INTO support_tickets (id, author_id, subject, description, last_message_at, created_at, updated_at)
     VALUES (?, ?, 'Help', 'Now', 1, 1, 1)`,
    id,
    author.id,
  );
  const path = `/api/admin/support-tickets/${id}/`;
  expect((await patch(path, { assigned_to: author.id }, as(operator))).status).toBe(400);
  const closed = await patch(path, { status: "RESOLVED", assigned_to: operator.id }, as(operator));
  expect(closed.body).toMatchObject({ assigned_to: operator.id, closed_at: expect.any(String) });
  expect((await patch(path, { status: "IN_PROGRESS" }, as(operator))).body.closed_at).toBeNull();
});
