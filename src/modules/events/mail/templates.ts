/** Templates of the letters about events. */
import type { Locale } from "../../../platform/http/text.ts";
import type { Letter } from "../../../platform/mail/letter.ts";
import { timeBeside, timeIn } from "../../../platform/time-zones.ts";
import type { CalendarMethod } from "../calendar/ical.ts";
import type { EventChanges } from "../commands/changes.ts";
import { DEFAULT_LEAD } from "../rules.ts";
import { describeChanges } from "./describe-changes.ts";
import { type Attendee, calendarFile, type Invitation } from "./invitations.ts";
import type { MemberLinks } from "./links.ts";

export interface EventLetter {
  readonly name: string;
  readonly location: string;
  /** Epoch ms. */
  readonly startsAt: number;
  readonly endsAt: number | null;
  /** The event's zone; rows of older versions have none. */
  readonly timeZone?: string;
  /** The reader's zone, if they have chosen one. */
  readonly readerZone?: string | null;
  readonly participants: readonly string[];
  /** The number of all members; `participants` may hold only the first of them. */
  readonly count: number;
  /** In a letter about a change: the changes. */
  readonly changes?: EventChanges;
  /** In a reminder: how long before the start it is sent, ms; rows of older versions have none. */
  readonly lead?: number;
  /** For the calendar file; rows of older versions and reminders have none. */
  readonly invitation?: Invitation;
  readonly attendee?: Attendee;
  /** Links to accept the membership or to leave. */
  readonly links?: MemberLinks;
}

/** Letters of older versions were in UTC. */
const UTC = "UTC";

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
  /** For a member who was removed: their membership is cancelled. */
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
      paragraphs: [
        words.sentence(data.name),
        ...(data.changes ? [describeChanges(data.changes, locale, data.timeZone ?? UTC)] : []),
      ],
      facts: facts(data, locale),
      ...buttons(data.links, locale),
      ...calendar(data, action === "cancelled" || action === "left" ? "CANCEL" : "REQUEST"),
    };
  };

export const eventCreated = change("created");
export const eventUpdated = change("updated");
export const eventCancelled = change("cancelled");
export const eventLeft = change("left");

function calendar(
  { invitation, attendee }: EventLetter,
  method: CalendarMethod,
): Pick<Letter, "attachments"> {
  if (!invitation || !attendee) return {};
  return { attachments: [calendarFile(invitation, attendee, method)] };
}

/** Accepting is the letter's button; leaving is a link below it. */
function buttons(links: MemberLinks | undefined, locale: Locale): Pick<Letter, "action" | "further"> {
  if (!links) return {};
  const ru = locale === "ru";
  const leave = { label: ru ? "Выйти из мероприятия" : "Leave the event", url: links.leave };
  const accept = links.accept && { label: ru ? "Принять участие" : "Accept", url: links.accept };
  return { ...(accept ? { action: accept } : {}), further: [leave] };
}

export function eventReminder(data: EventLetter, locale: Locale): Letter {
  const ru = locale === "ru";
  const { lead = DEFAULT_LEAD * MINUTE } = data;
  return {
    subject: ru ? "Напоминание о мероприятии" : "Event Reminder",
    paragraphs: [
      ru
        ? `Мероприятие «${data.name}» начнётся в течение ${durationIn("ru", lead)}.`
        : `The event "${data.name}" is starting in ${durationIn("en", lead)}.`,
    ],
    facts: facts(data, locale),
    ...buttons(data.links, locale),
  };
}

const MINUTE = 60_000;

/** Singular and plural; the Russian words are in the genitive. */
const MINUTES = { size: MINUTE, en: ["minute", "minutes"], ru: ["минуты", "минут"] } as const;
const UNITS = [
  { size: 24 * 60 * MINUTE, en: ["day", "days"], ru: ["дня", "дней"] },
  { size: 60 * MINUTE, en: ["hour", "hours"], ru: ["часа", "часов"] },
  MINUTES,
] as const;

/** `30 minutes`, `1 day`: in the largest unit that is exact. */
function durationIn(locale: Locale, ms: number): string {
  const unit = UNITS.find(({ size }) => ms % size === 0) ?? MINUTES;
  const count = Math.round(ms / unit.size);
  const [one, more] = unit[locale];
  return `${count} ${new Intl.PluralRules(locale).select(count) === "one" ? one : more}`;
}

function facts(data: EventLetter, locale: Locale): [string, string][] {
  const ru = locale === "ru";
  const rest = data.count - data.participants.length;
  const names =
    data.participants.join(", ") + (rest > 0 ? (ru ? ` и ещё ${rest}` : ` and ${rest} more`) : "");
  return [
    [ru ? "Место" : "Location", data.location || "—"],
    ...times(ru ? "Начало" : "Starts", data.startsAt, data, locale),
    ...(data.endsAt === null ? [] : times(ru ? "Конец" : "Ends", data.endsAt, data, locale)),
    [ru ? "Участники" : "Participants", names || "—"],
  ];
}

/** A time in the event's zone, and in the reader's where clocks differ. */
function times(
  label: string,
  at: number,
  { timeZone = UTC, readerZone }: EventLetter,
  locale: Locale,
): [string, string][] {
  const beside = timeBeside(timeZone, readerZone, at, locale);
  const yours = locale === "ru" ? "у вас" : "your time";
  return [
    [label, timeIn(timeZone, at, locale)],
    ...(beside === null ? [] : [[`${label} (${yours})`, beside] as [string, string]]),
  ];
}

/** The templates under their names in the outbox. */
export const eventMails = {
  "event.created": eventCreated,
  "event.updated": eventUpdated,
  "event.cancelled": eventCancelled,
  "event.left": eventLeft,
  "event.reminder": eventReminder,
};
