/** Bodies of the entries in an order's room. Import them for their types only. */
import * as v from "valibot";
import { PAYMENT_STATES } from "./payments/tables.ts";
import { ORDER_STATES } from "./tables.ts";

const order = v.pipe(v.string(), v.description("The order's uuid."));
const truck = v.pipe(v.number(), v.description("The truck's number."));

export const StatusBody = v.object({
  order,
  status: v.pipe(v.picklist(ORDER_STATES), v.description("The order's status now.")),
  old_status: v.pipe(
    v.nullable(v.picklist(ORDER_STATES)),
    v.description("The status before: null for a new order; the same when only the truck was replaced."),
  ),
  tow_truck: v.pipe(
    v.nullable(v.number()),
    v.description("The number of the truck that has the job; null for none."),
  ),
});

export const ArrivedBody = v.object({ order, tow_truck: truck });

export const OfferBody = v.variant("state", [
  v.object({
    order,
    state: v.pipe(v.literal("open"), v.description("The truck's driver is asked.")),
    tow_truck: truck,
    expires_at: v.pipe(
      v.string(),
      v.isoTimestamp(),
      v.description("Until when the driver may accept, in UTC. Then the next truck is asked."),
    ),
  }),
  v.object({ order, state: v.pipe(v.literal("exhausted"), v.description("No truck is left to ask.")) }),
]);

export const PaymentBody = v.object({
  order,
  payment: v.optional(
    v.pipe(v.number(), v.description("The payment's number. Absent when the client has just declared it.")),
  ),
  status: v.pipe(v.picklist(PAYMENT_STATES), v.description("The payment's status now.")),
  amount: v.pipe(v.string(), v.description("A decimal with two places.")),
});

/** What an order's room is told, by kind. */
export interface OrderBodies {
  readonly status: v.InferOutput<typeof StatusBody>;
  readonly arrived: v.InferOutput<typeof ArrivedBody>;
  readonly offer: v.InferOutput<typeof OfferBody>;
  readonly payment: v.InferOutput<typeof PaymentBody>;
}

/** What operators are told of it. */
export const OrderChangeBody = v.object({
  id: order,
  status: StatusBody.entries.status,
  tow_truck_id: StatusBody.entries.tow_truck,
});
export type OrderChangeBody = v.InferOutput<typeof OrderChangeBody>;
