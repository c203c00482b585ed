/** What pushes say, in each language, and how urgent they are. Pure. */
import { fill } from "../../../platform/http/messages.ts";
import { type Locale, type Text, text } from "../../../platform/http/text.ts";
import type { NotificationKind } from "../settings/kinds.ts";

interface Words {
  readonly kind: NotificationKind;
  readonly title: Text;
  /** `{subject}` is the thing's name. Null: the notification's own text, which holds no words of ours. */
  readonly body: Text | null;
  /** Seconds for which it is worth delivering; a day by default. */
  readonly lifetime?: number;
  /** Wakes a phone that saves power. */
  readonly isUrgent?: boolean;
}

const DAY = 24 * 3600;

const order = (title: Text, body: Text, more: Pick<Words, "isUrgent"> = {}): Words => ({
  kind: "order_steps",
  title,
  body,
  ...more,
});
const event = (body: Text): Words => ({
  kind: "event_changes",
  title: text("Events", "Мероприятия"),
  body,
});
const participation = (title: Text, body: Text): Words => ({ kind: "participation", title, body });

/** The keys are stored with notifications until they are sent: never rename one. */
export const WORDS = {
  chat_message: {
    kind: "chat_messages",
    title: text("New message", "Новое сообщение"),
    body: null,
    isUrgent: true,
  },
  friend_request: {
    kind: "friend_requests",
    title: text("Friend request", "Запрос в друзья"),
    body: text("{subject} wants to be your friend.", "{subject} хочет добавить вас в друзья."),
  },
  friend_accepted: {
    kind: "friend_requests",
    title: text("Request accepted", "Запрос принят"),
    body: text("{subject} accepted your request.", "{subject} принимает ваш запрос."),
  },
  friend_declined: {
    kind: "friend_requests",
    title: text("Request declined", "Запрос отклонён"),
    body: text("{subject} declined your request.", "{subject} отклоняет ваш запрос."),
  },
  event_created: event(
    text("You take part in the new event “{subject}”.", "Вы участвуете в новом мероприятии «{subject}»."),
  ),
  event_updated: event(text("The event “{subject}” was updated.", "Мероприятие «{subject}» изменено.")),
  event_cancelled: event(text("The event “{subject}” was cancelled.", "Мероприятие «{subject}» отменено.")),
  event_left: event(
    text(
      "You no longer take part in the event “{subject}”.",
      "Вы больше не участвуете в мероприятии «{subject}».",
    ),
  ),
  participation_requested: participation(
    text("Request to take part", "Заявка на участие"),
    text("Somebody wants to take part in “{subject}”.", "Новая заявка на участие в «{subject}»."),
  ),
  participation_accepted: participation(
    text("Request accepted", "Заявка принята"),
    text("You take part in “{subject}”.", "Вы участвуете в мероприятии «{subject}»."),
  ),
  participation_declined: participation(
    text("Request declined", "Заявка отклонена"),
    text(
      "Your request to take part in “{subject}” was declined.",
      "Ваша заявка на участие в «{subject}» отклонена.",
    ),
  ),
  participation_left: participation(
    text("A participant left", "Участник отказался"),
    text(
      "Somebody no longer takes part in “{subject}”.",
      "Один из участников больше не участвует в «{subject}».",
    ),
  ),
  place_free: {
    kind: "free_places",
    title: text("A place is free", "Освободилось место"),
    body: text(
      "There is a free place in “{subject}”. The organizer decides on your request.",
      "В мероприятии «{subject}» освободилось место, ваша заявка ждёт решения организатора.",
    ),
  },
  order_created: order(
    text("Order placed", "Заказ создан"),
    text("Your order was received.", "Ваш заказ отправлен в обработку."),
  ),
  order_confirmed: order(
    text("Order confirmed", "Заказ подтверждён"),
    text("An operator confirmed your order.", "Оператор подтвердил ваш заказ."),
  ),
  order_assigned: order(
    text("Truck assigned", "Назначен эвакуатор"),
    text("A driver is assigned to your order.", "К вашему заказу назначен водитель."),
    { isUrgent: true },
  ),
  order_in_progress: order(
    text("Work on your order has begun", "Заказ в работе"),
    text("The tow truck works on your order.", "Эвакуатор выехал на ваш заказ."),
    { isUrgent: true },
  ),
  order_completed: order(
    text("Order completed", "Заказ выполнен"),
    text("Your order is completed.", "Ваш заказ успешно завершён."),
  ),
  order_cancelled: order(
    text("Order cancelled", "Заказ отменён"),
    text("Your order was cancelled.", "Ваш заказ был отменён."),
    { isUrgent: true },
  ),
  driver_arrived: order(
    text("The driver has arrived", "Водитель на месте"),
    text("The tow truck has arrived.", "Эвакуатор прибыл."),
    { isUrgent: true },
  ),
  payment_received: order(
    text("Payment received", "Платёж получен"),
    text("Your payment of {subject} ₽ was received.", "Ваш платёж {subject} ₽ получен."),
  ),
  offer: {
    kind: "offers",
    title: text("New order nearby", "Новый заказ рядом"),
    body: text(
      "An order is offered to you. Answer within seconds.",
      "Вам предложен заказ. Ответьте за несколько секунд.",
    ),
    lifetime: 20,
    isUrgent: true,
  },
  offer_unanswered: {
    kind: "dispatch",
    title: text("No free tow truck", "Нет свободного эвакуатора"),
    body: text("No free tow truck was found for an order.", "Для заказа не нашлось свободного эвакуатора."),
    isUrgent: true,
  },
  ticket_answer: {
    kind: "tickets",
    title: text("Support has answered", "Ответ службы поддержки"),
    body: text("There is an answer to “{subject}”.", "Оператор ответил на обращение «{subject}»."),
  },
  ticket_message: {
    kind: "tickets",
    title: text("New message in a ticket", "Новое сообщение в обращении"),
    body: text("There is a new message in “{subject}”.", "В обращении «{subject}» новое сообщение."),
  },
  task_assigned: {
    kind: "tasks",
    title: text("New task", "Новое задание"),
    body: text("{subject}", "{subject}"),
  },
  task_arrived: {
    kind: "tasks",
    title: text("You have arrived", "Вы на месте"),
    body: text("You are at the place of the task “{subject}”.", "Вы на месте задания «{subject}»."),
  },
  mail_returned: {
    kind: "reminders",
    title: text("Letters to you come back", "Письма к вам возвращаются"),
    body: text("Please check the address in your profile.", "Проверьте адрес в профиле."),
  },
  webhook: {
    kind: "dispatch",
    title: text("A webhook fails", "Вебхук не работает"),
    body: text("The receiver {subject} fails.", "Получатель {subject} не отвечает."),
  },
} as const satisfies Readonly<Record<string, Words>>;

