/** The requests that the app's own playground offers: on the sample data every one of them succeeds, one after the other. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshSamples } from "../../dispatch/fleet/builders.ts";
import { type Answer, call, get, patch, post, rows } from "../../harness/api.ts";

const signIn = (phone: string, password = "password123") => post("/api/v1/auth/login/", { phone, password });

let client: string;
let driver: string;
let operator: string;
let order: string;

beforeAll(async () => {
  await freshSamples();
  const responses = await Promise.all(
    ["+79001234567", "+79001234568", "+79001234569"].map((each) => signIn(each)),
  );
  [client, driver, operator] = responses.map(({ body }) => body.access) as [string, string, string];
});

afterAll(() => rows("DELETE FROM orders WHERE vehicle_type_id <= 3"));

/** A request as the client sends it: the path after the base, a bearer token, and `<order_id>` replaced. */
const send = (token: string, method: string, path: string, body?: object): Promise<Answer> =>
  call(method, `/api/v1/${path.replace("<order_id>", order)}`, { token, ...(body && { body }) });

test("The preset's lists are answered, and the tariffs are a bare array.", async () => {
  const tariffs = await send(client, "GET", "vehicle-types/");
  expect(tariffs.status).toBe(200);
  expect(tariffs.body.map(({ id }: { id: number }) => id)).toEqual(expect.arrayContaining([1, 2, 3]));
  for (const path of ["tow-trucks/", "orders/list/", "notifications/", "support/tickets/"]) {
    const { status, body } = await send(client, "GET", path);
    expect([path, status, Object.keys(body)]).toEqual([path, 200, ["count", "next", "previous", "results"]]);
  }
  const stats = await send(client, "GET", "dashboard/stats/");
  expect([stats.status, stats.body.total_orders]).toEqual([200, 1]);
});

test("The preset's order for vehicle 1 runs from placing to rating.", async () => {
  const made = await send(client, "POST", "orders/", {
    vehicle: 1,
    vehicle_type: 1,
    pickup_address: "Москва, центр",
    pickup_latitude: 55.7539,
    pickup_longitude: 37.6208,
    delivery_address: "Москва, юг",
    delivery_latitude: 55.6364,
    delivery_longitude: 37.6567,
    description: "Колёса заблокированы",
    priority: "NORMAL",
  });
  expect([made.status, made.body.estimated_price]).toEqual([201, "4093.60"]);
  order = made.body.id;
  expect((await send(client, "GET", "orders/<order_id>/")).body.vehicle.license_plate).toBe("А123ВС777");
  const path = `/api/v1/orders/${order}/update-status/`;
  await patch(path, { status: "CONFIRMED" }, { token: operator });
  const [truck] = await rows<{ id: number }>("SELECT id FROM tow_trucks WHERE license_plate = 'Э001КХ199'");
  await patch(path, { status: "ASSIGNED", tow_truck: truck?.id }, { token: operator });
  const begun = await send(driver, "PATCH", "orders/<order_id>/update-status/", { status: "IN_PROGRESS" });
  expect([begun.status, begun.body.status]).toEqual([200, "IN_PROGRESS"]);
  const paid = await send(client, "POST", "orders/<order_id>/payments/", {
    amount: "3500.00",
    payment_method: "CARD",
    status: "COMPLETED",
    transaction_id: "TEST-123",
  });
  expect([paid.status, paid.body.status, paid.body.order]).toEqual([201, "PENDING", order]);
  await patch(path, { status: "COMPLETED" }, { token: driver });
  const rated = await send(client, "POST", "orders/<order_id>/rating/", {
    driver_rating: 5,
    service_rating: 5,
    comment: "Быстро",
  });
  expect([rated.status, rated.body.order]).toEqual([201, order]);
});

test("The preset's support ticket is created.", async () => {
  const opened = await send(client, "POST", "support/tickets/", {
    subject: "Карта",
    description: "Не видно эвакуатор",
    priority: "NORMAL",
  });
  expect([opened.status, opened.body.status]).toEqual([201, "OPEN"]);
});

test("The preset's password reset is answered, and changes nothing without the code.", async () => {
  const reset = await send(client, "POST", "auth/password/reset/", {
    phone: "+79001234567",
    new_password: "NewStrongPass123!",
    new_password_confirm: "NewStrongPass123!",
  });
  expect([reset.status, Object.keys(reset.body)]).toEqual([200, ["detail"]]);
  expect((await signIn("+79001234567", "NewStrongPass123!")).status).toBe(400);
  expect((await get("/api/v1/auth/profile/", { token: client })).status).toBe(200);
  expect((await signIn("+79001234567")).status).toBe(200);
});
