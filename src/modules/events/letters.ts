/** Letters about an event: whom they go to, what they tell, and how many of them one sender may cause. */
import { type SQL, sql } from "drizzle-orm";
import { type Effect, lettersSentBy } from "../../platform/db/outbox.ts";
import type { Caller } from "../../platform/http/caller.ts";
import { fill } from "../../platform/http/messages.ts";
import { mailEffect } from "../../platform/mail/mail.ts";
import type { Scope } from "../../platform/runtime.ts";
import type { Notice } from "../notifications/index.ts";
import { memberLinks } from "./links.ts";
import type { Circle } from "./loading.ts";
import { type EventLetter, eventCancelled, eventCreated, eventLeft, eventUpdated } from "./mails.ts";
import { messages } from "./messages.ts";
import type { Event, Person } from "./queries.ts";

/** How many names a letter lists. */
const LISTED = 20;

/** Letters about new and changed events that one request writes; beyond that people are told in the app. */
const LETTERS_A_REQUEST = 1000;

export function letterFacts(
  event: Pick<Event, "name" | "location" | "startsAt" | "endsAt">,
  members: readonly Person[],
): EventLetter {
  const { name, location, startsAt, endsAt } = event;
  return {
    name,
    location,
    startsAt,
    endsAt,
    participants: members.slice(0, LISTED).map(({ username }) => username),
    count: members.length,
  };
}

/** A letter about a new or changed event that somebody is to get, if the sender's budget allows it. */
export interface WantedLetter {
  readonly action: "created" | "updated";
  readonly uuid: string;
  readonly person: Person;
  readonly facts: EventLetter;
}

/** What goes into the commit. */
export interface Mailing {
  readonly effects: readonly Effect[];
  /** For the people whom the budget left no letter: told in the app. */
  readonly notices: readonly Notice[];
  /** False when other letters used the budget up since it was read: a condition of the change itself. */
  readonly guard: SQL;
}

/**
 * Divides letters by the sender's budget (`RATE_LETTERS_SENT`). Letters to people who have accepted something from the
 * sender are not counted; of the others as many go as the budget has left.
 */
export async function mailingOf(
  scope: Scope,
  caller: Caller,
  circle: Circle,
  wanted: readonly WantedLetter[],
): Promise<Mailing> {
  const { limit } = scope.runtime.settings.rates.lettersSent;
  let left = Math.max(0, limit - circle.lettersSent);
  const letters: (WantedLetter & { counted: boolean })[] = [];
  const told: WantedLetter[] = [];
  for (const letter of wanted) {
    if (letter.person.email === null) continue;
    const counted = letter.person.userId !== caller.userId && !circle.trusting.has(letter.person.userId);
    if (letters.length >= LETTERS_A_REQUEST || (counted && left === 0)) told.push(letter);
    else {
      letters.push({ ...letter, counted });
      if (counted) left--;
    }
  }
  const charged = letters.filter(({ counted }) => counted).length;
  return {
    effects: (await Promise.all(letters.map((letter) => toEffect(scope, caller, letter)))).flat(),
    notices: noticesOf(told),
    guard: charged === 0 ? sql`TRUE` : sql`${lettersSentBy(scope, caller.userId)} + ${charged} <= ${limit}`,
  };
}

async function toEffect(
  scope: Scope,
  caller: Caller,
  { action, uuid, person, facts, counted }: WantedLetter & { counted: boolean },
): Promise<Effect[]> {
  const { email, locale } = person;
  if (email === null) return [];
  const links = await memberLinks(scope, uuid, person.userId, person.acceptedAt !== null);
  const template = action === "created" ? eventCreated : eventUpdated;
  const effect = mailEffect(`event.${action}`, template, email, locale, { ...facts, ...links });
  return [counted ? { ...effect, sender: caller.userId } : effect];
}

/** One notice for each person and action, however many events it is about. */
export function noticesOf(told: readonly WantedLetter[]): Notice[] {
  const groups = Map.groupBy(told, ({ person, action }) => `${action}:${person.userId}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { locale, userId } = first.person;
    const words = first.action === "created" ? messages.namedInEvent : messages.eventChanged;
    const more = group.length > 1 ? fill(messages.andMore, { count: String(group.length - 1) })[locale] : "";
    return [
      {
        userId,
        type: first.action === "created" ? "EVENT_CREATED" : "EVENT_UPDATED",
        title: messages.eventTitle[locale],
        message: fill(words, { name: first.facts.name })[locale] + more,
        about: `event:${first.uuid}`,
        ref: `event:${first.action}:${crypto.randomUUID()}`,
      },
    ];
  });
}

/** Cancellations always go. */
export function cancellations(event: Event): Effect[] {
  const facts = letterFacts(event, event.members);
  return event.members.flatMap(({ email, locale }) =>
    email ? [mailEffect("event.cancelled", eventCancelled, email, locale, facts)] : [],
  );
}

/** For people who were taken out: to them it is cancelled, so these always go too. */
export function farewellLetters(event: Event, removed: readonly Person[]): Effect[] {
  const facts = letterFacts(event, event.members);
  return removed.flatMap(({ email, locale }) =>
    email ? [mailEffect("event.left", eventLeft, email, locale, facts)] : [],
  );
}
