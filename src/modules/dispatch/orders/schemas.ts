/** Orders on the wire, with the Tow Truck app's names and field order. */

import { fromHundredths } from "../../../platform/decimal.ts";
import { type Caller, isOperator } from "../../../platform/http/caller.ts";
import { integer, string, unlessBlank } from "../../../platform/http/input/fields.ts";
import { pageQuery } from "../../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { isoTime } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import { Account, displayName, toUserWire, visibilityOf } from "../../identity/index.ts";
import { decimalField, keyField, uuidField } from "../fleet/fields.ts";
import { type Truck, TruckWire, toTruckWire, toVehicleWire, VehicleWire } from "../fleet/schemas.ts";
import { degrees, emptyAsNull, instantField, optionalInstant } from "./fields.ts";
import { PaymentWire, toPaymentWire } from "./payments/schemas.ts";
import type { History, Order, OrderRow } from "./queries.ts";
import { RatingWire, toRatingWire } from "./ratings/schemas.ts";
import { isActive, isOver } from "./rules.ts";
import { ORDER_STATES, PRIORITIES } from "./tables.ts";

const money = (amount: number | null) => (amount === null ? null : fromHundredths(amount));
const time = (at: number | null) => (at === null ? null : isoTime(at));

const place = {
  pickup_address: string({ max: 1000 }),
  pickup_latitude: degrees(90),
  pickup_longitude: degrees(180),
  delivery_address: string({ max: 1000 }),
  delivery_latitude: degrees(90),
  delivery_longitude: degrees(180),
};

const description = string({ max: 4000, blank: true });
const priority = z.enum(PRIORITIES);
const price = () => decimalField({ digits: 10, min: 1 });

export const NewOrder = z
  .object({
    vehicle: uuidField(),
    vehicle_type: keyField(),
    ...place,
    description: description.optional(),
    priority: priority.optional(),
    scheduled_time: optionalInstant(),
  })
  .openapi("NewOrder");

export const OrderChange = z
  .object({
    ...place,
    description,
    priority,
    scheduled_time: optionalInstant(),
    vehicle_type: keyField(),
    final_price: price().nullable(),
  })
  .partial()
  .openapi("OrderChange");

/** The body of PUT: the fields that an order can't be without are required. */
export const OrderReplacement = OrderChange.extend({ ...place, vehicle_type: keyField() }).openapi(
  "OrderReplacement",
);

export const StatusChange = z
  .object({
    status: z.enum(ORDER_STATES).optional(),
    final_price: z.preprocess(emptyAsNull, price().nullable()).optional(),
    scheduled_time: optionalInstant(),
    tow_truck: z.preprocess(emptyAsNull, keyField().nullable()).optional(),
    start_code: string({ max: 20 }).optional(),
  })
  .openapi("OrderStatusChange");

export const StatusWire = z
  .object({
    status: z.enum(ORDER_STATES),
    final_price: z.string().nullable(),
    scheduled_time: z.string().nullable(),
    completed_at: z.string().nullable(),
    tow_truck: z.number().int().nullable(),
  })
  .openapi("OrderStatus");

export function toStatusWire(order: OrderRow): z.input<typeof StatusWire> {
  return {
    status: order.status,
    final_price: money(order.finalPrice),
    scheduled_time: time(order.scheduledAt),
    completed_at: time(order.completedAt),
    tow_truck: order.towTruckId,
  };
}

export const NewOrderWire = z
  .object({
    id: z.uuid(),
    status: z.enum(ORDER_STATES),
    vehicle: z.uuid().nullable(),
    pickup_address: z.string(),
    pickup_latitude: z.number(),
    pickup_longitude: z.number(),
    delivery_address: z.string(),
    delivery_latitude: z.number(),
    delivery_longitude: z.number(),
    description: z.string(),
    priority,
    estimated_price: z.string().nullable(),
    final_price: z.string().nullable(),
    scheduled_time: z.string().nullable(),
    vehicle_type: z.number().int(),
  })
  .openapi("CreatedOrder");

export function toNewOrderWire(order: OrderRow): z.input<typeof NewOrderWire> {
  return { vehicle: order.vehicleId, ...facts(order) };
}

