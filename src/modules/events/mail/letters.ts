/** Letters about events: who gets one, what it says, and how many one sender may cause. */
import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import {
  type Effect,
  type LettersWindow,
  lettersSentBy,
  lettersWindow,
} from "../../../platform/db/outbox.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { fill } from "../../../platform/http/messages.ts";
import type { Text } from "../../../platform/http/text.ts";
import { mailEffect } from "../../../platform/mail/mail.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { type Notice, type Push, pushEffect, unsubscribeUrl } from "../../notifications/index.ts";
import type { Relations } from "../commands/loading.ts";
import { messages } from "../messages.ts";
import { type Event, type EventMember, zoneOf } from "../queries.ts";
import { attendeeOf } from "./invitations.ts";
import { memberLinks } from "./links.ts";
import { type EventLetter, eventCancelled, eventCreated, eventLeft, eventUpdated } from "./templates.ts";

/** `left`: for a member who was removed. */
type Action = "created" | "updated" | "cancelled" | "left";

/** These letters are never counted against the budget and have no links. */
const isFarewell = (action: Action) => action === "cancelled" || action === "left";

const TEMPLATES = {
  created: eventCreated,
  updated: eventUpdated,
  cancelled: eventCancelled,
  left: eventLeft,
};
const NOTICES = {
  created: { type: "EVENT_CREATED", words: messages.namedInEvent },
  updated: { type: "EVENT_UPDATED", words: messages.eventChanged },
  cancelled: { type: "EVENT_CANCELLED", words: messages.eventCancelled },
  left: { type: "EVENT_LEFT", words: messages.takenOut },
} satisfies Record<Action, { type: string; words: Text }>;

/** How many members' names a letter lists. */
const LISTED = 20;

/** The most letters one request may write. Everybody else is told in the app. */
const LETTERS_PER_REQUEST = 1000;

export function letterFacts(
  ctx: RequestContext,
  event: Pick<Event, "name" | "location" | "startsAt" | "endsAt" | "timeZone">,
  members: readonly EventMember[],
): EventLetter {
  const { name, location, startsAt, endsAt } = event;
  return {
    name,
    location,
    startsAt,
    endsAt,
    timeZone: zoneOf(ctx, event),
    participants: members.slice(0, LISTED).map(({ username }) => username),
    count: members.length,
  };
}

/** A letter that a member should get if the sender's budget allows it. */
export interface WantedLetter {
  readonly action: Action;
  readonly uuid: string;
  readonly person: EventMember;
  readonly facts: EventLetter;
}

/** What goes into the commit. */
export interface Mailing {
  readonly effects: readonly Effect[];
  /** In-app notices for the people who get no letter. */
  readonly notices: readonly Notice[];
  /** How many of the letters count against the sender's budget: see `withinBudget`. */
  readonly charged: number;
}

/** What `withinBudget` is given. */
export type BudgetValues = LettersWindow & { readonly sender: number; readonly charged: number };

export function budgetValues(ctx: RequestContext, caller: Caller, charged: number): BudgetValues {
  return { sender: caller.userId, charged, ...lettersWindow(ctx) };
}

/** SQL condition of the change itself: other letters have not used up the budget since it was read. */
export function withinBudget({
  sender,
  charged,
  ...window
}: Readonly<Record<keyof BudgetValues, SQLWrapper | number>>): SQL {
  return sql`(${charged} = 0 OR ${lettersSentBy(sender, window)} + ${charged} <= ${window.limit})`;
}

/**
 * Applies the sender's budget (`RATE_LETTERS_SENT`) to the wanted letters. Cancellations are not counted, nor are letters
 * to people who have accepted something from the sender. Of the other letters as many go out as the budget allows. Who has
 * turned these letters off is told in the app.
 */
export async function mailingOf(
  ctx: RequestContext,
  caller: Caller,
  relations: Relations,
  wanted: readonly WantedLetter[],
): Promise<Mailing> {
  const { limit } = ctx.runtime.settings.rates.lettersSent;
  let left = Math.max(0, limit - relations.lettersSent);
  const letters: (WantedLetter & { counted: boolean })[] = [];
  const told: WantedLetter[] = [];
  for (const letter of wanted) {
    if (letter.person.email === null) continue;
    const { userId } = letter.person;
    if (relations.withoutLetters.has(userId)) {
      told.push(letter);
      continue;
    }
    const counted = !isFarewell(letter.action) && userId !== caller.userId && !relations.trusting.has(userId);
    if (letters.length >= LETTERS_PER_REQUEST || (counted && left === 0)) told.push(letter);
    else {
      letters.push({ ...letter, counted });
      if (counted) left--;
    }
  }
  const charged = letters.filter(({ counted }) => counted).length;
  return {
    effects: [
      ...(await Promise.all(letters.map((letter) => toEffect(ctx, caller, letter)))).flat(),
      ...pushesOf(caller, relations, wanted, told).map((push) => pushEffect(push, ctx.now())),
    ],
    notices: noticesOf(told),
    charged,
  };
}

/** People with a device are told by push, too, except by a notice, which has its own push, and of what they did themselves. */
function pushesOf(
  caller: Caller,
  { reachable }: Relations,
  wanted: readonly WantedLetter[],
  told: readonly WantedLetter[],
): Push[] {
  const noticed = new Set(told);
  const isMeant = (letter: WantedLetter) => reachable.has(letter.person.userId) && !noticed.has(letter);
  return wanted
    .filter((letter) => letter.person.userId !== caller.userId && isMeant(letter))
    .map(({ action, uuid, person, facts }) => ({
      userId: person.userId,
      words: `event_${action}`,
      subject: facts.name,
      about: `event:${uuid}`,
      ref: `event:${action}`,
    }));
}

async function toEffect(
  ctx: RequestContext,
  caller: Caller,
  { action, uuid, person, facts, counted }: WantedLetter & { counted: boolean },
): Promise<Effect[]> {
  const { email, locale } = person;
  if (email === null) return [];
  const links = isFarewell(action)
    ? {}
    : await memberLinks(ctx, uuid, person.userId, person.acceptedAt !== null);
  const data = { ...facts, ...links, readerZone: person.timeZone, attendee: attendeeOf(person) };
  const unsubscribe = await unsubscribeUrl(ctx, person.userId, "event_changes");
  const effect = mailEffect(`event.${action}`, TEMPLATES[action], email, locale, data, { unsubscribe });
  return [counted ? { ...effect, sender: caller.userId } : effect];
}

/** One in-app notice for each person and action, however many events it is about. */
export function noticesOf(told: readonly WantedLetter[]): Notice[] {
  const groups = Map.groupBy(told, ({ person, action }) => `${action}:${person.userId}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { locale, userId } = first.person;
    const { type, words } = NOTICES[first.action];
    const more = group.length > 1 ? fill(messages.andMore, { count: String(group.length - 1) })[locale] : "";
    return [
      {
        userId,
        type,
        title: messages.eventTitle[locale],
        message: fill(words, { name: first.facts.name })[locale] + more,
        about: `event:${first.uuid}`,
        ref: `event:${first.action}:${crypto.randomUUID()}`,
        words: `event_${first.action}` as const,
        subject: first.facts.name,
      },
    ];
  });
}
