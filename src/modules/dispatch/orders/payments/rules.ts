/** What may become of a payment. Pure. */
import type { PAYMENT_STATES } from "./tables.ts";

export type PaymentStatus = (typeof PAYMENT_STATES)[number];

const NEXT: Record<PaymentStatus, readonly PaymentStatus[]> = {
  PENDING: ["PROCESSING", "COMPLETED", "FAILED"],
  PROCESSING: ["COMPLETED", "FAILED"],
  COMPLETED: ["REFUNDED"],
  FAILED: [],
  REFUNDED: [],
};

export const mayPass = (from: PaymentStatus, to: PaymentStatus) => NEXT[from].includes(to);