const HistoryWire = z
  .object({
    id: z.number().int(),
    changed_by_name: z.string().optional(),
    created_at: z.string(),
    updated_at: z.string(),
    old_status: z.enum(ORDER_STATES),
    new_status: z.enum(ORDER_STATES),
    comment: z.string(),
    order: z.uuid(),
    changed_by: z.number().int().nullable(),
  })
  .openapi("StatusHistory");

function toHistoryWire(order: Order, row: History): z.input<typeof HistoryWire> {
  const person = order.people.get(row.changedBy ?? 0);
  return {
    id: row.id,
    ...(person && { changed_by_name: displayName(person) }),
    created_at: isoTime(row.createdAt),
    updated_at: isoTime(row.createdAt),
    old_status: row.oldStatus,
    new_status: row.newStatus,
    comment: row.comment,
    order: order.id,
    changed_by: row.changedBy,
  };
}

export const OrderWire = z
  .object({
    id: z.uuid(),
    client: Account,
    tow_truck: TruckWire.nullable(),
    vehicle: VehicleWire.nullable(),
    status_history: z.array(HistoryWire),
    payments: z.array(PaymentWire),
    rating: RatingWire.nullable(),
    created_at: z.string(),
    updated_at: z.string(),
    ...NewOrderWire.omit({ id: true, vehicle: true, vehicle_type: true }).shape,
    completed_at: z.string().nullable(),
    vehicle_type: z.number().int(),
    start_code: z
      .string()
      .optional()
      .openapi({ description: "For the client only, who tells it to the driver on arrival." }),
  })
  .openapi("Order");

/** While a truck has the job, client and driver see each other's name and phone; before and after, only the name. */
export function toOrderWire(ctx: RequestContext, order: Order, caller: Caller): z.input<typeof OrderWire> {
  const otherwise = isActive(order.status) ? "contact" : "name";
  const { id, vehicle_type, ...rest } = facts(order);
  return {
    id,
    client: toUserWire(ctx, order.client, visibilityOf(caller, order.clientId, otherwise)),
    tow_truck: order.truck && toTruckWire(ctx, truckSeenBy(caller, order, order.truck), caller, otherwise),
    vehicle: order.vehicle && toVehicleWire(ctx, order.vehicle, caller, otherwise),
    status_history: order.history.map((row) => toHistoryWire(order, row)),
    payments: order.payments.map(toPaymentWire),
    rating: order.rating && toRatingWire(order.rating),
    created_at: isoTime(order.createdAt),
    updated_at: isoTime(order.updatedAt),
    ...rest,
    completed_at: time(order.completedAt),
    vehicle_type,
    ...(order.clientId === caller.userId && !isOver(order.status) && { start_code: order.startCode }),
  };
}

/** Hides the truck's position from the client once the order is over. */
function truckSeenBy(caller: Caller, { clientId, status }: Order, truck: Truck): Truck {
  if (!isOver(status) || clientId !== caller.userId || isOperator(caller)) return truck;
  return { ...truck, latitude: null, longitude: null, locatedAt: null };
}

function facts(order: OrderRow) {
  return {
    id: order.id,
    pickup_address: order.pickupAddress,
    pickup_latitude: order.pickupLatitude,
    pickup_longitude: order.pickupLongitude,
    delivery_address: order.deliveryAddress,
    delivery_latitude: order.deliveryLatitude,
    delivery_longitude: order.deliveryLongitude,
    description: order.description,
    priority: order.priority,
    status: order.status,
    estimated_price: money(order.estimatedPrice),
    final_price: money(order.finalPrice),
    scheduled_time: time(order.scheduledAt),
    vehicle_type: order.vehicleTypeId,
  };
}

/** Filters of the list; an invalid one is a 400. */
export const orderFilter = pageQuery.extend({
  status: unlessBlank(z.enum(ORDER_STATES)),
  priority: unlessBlank(priority),
  vehicle_type: unlessBlank(integer()),
  created_from: unlessBlank(instantField()),
  created_to: unlessBlank(instantField()),
  search: string({ max: 200, blank: true }).optional(),
});
