/** Actions of the console on payments. They call the same commands as the API. */
import { text } from "../../../platform/http/text.ts";
import type { Action } from "../../../platform/resources/resource.ts";
import { settlePayment } from "../orders/payments/commands.ts";
import { recordPayment } from "../orders/payments/recording.ts";
import { mayFollow, type PaymentStatus } from "../orders/payments/rules.ts";
import type { Payment } from "../orders/queries.ts";
import { optionalReason, reason, roles } from "./actions.ts";

const shows = ["amount", "payment_method", "order_id"];

type SettleAction = Pick<Action, "label" | "confirm" | "keep" | "asks"> & Partial<Pick<Action, "danger">>;

/** An action that changes the status of a payment. */
function settle(to: PaymentStatus, declared: SettleAction): Action {
  return {
    ...declared,
    roles,
    bulk: true,
    shows,
    isPossible: (row) => mayFollow(row.status as PaymentStatus, to),
    async run(ctx, caller, { id, row }, _audit, given) {
      await settlePayment(ctx, caller, String(row.order_id), Number(id), to, String(given.reason ?? ""));
      return null;
    },
  };
}

export const paymentActions: Readonly<Record<string, Action>> = {
  process: settle("PROCESSING", {
    label: text("Mark as processing", "Перевести в обработку"),
    confirm: text("The amount counts as paid for now.", "Сумма пока считается оплаченной."),
    keep: text("Leave it pending", "Оставить в ожидании"),
    asks: { reason: optionalReason },
  }),
  complete: settle("COMPLETED", {
    label: text("Mark as paid", "Отметить как оплаченный"),
    confirm: text(
      "The money has arrived; the client is notified. A refund takes it back.",
      "Деньги получены; клиент получит уведомление. Отменить можно возвратом.",
    ),
    keep: text("Leave it unpaid", "Оставить неоплаченным"),
    asks: { reason: optionalReason },
  }),
  fail: settle("FAILED", {
    label: text("Mark as failed", "Отметить как непрошедший"),
    confirm: text(
      "The payment ends. If the money does arrive, record a new payment.",
      "Платёж завершится. Если деньги всё же придут, примите новую оплату.",
    ),
    keep: text("Keep the payment", "Оставить платёж"),
    danger: true,
    asks: { reason },
  }),
  refund: settle("REFUNDED", {
    label: text("Mark as refunded", "Отметить как возвращённый"),
    confirm: text(
      "The whole amount is due again. A refund can be reversed by a counter-entry.",
      "Вся сумма снова подлежит оплате. Возврат можно сторнировать встречной записью.",
    ),
    keep: text("Keep the money", "Не возвращать"),
    danger: true,
    asks: { reason },
  }),
  reverse_refund: {
    label: text("Reverse the refund", "Сторнировать возврат"),
    confirm: text(
      "A new paid payment of the same amount is added; this one stays as it is.",
      "Будет добавлен новый оплаченный платёж на ту же сумму; этот останется как есть.",
    ),
    keep: text("Leave it refunded", "Оставить возвращённым"),
    roles,
    shows,
    isPossible: (row) => row.status === "REFUNDED" && row.reversed_by === null,
    asks: { reason },
    async run(ctx, caller, { id, row }, _audit, given) {
      const { id: payment } = await recordPayment(ctx, caller, {
        orderId: String(row.order_id),
        amount: Number(row.amount),
        paymentMethod: row.payment_method as Payment["paymentMethod"],
        transactionId: String(row.transaction_id),
        reason: String(given.reason),
        reverses: Number(id),
      });
      return { payment };
    },
  },
};
