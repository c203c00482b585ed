/** `/api/v1/orders/…`: places, lists, reads, edits, changes the status, cancels. */

import type { Caller } from "../../../platform/http/caller.ts";
import { notFound } from "../../../platform/http/errors.ts";
import { envelope, paginate } from "../../../platform/http/lists/paging.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import type { z } from "../../../platform/zod.ts";
import { editOrder, placeOrder } from "./commands.ts";
import { orderParams } from "./fields.ts";
import { requireStartCode } from "./job/start-code.ts";
import { listOrders, requireOrder } from "./queries.ts";
import {
  NewOrder,
  NewOrderWire,
  OrderChange,
  OrderReplacement,
  OrderWire,
  orderFilter,
  StatusChange,
  StatusWire,
  toNewOrderWire,
  toOrderWire,
  toStatusWire,
} from "./schemas.ts";
import { transitionOrder } from "./transitions.ts";

const tag = "Orders";
const path = "/api/v1/orders";
const PAGE_SIZE = 20;
const params = orderParams;

async function shown(ctx: RequestContext, caller: Caller, id: string): Promise<z.input<typeof OrderWire>> {
  const { order } = await requireOrder(ctx, caller, id);
  return toOrderWire(ctx, order, caller);
}

const place = route({
  method: "post",
  path,
  tag,
  summary: "Place an order",
  description:
    "For the caller's own vehicle. The price is the server's estimate for the straight-line distance; a price in the body is ignored. `vehicle` is a uuid, or the integer N for the uuid whose 128-bit value is N.",
  access: "signedIn",
  creates: true,
  body: NewOrder,
  responses: { 201: NewOrderWire },
  async handle({ ctx, caller, body }) {
    const order = await placeOrder(ctx, caller, body.vehicle, {
      vehicleTypeId: body.vehicle_type,
      pickupAddress: body.pickup_address,
      pickupLatitude: body.pickup_latitude,
      pickupLongitude: body.pickup_longitude,
      deliveryAddress: body.delivery_address,
      deliveryLatitude: body.delivery_latitude,
      deliveryLongitude: body.delivery_longitude,
      description: body.description ?? "",
      priority: body.priority ?? "NORMAL",
      scheduledAt: body.scheduled_time ?? null,
    });
    return respond(201, toNewOrderWire(order));
  },
});

const list = route({
  method: "get",
  path: `${path}/list`,
  tag,
  summary: "List orders",
  description:
    "The newest first. Clients see their own orders, drivers also the jobs of their trucks, operators and staff all orders. `search` looks in ids, addresses and licence plates; for operators also in the clients' names and phones.",
  access: "signedIn",
  query: orderFilter,
  responses: { 200: envelope(OrderWire) },
  async handle({ ctx, caller, query, request }) {
    const filter = {
      status: query.status,
      priority: query.priority,
      vehicleTypeId: query.vehicle_type,
      createdFrom: query.created_from,
      createdTo: query.created_to,
      search: query.search,
    };
    const page = await paginate(
      ctx,
      request,
      query,
      PAGE_SIZE,
      (window) => listOrders(ctx, caller, filter, window),
      (order) => toOrderWire(ctx, order, caller),
    );
    return respond(200, page);
  },
});

const read = route({
  method: "get",
  path: `${path}/:uuid`,
  tag,
  summary: "Read an order",
  access: "signedIn",
  params,
  responses: { 200: OrderWire },
  handle: async ({ ctx, caller, params }) => respond(200, await shown(ctx, caller, params.uuid)),
});

const edit = (method: "put" | "patch") =>
  route({
    method,
    path: `${path}/:uuid`,
    tag,
    summary: "Edit an order",
    description:
      "PATCH is partial; PUT requires both places and the tariff. Fields that the caller may not change are ignored: clients change places and priority while the order is PENDING, and the description until it is over; drivers change nothing; nobody changes the status here.",
    access: "signedIn",
    params,
    body: method === "put" ? OrderReplacement : OrderChange,
    may: ({ ctx, caller, params }) => requireOrder(ctx, caller, params.uuid),
    responses: { 200: OrderWire },
    async handle({ ctx, caller, params, body }) {
      const found = await requireOrder(ctx, caller, params.uuid);
      await editOrder(ctx, caller, found, {
        pickupAddress: body.pickup_address,
        pickupLatitude: body.pickup_latitude,
        pickupLongitude: body.pickup_longitude,
        deliveryAddress: body.delivery_address,
        deliveryLatitude: body.delivery_latitude,
        deliveryLongitude: body.delivery_longitude,
        description: body.description,
        priority: body.priority,
        scheduledAt: body.scheduled_time,
        vehicleTypeId: body.vehicle_type,
        finalPrice: body.final_price,
      });
      return respond(200, await shown(ctx, caller, params.uuid));
    },
  });

const updateStatus = (method: "put" | "patch") =>
  route({
    method,
    path: `${path}/:uuid/update-status`,
    tag,
    summary: "Change an order's status or assign a truck",
    description:
      "PENDING → CONFIRMED → ASSIGNED → IN_PROGRESS → COMPLETED; CANCELLED from any status before COMPLETED. Operators make every change and set truck, price and time; the truck's driver starts and completes; clients only cancel, before the work starts.",
    access: "signedIn",
    params,
    body: StatusChange,
    responses: { 200: StatusWire },
    async handle({ ctx, caller, params, body }) {
      const { order, side } = await requireOrder(ctx, caller, params.uuid);
      if (side === "client" && body.status !== "CANCELLED") throw notFound();
      const starts = body.status === "IN_PROGRESS";
      const condition = starts
        ? await requireStartCode(ctx, order, side, "start_code", body.start_code)
        : undefined;
      const request = {
        status: body.status,
        towTruckId: body.tow_truck,
        finalPrice: body.final_price,
        scheduledAt: body.scheduled_time,
      };
      const changed = await transitionOrder(ctx, caller, order, side, request, { condition });
      return respond(200, toStatusWire(changed));
    },
  });

const cancel = route({
  method: "post",
  path: `${path}/:uuid/cancel`,
  tag,
  summary: "Cancel an order",
  description: "For the client before the work starts, for operators until the order is over.",
  access: "signedIn",
  params,
  responses: { 200: OrderWire },
  async handle({ ctx, caller, params }) {
    const { order, side } = await requireOrder(ctx, caller, params.uuid);
    await transitionOrder(ctx, caller, order, side, { status: "CANCELLED" });
    return respond(200, await shown(ctx, caller, params.uuid));
  },
});

export const orderRoutes: readonly Route[] = [
  place,
  list,
  read,
  edit("put"),
  edit("patch"),
  updateStatus("put"),
  updateStatus("patch"),
  cancel,
];
