/** What operators do to orders and payments in the console: the same steps as from any door, by the same machine. */
import { eq } from "drizzle-orm";
import { runBatch } from "../../platform/db/client.ts";
import type { Caller } from "../../platform/http/caller.ts";
import { invalid, notFound, refuse } from "../../platform/http/errors.ts";
import { type Text, text } from "../../platform/http/text.ts";
import type { Action, Change, Consequences, Subject, Values } from "../../platform/resources/resource.ts";
import type { Scope } from "../../platform/runtime.ts";
import { type Editable, mayEdit, type OrderStatus } from "./machine.ts";
import { beginDispatch } from "./offers.ts";
import { moveOrder } from "./order-moves.ts";
import { loadOrder, type Payment } from "./order-queries.ts";
import { priceFor } from "./orders.ts";
import { settlePayment } from "./payments.ts";
import { orders } from "./tables.ts";

const NOT_NOW = text("It can't be changed in this state any more.", "В этом состоянии это уже не меняется.");
const NO_TRUCK = text("There is no truck to ask.", "Нет эвакуатора, который можно позвать.");

const roles = ["operator", "staff"] as const;

/** One step of an order's machine. */
function step(label: Text, status: OrderStatus, confirm?: Text): Action {
  return {
    label,
    ...(confirm ? { confirm } : {}),
    roles,
    bulk: true,
    async run(scope, caller, { id }) {
      const order = await loadOrder(scope, id);
      if (!order) throw notFound();
      await moveOrder(scope, caller, order, "operator", { status });
      return null;
    },
  };
}

export const orderActions: Readonly<Record<string, Action>> = {
  confirm: step(text("Confirm", "Подтвердить"), "CONFIRMED"),
  complete: step(text("Complete", "Завершить"), "COMPLETED"),
  cancel: step(text("Cancel", "Отменить"), "CANCELLED", text("Cancel the order?", "Отменить заказ?")),
  dispatch: {
    label: text("Look for a truck", "Искать эвакуатор"),
    roles,
    async run(scope, _, { id }, audit) {
      if (!(await beginDispatch(scope, id))) throw refuse(409, NO_TRUCK);
      await runBatch(scope.db, [audit("dispatch", null, null)]);
      return null;
    },
  },
};

/** A payment's next state. */
function settled(label: Text, to: Payment["status"]): Action {
  return {
    label,
    roles,
    bulk: true,
    async run(scope: Scope, caller: Caller, { id, row }: Subject) {
      await settlePayment(scope, caller, String(row.order_id), Number(id), to);
      return null;
    },
  };
}

export const paymentActions: Readonly<Record<string, Action>> = {
  process: settled(text("It is on its way", "В обработке"), "PROCESSING"),
  complete: settled(text("It is paid", "Оплачен"), "COMPLETED"),
  fail: settled(text("It failed", "Не прошёл"), "FAILED"),
  refund: settled(text("It is refunded", "Возвращён"), "REFUNDED"),
};

const KINDS: Readonly<Record<string, Editable>> = {
  pickup_address: "place",
  pickup: "place",
  delivery_address: "place",
  delivery: "place",
  description: "description",
  priority: "priority",
  scheduled_at: "schedule",
  final_price: "finalPrice",
};

/** Only what may be changed in this state, and only while it is in it; a new way has a new estimate. */
export async function orderConsequences(scope: Scope, { before, values }: Change): Promise<Consequences> {
  if (!before) return {};
  const status = before.row.status as OrderStatus;
  const late = Object.keys(values).filter((name) => {
    const kind = KINDS[name];
    return kind && !mayEdit("operator", status, kind);
  });
  if (late.length > 0) throw invalid(Object.fromEntries(late.map((name) => [name, NOT_NOW])));
  const estimatedPrice = await newEstimate(scope, { ...before.row, ...values }, values);
  return { where: eq(orders.status, status), set: estimatedPrice === null ? {} : { estimatedPrice } };
}

async function newEstimate(scope: Scope, order: Values, values: Values): Promise<number | null> {
  if (!("pickup" in values) && !("delivery" in values)) return null;
  const { pickup, delivery } = order as Record<
    "pickup" | "delivery",
    { latitude: number; longitude: number }
  >;
  return priceFor(scope, {
    vehicleTypeId: Number(order.vehicle_type),
    pickupLatitude: pickup.latitude,
    pickupLongitude: pickup.longitude,
    deliveryLatitude: delivery.latitude,
    deliveryLongitude: delivery.longitude,
  });
}
