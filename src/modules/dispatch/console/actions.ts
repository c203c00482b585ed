/** Actions of the console on orders. They call the same commands as the API. */
import { runBatch } from "../../../platform/db/client.ts";
import { notFound, refuse } from "../../../platform/http/errors.ts";
import { integer, string } from "../../../platform/http/input/fields.ts";
import { type Text, text } from "../../../platform/http/text.ts";
import { moneyInput } from "../../../platform/resources/inputs.ts";
import type { Action, Asked, Values } from "../../../platform/resources/resource.ts";
import { isoTime } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import { startDispatch } from "../offers/commands.ts";
import { openStartCode } from "../orders/job/start-code.ts";
import { recordPayment } from "../orders/payments/recording.ts";
import { PAYMENT_METHODS } from "../orders/payments/tables.ts";
import { loadOrder } from "../orders/queries.ts";
import { rateOrder } from "../orders/ratings/commands.ts";
import { stars } from "../orders/ratings/schemas.ts";
import { mayAssign, mayTransition, type OrderStatus } from "../orders/rules.ts";
import { transitionOrder } from "../orders/transitions.ts";

const NO_TRUCK = text("No truck is available.", "Нет свободного эвакуатора.");
const AMOUNT = text("Amount", "Сумма");

export const roles = ["operator", "staff"] as const;

const reasonLabel = text("Reason", "Причина");
/** A reason that must be given: for what ends an order or takes money back. */
export const reason: Asked = { type: "text", label: reasonLabel, input: string({ max: 500 }) };
export const optionalReason: Asked = {
  type: "text",
  label: text("Note", "Примечание"),
  input: string({ max: 500, blank: true }).optional(),
};

export const statusOf = (row: Values) => row.status as OrderStatus;

type StatusAction = Pick<Action, "label"> & Partial<Pick<Action, "confirm" | "keep" | "danger" | "asks">>;

/** An action that changes the status of an order. */
function changeStatus(status: OrderStatus, declared: StatusAction): Action {
  return {
    ...declared,
    roles,
    bulk: true,
    isPossible: (row) => mayTransition("operator", statusOf(row), status),
    async run(ctx, caller, { id }, _audit, given) {
      const order = await loadOrder(ctx, id);
      if (!order) throw notFound();
      const { reason: why, final_price: finalPrice } = given as { reason?: string; final_price?: number };
      await transitionOrder(ctx, caller, order, "operator", { status, finalPrice, reason: why });
      return null;
    },
  };
}

const keepOrder: Text = text("Keep the order", "Оставить заказ");

