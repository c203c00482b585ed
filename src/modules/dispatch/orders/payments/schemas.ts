/** Payments on the wire. */

import { fromHundredths } from "../../../../platform/decimal.ts";
import { isoTime } from "../../../../platform/time.ts";
import { z } from "../../../../platform/zod.ts";
import type { Payment } from "../queries.ts";
import { PAYMENT_METHODS, PAYMENT_STATES } from "./tables.ts";

export const PaymentWire = z
  .object({
    id: z.number().int(),
    payment_method: z.enum(PAYMENT_METHODS),
    status: z.enum(PAYMENT_STATES),
    created_at: z.string(),
    updated_at: z.string(),
    amount: z.string(),
    transaction_id: z.string(),
    paid_at: z.string().nullable(),
    order: z.uuid(),
  })
  .openapi("Payment");

export function toPaymentWire(payment: Payment): z.input<typeof PaymentWire> {
  return {
    id: payment.id,
    payment_method: payment.paymentMethod,
    status: payment.status,
    created_at: isoTime(payment.createdAt),
    updated_at: isoTime(payment.updatedAt),
    amount: fromHundredths(payment.amount),
    transaction_id: payment.transactionId,
    paid_at: payment.paidAt === null ? null : isoTime(payment.paidAt),
    order: payment.orderId,
  };
}
