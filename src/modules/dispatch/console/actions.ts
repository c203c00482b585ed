/** Actions of the console on orders and payments. They call the same commands as the API. */
import { runBatch } from "../../../platform/db/client.ts";
import type { Place } from "../../../platform/geo.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { invalid, notFound, refuse } from "../../../platform/http/errors.ts";
import { type Text, text } from "../../../platform/http/text.ts";
import type { Action, Change, Consequences, Subject, Values } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { isoTime } from "../../../platform/time.ts";
import { startDispatch } from "../offers/commands.ts";
import { planEdit, tellNewRoute } from "../orders/commands.ts";
import { openStartCode } from "../orders/job/start-code.ts";
import { settlePayment } from "../orders/payments/commands.ts";
import { loadOrder, type Payment } from "../orders/queries.ts";
import type { EditableOrder, OrderEdit, OrderStatus } from "../orders/rules.ts";
import { transitionOrder } from "../orders/transitions.ts";

const NOT_NOW = text(
  "This can't be changed in the present state any more.",
  "В текущем состоянии заказа это поле изменить нельзя.",
);
const NO_TRUCK = text("No truck is available.", "Нет свободного эвакуатора.");

const roles = ["operator", "staff"] as const;

/** An action that changes the status of an order. */
function changeStatus(label: Text, status: OrderStatus, confirm?: Text): Action {
  return {
    label,
    ...(confirm ? { confirm } : {}),
    roles,
    bulk: true,
    async run(ctx, caller, { id }) {
      const order = await loadOrder(ctx, id);
      if (!order) throw notFound();
      await transitionOrder(ctx, caller, order, "operator", { status });
      return null;
    },
  };
}

export const orderActions: Readonly<Record<string, Action>> = {
  confirm: changeStatus(text("Confirm", "Подтвердить"), "CONFIRMED"),
  complete: changeStatus(text("Complete", "Завершить"), "COMPLETED"),
  cancel: changeStatus(text("Cancel", "Отменить"), "CANCELLED", text("Cancel the order?", "Отменить заказ?")),
  open_code: {
    label: text("Unlock the start code", "Разблокировать ввод кода"),
    roles,
    async run(ctx, caller, { id }) {
      await openStartCode(ctx, caller, id);
      return null;
    },
  },
  dispatch: {
    label: text("Look for a truck", "Найти эвакуатор"),
    roles,
    async run(ctx, _, { id }, audit) {
      const { offer, from } = await startDispatch(ctx, id);
      if (!offer && from === null) throw refuse(409, NO_TRUCK);
      await runBatch(ctx.db, [audit("dispatch", null, null)]);
      return from === null ? null : { offered_from: isoTime(from) };
    },
  },
};

/** An action that changes the status of a payment. */
function settle(label: Text, to: Payment["status"]): Action {
  return {
    label,
    roles,
    bulk: true,
    async run(ctx: RequestContext, caller: Caller, { id, row }: Subject) {
      await settlePayment(ctx, caller, String(row.order_id), Number(id), to);
      return null;
    },
  };
}

export const paymentActions: Readonly<Record<string, Action>> = {
  process: settle(text("Mark as processing", "Перевести в обработку"), "PROCESSING"),
  complete: settle(text("Mark as paid", "Отметить как оплаченный"), "COMPLETED"),
  fail: settle(text("Mark as failed", "Отметить как непрошедший"), "FAILED"),
  refund: settle(text("Mark as refunded", "Отметить как возвращённый"), "REFUNDED"),
};

/** The console's fields as an order edit; only those that are given. */
function toEdit(values: Values): OrderEdit {
  const [pickup, delivery] = [values.pickup, values.delivery] as (Place | undefined)[];
  const fields = {
    pickupAddress: values.pickup_address,
    pickupLatitude: pickup?.latitude,
    pickupLongitude: pickup?.longitude,
    deliveryAddress: values.delivery_address,
    deliveryLatitude: delivery?.latitude,
    deliveryLongitude: delivery?.longitude,
    description: values.description,
    priority: values.priority,
    scheduledAt: values.scheduled_at,
    vehicleTypeId: values.vehicle_type,
    finalPrice: values.final_price,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as OrderEdit;
}

const NAMES = { scheduledAt: "scheduled_at", vehicleTypeId: "vehicle_type" };

/** Applies the rules of an order edit: only fields that may change in the present status, and a new estimate for a new route. */
export async function orderConsequences(
  ctx: RequestContext,
  { before, values }: Change,
): Promise<Consequences> {
  if (!before) return {};
  const order = { id: before.id, status: before.row.status, ...toEdit(before.row) } as EditableOrder;
  const { change, refused, where } = await planEdit(ctx, order, "operator", toEdit(values), NAMES);
  const refusedNames = Object.keys(values).filter((name) =>
    Object.keys(toEdit({ [name]: values[name] })).some((field) => refused.includes(field as never)),
  );
  if (refusedNames.length > 0) throw invalid(Object.fromEntries(refusedNames.map((name) => [name, NOT_NOW])));
  const truckId = before.row.tow_truck as number | null;
  return { where, set: change, after: () => tellNewRoute(ctx, truckId, change) };
}
