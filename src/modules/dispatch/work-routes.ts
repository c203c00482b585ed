/** What the driver of an order's truck does at the car: arrives, and starts the work with the client's code. */
import { z } from "@hono/zod-openapi";
import { forbidden } from "../../platform/http/errors.ts";
import { string } from "../../platform/http/fields.ts";
import { type Route, reply, route } from "../../platform/http/route.ts";
import { arrive } from "./order-arrival.ts";
import { orderParams } from "./order-fields.ts";
import { moveOrder } from "./order-moves.ts";
import { OrderWire, toOrderWire } from "./order-schemas.ts";
import { requireOrder } from "./orders.ts";
import { openStartCode, requireStartCode } from "./start-code.ts";

const tag = "Orders";
const path = "/api/v1/orders";
const params = orderParams;

const start = route({
  method: "post",
  path: `${path}/:uuid/start`,
  tag,
  summary: "Start the work with the client's code",
  description:
    "For the driver of its truck. The client sees the code in their order. Five wrong codes end it for this assignment, until an operator opens it.",
  access: "signedIn",
  params,
  body: z.object({ code: string({ max: 20 }) }).openapi("StartCode"),
  answers: { 200: OrderWire },
  async handle({ scope, caller, params, body }) {
    const { order, side } = await requireOrder(scope, caller, params.uuid);
    if (side !== "driver") throw forbidden();
    const condition = await requireStartCode(scope, order, side, "code", body.code);
    await moveOrder(scope, caller, order, side, { status: "IN_PROGRESS" }, { condition });
    const { order: started } = await requireOrder(scope, caller, params.uuid);
    return reply(200, toOrderWire(scope, started, caller));
  },
});

const openCode = route({
  method: "post",
  path: `${path}/:uuid/start-code/open`,
  tag,
  summary: "Let the start code be tried again",
  description: "After five wrong codes; a new assignment opens it too.",
  access: "operator",
  params,
  answers: { 204: null },
  async handle({ scope, caller, params }) {
    await openStartCode(scope, caller, params.uuid);
    return reply(204, null);
  },
});

const arrived = route({
  method: "post",
  path: `${path}/:uuid/arrived`,
  tag,
  summary: "Mark the truck as arrived",
  description: "For the driver of its truck; the client is told once.",
  access: "signedIn",
  params,
  answers: { 200: OrderWire },
  async handle({ scope, caller, params }) {
    const { order, side } = await requireOrder(scope, caller, params.uuid);
    if (side !== "driver") throw forbidden();
    await arrive(scope, order);
    return reply(200, toOrderWire(scope, order, caller));
  },
});

export const workRoutes: readonly Route[] = [start, openCode, arrived];
