/** Letters about an event as effects: whom they go to and what they tell. */
import type { Effect } from "../../platform/db/outbox.ts";
import { mailEffect } from "../../platform/mail/mail.ts";
import { type EventLetter, type eventCreated, eventLeft, eventUpdated } from "./mails.ts";
import type { Event, Person } from "./queries.ts";

/** How many names a letter lists. */
const LISTED = 20;

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

export function letters(
  name: string,
  template: typeof eventCreated,
  people: readonly Person[],
  data: EventLetter,
): Effect[] {
  return people.flatMap(({ email, locale }) =>
    email ? [mailEffect(name, template, email, locale, data)] : [],
  );
}

/** Everybody who takes part hears of the change; whoever was taken out hears of that. */
export function changeLetters(before: Event, after: Event): Effect[] {
  const facts = letterFacts(after, after.members);
  const stays = new Set(after.members.map(({ userId }) => userId));
  const removed = before.members.filter(({ userId }) => !stays.has(userId));
  return [
    ...letters("event.updated", eventUpdated, after.members, facts),
    ...letters("event.left", eventLeft, removed, facts),
  ];
}
