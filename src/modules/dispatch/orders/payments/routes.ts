/** `/api/v1/orders/{uuid}/payments/` and `…/rating/`. */
import { z } from "@hono/zod-openapi";
import { integer, string } from "../../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../../platform/http/route.ts";
import { codeField, decimalField } from "../../fleet/fields.ts";
import { PAYMENT_METHODS, PAYMENT_STATES } from "../../tables.ts";
import { orderParams } from "../fields.ts";
import { rateOrder } from "../ratings.ts";
import { declarePayment, settlePayment } from "./commands.ts";
import { PaymentWire, RatingWire, toPaymentWire, toRatingWire } from "./schemas.ts";

const tag = "Orders";
const path = "/api/v1/orders/:uuid";
const params = orderParams;

const pay = route({
  method: "post",
  path: `${path}/payments`,
  tag,
  summary: "Declare a payment for one's order",
  description:
    "It begins as PENDING whatever the body's `status` says, and can't be more than is due; operators say when the money has come.",
  access: "signedIn",
  creates: true,
  params,
  body: z
    .object({
      amount: decimalField({ digits: 10, min: 1 }),
      payment_method: codeField(PAYMENT_METHODS),
      status: codeField(PAYMENT_STATES).optional(),
      transaction_id: string({ max: 100, blank: true }).optional(),
    })
    .openapi("NewPayment"),
  responses: { 201: PaymentWire },
  async handle({ ctx, caller, params, body }) {
    const facts = {
      amount: body.amount,
      paymentMethod: body.payment_method,
      transactionId: body.transaction_id ?? "",
    };
    return respond(201, toPaymentWire(await declarePayment(ctx, caller, params.uuid, facts)));
  },
});

const settle = route({
  method: "patch",
  path: `${path}/payments/:id`,
  tag,
  summary: "Say what became of a payment",
  description: "PENDING → PROCESSING → COMPLETED → REFUNDED; FAILED until it is completed.",
  access: "operator",
  params: orderParams.extend({ id: integer({ min: 1 }) }),
  body: z.object({ status: codeField(PAYMENT_STATES) }).openapi("PaymentChange"),
  responses: { 200: PaymentWire },
  handle: async ({ ctx, caller, params, body }) =>
    respond(200, toPaymentWire(await settlePayment(ctx, caller, params.uuid, params.id, body.status))),
});

const stars = () => integer({ min: 1, max: 5 });

const rate = route({
  method: "post",
  path: `${path}/rating`,
  tag,
  summary: "Rate one's completed order, once",
  access: "signedIn",
  creates: true,
  params,
  body: z
    .object({
      driver_rating: stars(),
      service_rating: stars(),
      comment: string({ max: 4000, blank: true }).optional(),
    })
    .openapi("NewRating"),
  responses: { 201: RatingWire },
  async handle({ ctx, caller, params, body }) {
    const facts = {
      driverRating: body.driver_rating,
      serviceRating: body.service_rating,
      comment: body.comment ?? "",
    };
    return respond(201, toRatingWire(await rateOrder(ctx, caller, params.uuid, facts)));
  },
});

export const paymentRoutes: readonly Route[] = [pay, settle, rate];
