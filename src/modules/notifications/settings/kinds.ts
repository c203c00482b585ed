/** The kinds of notifications, and the channels by which each may reach a person outside the app. Letters about security are no kind: nobody can turn them off. */
import { type Text, text } from "../../../platform/http/text.ts";

/** `push`: to the person's devices; `email`: letters. */
export const CHANNELS = ["push", "email"] as const;
export type Channel = (typeof CHANNELS)[number];

/** Every kind with its name for people and its channels. The keys are stored and are part of the API: never rename one. */
export const KINDS = {
  chat_messages: { label: text("Chat messages", "Сообщения в чатах"), channels: ["push"] },
  friend_requests: { label: text("Friend requests", "Запросы в друзья"), channels: ["push"] },
  /** Being named in an event, its changes, its cancellation. */
  event_changes: { label: text("Event changes", "Изменения мероприятий"), channels: ["push", "email"] },
  /** Requests to take part, and the answers to them. */
  participation: { label: text("Requests to take part", "Заявки на участие"), channels: ["push"] },
  free_places: { label: text("Free places in events", "Свободные места"), channels: ["push"] },
  /** Before an event begins or a document expires. */
  reminders: { label: text("Reminders", "Напоминания"), channels: ["push", "email"] },
  /** To drivers: an order is offered. */
  offers: { label: text("Order offers", "Предложения заказов"), channels: ["push"] },
  /** To clients: steps, arrival, payments. */
  order_steps: { label: text("Order steps", "Ход заказа"), channels: ["push"] },
  /** To operators: what waits for their decision. */
  dispatch: { label: text("Dispatch", "Диспетчерская"), channels: ["push"] },
  tickets: { label: text("Support tickets", "Обращения в поддержку"), channels: ["push"] },
  /** To the owner of a webhook endpoint that fails or was switched off. The app always tells them. */
  webhooks: { label: text("Failing webhooks", "Сбои вебхуков"), channels: ["email"] },
  tasks: { label: text("Tasks", "Задания"), channels: ["push"] },
} as const satisfies Readonly<Record<string, { label: Text; channels: readonly Channel[] }>>;

export type NotificationKind = keyof typeof KINDS;

export const KIND_NAMES = Object.keys(KINDS) as [NotificationKind, ...NotificationKind[]];

/** Whether a text names a kind that may come by this channel. */
export function hasChannel(kind: string, channel: Channel): kind is NotificationKind {
  return Object.hasOwn(KINDS, kind) && channelsOf(kind as NotificationKind).includes(channel);
}

export const channelsOf = (kind: NotificationKind): readonly Channel[] => KINDS[kind].channels;