export type PushWords = keyof typeof WORDS;

/** What is sent, whatever the service. */
export interface PushMessage {
  readonly kind: NotificationKind;
  readonly title: string;
  readonly body: string;
  /** The thing it is about, as `chat:3`; null for none. */
  readonly about: string | null;
  /** The notification's id; null for a push without one. */
  readonly notification: number | null;
  /** A newer push with the same text replaces this one, on its way and on the screen; null for none. */
  readonly collapse: string | null;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly isUrgent: boolean;
}

export interface PushFacts {
  readonly words: PushWords;
  readonly subject: string | null;
  readonly about: string | null;
  /** The notification's own text. */
  readonly message: string;
  readonly notification: number | null;
  /** Epoch ms. */
  readonly createdAt: number;
}

/** The push in a language. Pushes of one kind about one thing replace each other: all messages of a chat are one. */
export function messageOf(facts: PushFacts, locale: Locale): PushMessage {
  const { kind, title, body, lifetime = DAY, isUrgent = false }: Words = WORDS[facts.words];
  return {
    kind,
    title: title[locale],
    body: body ? fill(body, { subject: facts.subject ?? "" })[locale] : facts.message,
    about: facts.about,
    notification: facts.notification,
    collapse: facts.about && `${kind}:${facts.about}`,
    createdAt: facts.createdAt,
    expiresAt: facts.createdAt + lifetime * 1000,
    isUrgent,
  };
}

/** What apps get beside title and text. Values are texts, because FCM takes nothing else. */
export function dataOf({ kind, about, notification, expiresAt }: PushMessage): Record<string, string> {
  return {
    kind,
    ...(about !== null && { about }),
    ...(notification !== null && { notification: String(notification) }),
    expires_at: new Date(expiresAt).toISOString(),
  };
}

/** Whole seconds that are left, at least one. */
export const secondsLeft = ({ expiresAt }: Pick<PushMessage, "expiresAt">, now: number): number =>
  Math.max(1, Math.floor((expiresAt - now) / 1000));