export const orderActions: Readonly<Record<string, Action>> = {
  confirm: changeStatus("CONFIRMED", { label: text("Confirm the order", "Подтвердить заказ") }),
  dispatch: {
    label: text("Look for a truck", "Найти эвакуатор"),
    roles,
    isPossible: (row) => row.status === "CONFIRMED",
    async run(ctx, _, { id }, audit) {
      const { offer, from } = await startDispatch(ctx, id);
      if (!offer && from === null) throw refuse(409, NO_TRUCK);
      await runBatch(ctx.db, [audit("dispatch", null, null)]);
      return from === null ? null : { offered_from: isoTime(from) };
    },
  },
  assign: {
    label: text("Assign a truck", "Назначить эвакуатор"),
    confirm: text(
      "A pending order is confirmed by the same step. If the truck can't come, nothing changes.",
      "Неподтверждённый заказ тем же шагом подтвердится. Если эвакуатор не подходит, ничего не изменится.",
    ),
    keep: text("Leave the truck as it is", "Не менять эвакуатор"),
    roles,
    isPossible: (row) => mayAssign("operator", statusOf(row)),
    asks: {
      tow_truck: {
        type: "reference",
        label: text("Truck", "Эвакуатор"),
        reference: "tow-trucks",
        input: integer({ min: 1 }),
      },
    },
    async run(ctx, caller, { id }, _audit, given) {
      const order = await loadOrder(ctx, id);
      if (!order) throw notFound();
      const request = { status: "ASSIGNED", towTruckId: Number(given.tow_truck), confirms: true } as const;
      await transitionOrder(ctx, caller, order, "operator", request);
      return null;
    },
  },
  start: changeStatus("IN_PROGRESS", { label: text("Start the work", "Начать работу") }),
  open_code: {
    label: text("Unlock the start code", "Разблокировать ввод кода"),
    roles,
    isPossible: (row) => row.status === "ASSIGNED" && Number(row.code_tries) > 0,
    async run(ctx, caller, { id }) {
      await openStartCode(ctx, caller, id);
      return null;
    },
  },
  complete: changeStatus("COMPLETED", {
    label: text("Complete the order", "Завершить заказ"),
    confirm: text(
      "The order ends with this price. The price can be corrected later, the end can't be undone.",
      "Заказ завершится с этой ценой. Цену можно исправить и потом, завершение отменить нельзя.",
    ),
    keep: text("Leave it in progress", "Оставить в работе"),
    asks: {
      final_price: {
        type: "money",
        label: text("Final price", "Итоговая цена"),
        // Without one the estimate counts, as for many orders at once.
        input: moneyInput().nullable().optional(),
        proposed: ["final_price", "estimated_price"],
      },
      reason: optionalReason,
    },
  }),
  record_payment: {
    label: text("Record a payment", "Принять оплату"),
    confirm: text(
      "The payment counts as paid at once, and the client is notified.",
      "Платёж сразу считается оплаченным, клиент получит уведомление.",
    ),
    keep: text("Record nothing", "Не принимать"),
    roles,
    isPossible: (row) => row.status !== "CANCELLED" && Number(row.due) > 0,
    asks: {
      amount: { type: "money", label: AMOUNT, input: moneyInput(), proposed: ["due"] },
      payment_method: {
        type: "enum",
        label: text("Method", "Способ"),
        options: PAYMENT_METHODS,
        input: z.enum(PAYMENT_METHODS),
      },
      transaction_id: {
        type: "text",
        label: text("Transaction", "Транзакция"),
        input: string({ max: 100, blank: true }).optional(),
      },
      reason: optionalReason,
    },
    async run(ctx, caller, { id }, _audit, given) {
      const {
        amount,
        payment_method,
        transaction_id = "",
        reason: why = "",
      } = given as unknown as RecordInput;
      if (amount === 0) throw refuse(400, NO_AMOUNT);
      const input = { amount, paymentMethod: payment_method, transactionId: transaction_id };
      await recordPayment(ctx, caller, { ...input, orderId: id, reason: why, reverses: null });
      return null;
    },
  },
  rate: {
    label: text("Record the client's rating", "Записать оценку клиента"),
    confirm: text(
      "For a client who rates by phone. An order is rated once.",
      "Для клиента, который ставит оценку по телефону. Заказ оценивают один раз.",
    ),
    keep: text("Leave it unrated", "Оставить без оценки"),
    roles,
    isPossible: (row) => row.status === "COMPLETED" && row.rating === null,
    asks: {
      driver_rating: {
        type: "integer",
        label: text("Driver, 1 to 5", "Водитель, от 1 до 5"),
        input: stars(),
      },
      service_rating: {
        type: "integer",
        label: text("Service, 1 to 5", "Сервис, от 1 до 5"),
        input: stars(),
      },
      comment: {
        type: "text",
        label: text("Comment", "Комментарий"),
        input: string({ max: 4000, blank: true }).optional(),
      },
    },
    async run(ctx, _, { id, row }, audit, given) {
      if (row.status !== "COMPLETED") throw refuse(409, NOT_COMPLETED);
      const rating = given as { driver_rating: number; service_rating: number; comment?: string };
      const { driver_rating: driverRating, service_rating: serviceRating, comment = "" } = rating;
      await rateOrder(ctx, null, id, { driverRating, serviceRating, comment });
      await runBatch(ctx.db, [audit("rate", null, rating)]);
      return null;
    },
  },
  cancel: changeStatus("CANCELLED", {
    label: text("Cancel the order", "Отменить заказ"),
    confirm: text(
      "The order ends, its truck becomes free, and the client is notified. This can't be undone.",
      "Заказ завершится, эвакуатор освободится, клиент получит уведомление. Отменить это нельзя.",
    ),
    keep: keepOrder,
    danger: true,
    asks: { reason },
  }),
};

const NOT_COMPLETED = text("Only a completed order can be rated.", "Оценить можно только завершённый заказ.");
const NO_AMOUNT = text("The amount must be more than zero.", "Сумма должна быть больше нуля.");

interface RecordInput {
  readonly amount: number;
  readonly payment_method: (typeof PAYMENT_METHODS)[number];
  readonly transaction_id?: string;
  readonly reason?: string;
}
