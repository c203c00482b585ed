/** `/api/v1/orders/{uuid}/arrived/`, `…/start/` and `…/start-code/open/`: the driver at the pickup. */

import { forbidden } from "../../../../platform/http/errors.ts";
import { string } from "../../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../../platform/http/route.ts";
import { z } from "../../../../platform/zod.ts";
import { orderParams } from "../fields.ts";
import { requireOrder } from "../queries.ts";
import { OrderWire, toOrderWire } from "../schemas.ts";
import { transitionOrder } from "../transitions.ts";
import { arrive } from "./arrival.ts";
import { openStartCode, requireStartCode } from "./start-code.ts";

const tag = "Orders";
const path = "/api/v1/orders";
const params = orderParams;

const start = route({
  method: "post",
  path: `${path}/:uuid/start`,
  tag,
  summary: "Start the work with the start code",
  description:
    "For the driver of the order's truck. The client sees the code in their order. Five wrong codes lock it for this assignment, until an operator unlocks it.",
  access: "signedIn",
  params,
  body: z.object({ code: string({ max: 20 }) }).openapi("StartCode"),
  responses: { 200: OrderWire },
  async handle({ ctx, caller, params, body }) {
    const { order, side } = await requireOrder(ctx, caller, params.uuid);
    if (side !== "driver") throw forbidden();
    const condition = await requireStartCode(ctx, order, side, "code", body.code);
    await transitionOrder(ctx, caller, order, side, { status: "IN_PROGRESS" }, { condition });
    const { order: started } = await requireOrder(ctx, caller, params.uuid);
    return respond(200, toOrderWire(ctx, started, caller));
  },
});

const openCode = route({
  method: "post",
  path: `${path}/:uuid/start-code/open`,
  tag,
  summary: "Unlock the start code",
  description: "It locks after five wrong codes. A new assignment unlocks it too.",
  access: "operator",
  params,
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    await openStartCode(ctx, caller, params.uuid);
    return respond(204, null);
  },
});

const arrived = route({
  method: "post",
  path: `${path}/:uuid/arrived`,
  tag,
  summary: "Mark the truck as arrived",
  description: "For the driver of the order's truck. The client is notified once.",
  access: "signedIn",
  params,
  responses: { 200: OrderWire },
  async handle({ ctx, caller, params }) {
    const { order, side } = await requireOrder(ctx, caller, params.uuid);
    if (side !== "driver") throw forbidden();
    await arrive(ctx, order);
    return respond(200, toOrderWire(ctx, order, caller));
  },
});

export const jobRoutes: readonly Route[] = [start, openCode, arrived];
