/** `/api/v1/orders/{uuid}/payments/…`. */

import { integer, string } from "../../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../../platform/http/route.ts";
import { z } from "../../../../platform/zod.ts";
import { codeField, decimalField } from "../../fleet/fields.ts";
import { orderParams } from "../fields.ts";
import { declarePayment, settlePayment } from "./commands.ts";
import { PaymentWire, toPaymentWire } from "./schemas.ts";
import { PAYMENT_METHODS, PAYMENT_STATES } from "./tables.ts";

const tag = "Orders";
const path = "/api/v1/orders/:uuid/payments";

const declare = route({
  method: "post",
  path,
  tag,
  summary: "Declare a payment",
  description:
    "For the order's client. The payment starts as PENDING, whatever `status` the body names, and can't exceed the amount due. Operators confirm that the money has arrived.",
  access: "signedIn",
  creates: true,
  params: orderParams,
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
    const input = {
      amount: body.amount,
      paymentMethod: body.payment_method,
      transactionId: body.transaction_id ?? "",
    };
    return respond(201, toPaymentWire(await declarePayment(ctx, caller, params.uuid, input)));
  },
});

const settle = route({
  method: "patch",
  path: `${path}/:id`,
  tag,
  summary: "Change a payment's status",
  description: "PENDING → PROCESSING → COMPLETED → REFUNDED; FAILED until it is completed.",
  access: "operator",
  params: orderParams.extend({ id: integer({ min: 1 }) }),
  body: z.object({ status: codeField(PAYMENT_STATES) }).openapi("PaymentChange"),
  responses: { 200: PaymentWire },
  handle: async ({ ctx, caller, params, body }) =>
    respond(200, toPaymentWire(await settlePayment(ctx, caller, params.uuid, params.id, body.status))),
});

export const paymentRoutes: readonly Route[] = [declare, settle];
