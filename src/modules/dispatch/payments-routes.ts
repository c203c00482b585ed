/** `/api/v1/orders/{uuid}/payments/` and `…/rating/`. */
import { z } from "@hono/zod-openapi";
import { integer, string } from "../../platform/http/fields.ts";
import { type Route, reply, route } from "../../platform/http/route.ts";
import { codeField, decimalField } from "./fields.ts";
import { orderParams } from "./order-fields.ts";
import { declarePayment, settlePayment } from "./payments.ts";
import { PaymentWire, RatingWire, toPaymentWire, toRatingWire } from "./payments-schemas.ts";
import { rateOrder } from "./ratings.ts";
import { PAYMENT_METHODS, PAYMENT_STATES } from "./tables.ts";

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
  answers: { 201: PaymentWire },
  async handle({ scope, caller, params, body }) {
    const facts = {
      amount: body.amount,
      paymentMethod: body.payment_method,
      transactionId: body.transaction_id ?? "",
    };
    return reply(201, toPaymentWire(await declarePayment(scope, caller, params.uuid, facts)));
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
  answers: { 200: PaymentWire },
  handle: async ({ scope, caller, params, body }) =>
    reply(200, toPaymentWire(await settlePayment(scope, caller, params.uuid, params.id, body.status))),
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
  answers: { 201: RatingWire },
  async handle({ scope, caller, params, body }) {
    const facts = {
      driverRating: body.driver_rating,
      serviceRating: body.service_rating,
      comment: body.comment ?? "",
    };
    return reply(201, toRatingWire(await rateOrder(scope, caller, params.uuid, facts)));
  },
});

export const paymentRoutes: readonly Route[] = [pay, settle, rate];
