/** `/api/v1/orders/{uuid}/rating/`. */

import { string } from "../../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../../platform/http/route.ts";
import { z } from "../../../../platform/zod.ts";
import { orderParams } from "../fields.ts";
import { rateOrder } from "./commands.ts";
import { RatingWire, stars, toRatingWire } from "./schemas.ts";

const rate = route({
  method: "post",
  path: "/api/v1/orders/:uuid/rating",
  tag: "Orders",
  summary: "Rate a completed order",
  description: "For the order's client, once.",
  access: "signedIn",
  creates: true,
  params: orderParams,
  body: z
    .object({
      driver_rating: stars(),
      service_rating: stars(),
      comment: string({ max: 4000, blank: true }).optional(),
    })
    .openapi("NewRating"),
  responses: { 201: RatingWire },
  async handle({ ctx, caller, params, body }) {
    const input = {
      driverRating: body.driver_rating,
      serviceRating: body.service_rating,
      comment: body.comment ?? "",
    };
    return respond(201, toRatingWire(await rateOrder(ctx, caller, params.uuid, input)));
  },
});

export const ratingRoutes: readonly Route[] = [rate];
