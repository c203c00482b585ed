/** The matrix of orders: visible to their client, the driver of their truck and operators; a 404 for everybody else. */

import { at, carOf, newOrder, orderIn, tariffRow, truckRow } from "../../dispatch/scene.ts";
import { rows } from "../../harness/api.ts";
import { everybody, members, newPerson, type Person, type Statuses, type Table } from "../world.ts";

const ORDERS = "/api/v1/orders";

/** An order of the owner, with a truck of another driver. */
export async function order(
  owner: Person,
  status: Parameters<typeof orderIn>[1] = "PENDING",
): Promise<string> {
  const [tariff, driver, operator] = await Promise.all([
    tariffRow(),
    newPerson("driver"),
    newPerson("operator"),
  ]);
  const truck = await truckRow({ tariff, driver: driver.id });
  const vehicle = await carOf(owner);
  return orderIn({ client: owner, driver, operator, tariff, truck, vehicle }, status);
}

const asked =
  (rest: string, body?: object, status: Parameters<typeof orderIn>[1] = "PENDING") =>
  async (owner: Person) => ({
    path: at(await order(owner, status), rest),
    ...(body === undefined ? {} : { body }),
  });

async function payment(orderId: string): Promise<number> {
  const [row] = await rows<{ id: number }>(
    `INSERT INTO payments (order_id, amount, payment_method, created_at, updated_at)
     VALUES (?, 100, 'CASH', 1, 1) RETURNING id`,
    orderId,
  );
  return row?.id ?? 0;
}

/** The client's own, and everybody's for operators and staff. */
const visible = (status: number): Statuses => [401, 404, status, 404, status, status];
const clientOnly = (status: number): Statuses => [401, 404, status, 404, 404, 404];
const operators = (status: number): Statuses => [401, 403, 403, 403, status, status];
/** Only for the driver of its truck, who is none of these roles; the others who see the order get a 403. */
const nobody: Statuses = [401, 404, 403, 404, 403, 403];

const placed = async (owner: Person) => ({
  body: newOrder({ vehicle: await carOf(owner), tariff: await tariffRow() }),
});

export const orders: Table = {
  // Only with the caller's own car, and this one is the owner's.
  [`POST ${ORDERS}`]: { responses: [401, 400, 201, 400, 400, 400], ask: placed },
  [`GET ${ORDERS}/list`]: { responses: members(200) },
  [`GET ${ORDERS}/:uuid`]: { responses: visible(200), ask: asked("") },
  [`PUT ${ORDERS}/:uuid`]: {
    responses: visible(200),
    ask: async (owner) => ({
      path: at(await order(owner)),
      body: newOrder({ vehicle: await carOf(owner), tariff: await tariffRow() }),
    }),
  },
  [`PATCH ${ORDERS}/:uuid`]: { responses: visible(200), ask: asked("", { description: "x" }) },
  [`PUT ${ORDERS}/:uuid/update-status`]: {
    responses: [401, 404, 404, 404, 200, 200],
    ask: asked("update-status/", { status: "CONFIRMED" }),
  },
  [`PATCH ${ORDERS}/:uuid/update-status`]: {
    responses: visible(200),
    ask: asked("update-status/", { status: "CANCELLED" }),
  },
  [`POST ${ORDERS}/:uuid/cancel`]: { responses: visible(200), ask: asked("cancel/") },
  [`POST ${ORDERS}/:uuid/start`]: { responses: nobody, ask: asked("start/", { code: "1" }, "ASSIGNED") },
  [`POST ${ORDERS}/:uuid/start-code/open`]: {
    responses: operators(204),
    ask: asked("start-code/open/", undefined, "ASSIGNED"),
  },
  [`POST ${ORDERS}/:uuid/arrived`]: { responses: nobody, ask: asked("arrived/", undefined, "ASSIGNED") },
  [`POST ${ORDERS}/:uuid/payments`]: {
    responses: clientOnly(201),
    ask: asked("payments/", { amount: "10.00", payment_method: "CASH" }),
  },
  [`PATCH ${ORDERS}/:uuid/payments/:id`]: {
    responses: operators(200),
    async ask(owner) {
      const id = await order(owner);
      return { path: at(id, `payments/${await payment(id)}/`), body: { status: "COMPLETED" } };
    },
  },
  [`POST ${ORDERS}/:uuid/rating`]: {
    responses: clientOnly(201),
    ask: asked("rating/", { driver_rating: 5, service_rating: 5 }, "COMPLETED"),
  },
  [`POST ${ORDERS}/:uuid/dispatch`]: {
    responses: operators(200),
    ask: asked("dispatch/", undefined, "CONFIRMED"),
  },
  [`POST ${ORDERS}/:uuid/offer/accept`]: {
    responses: members(404),
    ask: asked("offer/accept/", undefined, "CONFIRMED"),
  },
  [`POST ${ORDERS}/:uuid/offer/refuse`]: {
    responses: members(404),
    ask: asked("offer/refuse/", undefined, "CONFIRMED"),
  },
  "GET /api/v1/offers": { responses: members(200) },
  [`POST ${ORDERS}/:uuid/share`]: { responses: visible(201), ask: asked("share/", {}) },
  [`DELETE ${ORDERS}/:uuid/share`]: { responses: visible(204), ask: asked("share/") },
  "GET /api/v1/dashboard/stats": { responses: members(200) },
  // Everybody with a link sees its order; an unknown link shows nothing.
  "GET /api/v1/track/:token": { responses: everybody(404), ask: () => ({ path: "/api/v1/track/nothing/" }) },
  "POST /api/v1/location/update": {
    responses: [401, 403, 403, 404, 403, 403],
    ask: () => ({ body: { latitude: 55, longitude: 37 } }),
  },
  "POST /api/v1/driver/duty": {
    responses: [401, 403, 403, 200, 403, 403],
    ask: () => ({ body: { on_duty: true } }),
  },
};
