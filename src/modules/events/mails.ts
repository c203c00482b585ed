/** The letters about events: one per person and change. */
import type { Locale } from "../../platform/http/text.ts";
import type { Letter } from "../../platform/mail/letter.ts";

export interface EventLetter {
  readonly name: string;
  readonly location: string;
  /** Epoch ms. */
  readonly startsAt: number;
  readonly endsAt: number | null;
  readonly participants: readonly string[];
  /** How many take part in all; the names above may be the first of them. */
  readonly count: number;
}

type Action = "created" | "updated" | "cancelled" | "left";

const WORDS: Record<Action, Record<Locale, { action: string; sentence: (name: string) => string }>> = {
  created: {
    en: { action: "Created", sentence: (name) => `You take part in the new event "${name}".` },
    ru: { action: "Создано", sentence: (name) => `Вы участвуете в новом мероприятии «${name}».` },
  },
  updated: {
    en: { action: "Updated", sentence: (name) => `The event "${name}" was updated.` },
    ru: { action: "Изменено", sentence: (name) => `Мероприятие «${name}» изменено.` },
  },
  cancelled: {
    en: { action: "Cancelled", sentence: (name) => `The event "${name}" was cancelled.` },
    ru: { action: "Отменено", sentence: (name) => `Мероприятие «${name}» отменено.` },
  },
  /** For somebody who was taken out: to them it is cancelled. */
  left: {
    en: { action: "Cancelled", sentence: (name) => `You no longer take part in the event "${name}".` },
    ru: { action: "Отменено", sentence: (name) => `Вы больше не участвуете в мероприятии «${name}».` },
  },
};

const change =
  (action: Action) =>
  (data: EventLetter, locale: Locale): Letter => {
    const words = WORDS[action][locale];
    const subject = locale === "ru" ? "Уведомление о мероприятии" : "Notification for Event";
    return {
      subject: `${subject} ${data.name} - ${words.action}`,
      paragraphs: [words.sentence(data.name)],
      facts: facts(data, locale),
    };
  };

export const eventCreated = change("created");
export const eventUpdated = change("updated");
export const eventCancelled = change("cancelled");
export const eventLeft = change("left");

export function eventReminder(data: EventLetter, locale: Locale): Letter {
  return locale === "ru"
    ? {
        subject: "Напоминание о мероприятии",
        paragraphs: [`Мероприятие «${data.name}» начнётся в течение 30 минут.`],
        facts: facts(data, locale),
      }
    : {
        subject: "Event Reminder",
        paragraphs: [`The event "${data.name}" is starting in 30 minutes.`],
        facts: facts(data, locale),
      };
}

function facts(data: EventLetter, locale: Locale): [string, string][] {
  const ru = locale === "ru";
  const rest = data.count - data.participants.length;
  const names =
    data.participants.join(", ") + (rest > 0 ? (ru ? ` и ещё ${rest}` : ` and ${rest} more`) : "");
  return [
    [ru ? "Место" : "Location", data.location || "—"],
    [ru ? "Начало" : "Starts", readableTime(data.startsAt, locale)],
    ...(data.endsAt === null
      ? []
      : [[ru ? "Конец" : "Ends", readableTime(data.endsAt, locale)] as [string, string]]),
    [ru ? "Участники" : "Participants", names || "—"],
  ];
}

/** Made once: a formatter costs a hundred times what it does. */
const FORMATS = {
  en: new Intl.DateTimeFormat("en", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }),
  ru: new Intl.DateTimeFormat("ru", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }),
} satisfies Record<Locale, Intl.DateTimeFormat>;

function readableTime(at: number, locale: Locale): string {
  return `${FORMATS[locale].format(at)} UTC`;
}

/** What the templates are called in the outbox. */
export const eventMails = {
  "event.created": eventCreated,
  "event.updated": eventUpdated,
  "event.cancelled": eventCancelled,
  "event.left": eventLeft,
  "event.reminder": eventReminder,
};
