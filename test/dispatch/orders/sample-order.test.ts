/** The sample order: inserted once, when everything that it needs exists. */
import { expect, test } from "vitest";
import { loadSamples } from "../../../src/samples.ts";
import { get, post, rows } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";

test("The sample client client1 finds the sample order and pays it with the app's preset.", async () => {
  const { ctx } = jobContext();
  await loadSamples(ctx);
  await loadSamples(ctx);
  const login = await post("/api/v1/auth/login/", { phone: "+79001234567", password: "password123" });
  const token = login.body.access;
  const { body } = await get("/api/v1/orders/list/", { token });
  expect(body.count).toBe(1);
  expect(body.results[0]).toMatchObject({
    vehicle: { id: "00000000-0000-0000-0000-000000000001" },
    vehicle_type: 1,
    pickup_address: "Москва, ул. Ленина, 1",
    delivery_address: "Москва, ул. Тверская, 7",
    description: "Не заводится двигатель",
    estimated_price: "5500.00",
    status: "PENDING",
    priority: "NORMAL",
  });
  const preset = {
    amount: "3500.00",
    payment_method: "CARD",
    status: "COMPLETED",
    transaction_id: "TEST-123",
  };
  const paid = await post(`/api/v1/orders/${body.results[0].id}/payments/`, preset, { token });
  expect([paid.status, paid.body.status]).toEqual([201, "PENDING"]);
  expect(await rows("SELECT id FROM notifications WHERE about = ?", `order:${body.results[0].id}`)).toEqual(
    [],
  );
  const placed = await post(
    "/api/v1/orders/",
    {
      vehicle: 1,
      vehicle_type: 1,
      pickup_address: "A",
      pickup_latitude: 55.75,
      pickup_longitude: 37.61,
      delivery_address: "B",
      delivery_latitude: 55.76,
      delivery_longitude: 37.6,
    },
    { token },
  );
  expect([placed.status, placed.body.vehicle]).toEqual([201, "00000000-0000-0000-0000-000000000001"]);
  await rows("DELETE FROM orders WHERE id = ?", placed.body.id);
});
