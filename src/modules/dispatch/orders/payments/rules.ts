/** Which status of a payment may follow which. Pure. */
import type { PAYMENT_STATES } from "./tables.ts";

export type PaymentStatus = (typeof PAYMENT_STATES)[number];

const NEXT: Record<PaymentStatus, readonly PaymentStatus[]> = {
  PENDING: ["PROCESSING", "COMPLETED", "FAILED"],
  PROCESSING: ["COMPLETED", "FAILED"],
  COMPLETED: ["REFUNDED"],
  FAILED: [],
  REFUNDED: [],
};

export const mayFollow = (from: PaymentStatus, to: PaymentStatus) => NEXT[from].includes(to);
