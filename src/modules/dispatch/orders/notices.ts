/** Notifications to clients, drivers and operators about an order. */
import type { Notice, PushWords } from "../../notifications/index.ts";
import type { OrderStatus } from "./rules.ts";

/** Russian only: the app's clients show no other language. */
const STATUS_NOTICES: Partial<Record<OrderStatus, { title: string; message: (id: string) => string }>> = {
  PENDING: { title: "Заказ создан", message: (id) => `Заказ ${id} успешно отправлен в обработку.` },
  CONFIRMED: { title: "Заказ подтверждён", message: (id) => `Заказ ${id} подтверждён оператором.` },
  ASSIGNED: { title: "Назначен эвакуатор", message: (id) => `К заказу ${id} назначен водитель.` },
  IN_PROGRESS: { title: "Заказ в работе", message: (id) => `Эвакуатор выехал на заказ ${id}.` },
  COMPLETED: { title: "Заказ выполнен", message: (id) => `Заказ ${id} успешно завершён.` },
  CANCELLED: { title: "Заказ отменён", message: (id) => `Заказ ${id} был отменён.` },
};

const PUSHED = {
  PENDING: "order_created",
  CONFIRMED: "order_confirmed",
  ASSIGNED: "order_assigned",
  IN_PROGRESS: "order_in_progress",
  COMPLETED: "order_completed",
  CANCELLED: "order_cancelled",
} as const satisfies Record<OrderStatus, PushWords>;

const about = (orderId: string) => `order:${orderId}`;

/** Tells the client about a new status of their order; empty where the status has no notification. One notification per order and status. */
export function statusNotice(orderId: string, clientId: number, status: OrderStatus): Notice[] {
  const notice = STATUS_NOTICES[status];
  if (!notice) return [];
  return [
    {
      userId: clientId,
      type: status === "PENDING" ? "ORDER_CREATED" : `ORDER_${status}`,
      title: notice.title,
      message: notice.message(orderId),
      about: about(orderId),
      ref: `order:${orderId}:${status}`,
      words: PUSHED[status],
    },
  ];
}

export function arrivedNotice(orderId: string, clientId: number, truckId: number): Notice {
  return {
    userId: clientId,
    type: "DRIVER_ARRIVED",
    title: "Водитель на месте",
    message: `Эвакуатор прибыл по заказу ${orderId}.`,
    about: about(orderId),
    ref: `order:${orderId}:arrived:${truckId}`,
    words: "driver_arrived",
  };
}

export function paidNotice(
  orderId: string,
  clientId: number,
  paymentId: number | string,
  amount: string,
): Notice {
  return {
    userId: clientId,
    type: "PAYMENT_RECEIVED",
    title: "Платёж получен",
    message: `Платёж ${amount} ₽ по заказу ${orderId} получен.`,
    about: about(orderId),
    ref: `payment:${paymentId}:received`,
    words: "payment_received",
    subject: amount,
  };
}

export function offerNotice(orderId: string, driverId: number, round: number): Notice {
  return {
    userId: driverId,
    type: "GENERAL",
    title: "Новый заказ рядом",
    message: `Вам предложен заказ ${orderId}.`,
    about: about(orderId),
    ref: `order:${orderId}:offer:${round}`,
    words: "offer",
  };
}

export function unansweredNotice(orderId: string, operatorId: number, ref: string): Notice {
  return {
    userId: operatorId,
    type: "GENERAL",
    title: "Нет свободного эвакуатора",
    message: `Для заказа ${orderId} не нашлось свободного эвакуатора.`,
    about: about(orderId),
    ref: `order:${orderId}:unanswered:${ref}`,
    words: "offer_unanswered",
  };
}
