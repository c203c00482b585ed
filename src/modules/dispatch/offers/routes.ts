/** `/api/v1/orders/{uuid}/dispatch/`, `…/offer/…` and `/api/v1/offers/`: the search for a truck, and drivers' answers. */

import { fromHundredths } from "../../../platform/decimal.ts";
import { envelope, pageQuery, paginate } from "../../../platform/http/lists/paging.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { isoTime } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import { orderParams } from "../orders/fields.ts";
import { type OrderRow, requireOrder } from "../orders/queries.ts";
import { OrderWire, toOrderWire } from "../orders/schemas.ts";
import { PRIORITIES } from "../orders/tables.ts";
import { answerOffer, startDispatch } from "./commands.ts";
import { type Offer, openOffersTo } from "./queries.ts";

const tag = "Offers";
const path = "/api/v1/orders/:uuid";
const params = orderParams;

const OfferWire = z
  .object({
    id: z.number().int(),
    order: z.uuid(),
    tow_truck: z.number().int(),
    distance: z.number().int().openapi({ description: "Metres from the truck to the pickup." }),
    expires_at: z.string(),
  })
  .openapi("Offer");

function toOfferWire(offer: Offer): z.input<typeof OfferWire> {
  return {
    id: offer.id,
    order: offer.orderId,
    tow_truck: offer.truckId,
    distance: offer.distance,
    expires_at: isoTime(offer.expiresAt),
  };
}

/** What a driver needs to decide; nothing about the client. */
const OpenOfferWire = OfferWire.extend({
  pickup_address: z.string(),
  pickup_latitude: z.number(),
  pickup_longitude: z.number(),
  delivery_address: z.string(),
  delivery_latitude: z.number(),
  delivery_longitude: z.number(),
  priority: z.enum(PRIORITIES),
  vehicle_type: z.number().int(),
  estimated_price: z.string().nullable(),
}).openapi("OpenOffer");

function toOpenOfferWire({ offer, order }: { offer: Offer; order: OrderRow }): z.input<typeof OpenOfferWire> {
  return {
    ...toOfferWire(offer),
    pickup_address: order.pickupAddress,
    pickup_latitude: order.pickupLatitude,
    pickup_longitude: order.pickupLongitude,
    delivery_address: order.deliveryAddress,
    delivery_latitude: order.deliveryLatitude,
    delivery_longitude: order.deliveryLongitude,
    priority: order.priority,
    vehicle_type: order.vehicleTypeId,
    estimated_price: order.estimatedPrice === null ? null : fromHundredths(order.estimatedPrice),
  };
}

const dispatch = route({
  method: "post",
  path: `${path}/dispatch`,
  tag,
  summary: "Start the search for a truck",
  description:
    "Offers a confirmed order to the closest free truck that serves its tariff, for twenty seconds, then to the next. `offer` is null when no truck is within 50 km. A scheduled order is offered from 45 minutes before its time; before that, `offered_from` says when the search starts.",
  access: "operator",
  params,
  responses: {
    200: z.object({ offer: OfferWire.nullable(), offered_from: z.string().optional() }).openapi("Dispatch"),
  },
  async handle({ ctx, params }) {
    const { offer, from } = await startDispatch(ctx, params.uuid);
    const postponed = from === null ? {} : { offered_from: isoTime(from) };
    return respond(200, { offer: offer && toOfferWire(offer), ...postponed });
  },
});

const accept = route({
  method: "post",
  path: `${path}/offer/accept`,
  tag,
  summary: "Accept an offer",
  description: "For the driver whose truck the order was offered to.",
  access: "signedIn",
  params,
  responses: { 200: OrderWire },
  async handle({ ctx, caller, params }) {
    await answerOffer(ctx, caller, params.uuid, true);
    const { order } = await requireOrder(ctx, caller, params.uuid);
    return respond(200, toOrderWire(ctx, order, caller));
  },
});

const decline = route({
  method: "post",
  path: `${path}/offer/refuse`,
  tag,
  summary: "Refuse an offer",
  description: "The order is then offered to the next truck.",
  access: "signedIn",
  params,
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    await answerOffer(ctx, caller, params.uuid, false);
    return respond(204, null);
  },
});

const list = route({
  method: "get",
  path: "/api/v1/offers",
  tag,
  summary: "List open offers",
  description: "The offers to the caller's trucks.",
  access: "signedIn",
  query: pageQuery,
  responses: { 200: envelope(OpenOfferWire) },
  async handle({ ctx, caller, query, request }) {
    const load = async () => {
      const rows = await openOffersTo(ctx, caller);
      return { count: rows.length, rows };
    };
    // A driver has few trucks and a truck has one offer: one page holds all.
    return respond(200, await paginate(ctx, request, query, 100, load, toOpenOfferWire));
  },
});

export const offerRoutes: readonly Route[] = [dispatch, accept, decline, list];
