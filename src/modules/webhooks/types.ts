/**
 * The types of events that webhooks tell. Their data is written by the triggers of `migrations/0035_webhooks.sql` and
 * described in `payloads.ts`. A type's shape only ever gains fields; a change that breaks receivers is a new type, as
 * `order.updated.v2`, told beside the former one.
 */
import { type Text, text } from "../../platform/http/text.ts";

/** Event type → when it is told. */
export const EVENT_TYPES = {
  "order.created": text("An order was placed", "Создан заказ"),
  "order.updated": text("An order's state, truck, price, time or route changed", "Изменён заказ"),
  "order.deleted": text("An order was deleted", "Удалён заказ"),
  "offer.created": text("An order was offered to a truck", "Заказ предложен эвакуатору"),
  "offer.updated": text(
    "An offer was accepted, refused, withdrawn or expired",
    "Изменилось предложение заказа",
  ),
  "payment.created": text("A payment was declared", "Заявлен платёж"),
  "payment.updated": text("A payment's state changed", "Изменилось состояние платежа"),
  "event.created": text("An event was created", "Создано событие"),
  "event.updated": text("An event was changed", "Изменено событие"),
  "event.deleted": text("An event was deleted", "Удалено событие"),
  "event.member_added": text("Somebody takes part in an event", "Добавлен участник события"),
  "event.member_removed": text("Somebody takes part in an event no longer", "Убран участник события"),
  "ticket.created": text("A ticket was opened", "Открыто обращение"),
  "ticket.updated": text("A ticket's state, priority or assignee changed", "Изменено обращение"),
  "ticket.message_added": text("A message was added to a ticket", "Новое сообщение в обращении"),
  "truck.position": text("Where a truck is, once in a while", "Где эвакуатор, время от времени"),
} as const satisfies Record<string, Text>;

export type EventType = keyof typeof EVENT_TYPES;

export const TYPE_NAMES = Object.keys(EVENT_TYPES) as [EventType, ...EventType[]];

/** Sent when staff try an endpoint; nobody subscribes to it. */
export const TEST_TYPE = "webhook.test";
