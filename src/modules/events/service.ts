/** Events: made, listed, changed and removed, one or many in one transaction. */

import { asc, eq, gt, sql } from "drizzle-orm";
import { isUniqueViolation, says } from "../../platform/db/client.ts";
import { commit, type Effect } from "../../platform/db/outbox.ts";
import type { Caller } from "../../platform/http/caller.ts";
import type { Locale } from "../../platform/http/text.ts";
import { log } from "../../platform/log.ts";
import { mailEffect } from "../../platform/mail/mail.ts";
import type { Scope } from "../../platform/runtime.ts";
import { foldUsername } from "../identity/index.ts";
import { forgetEvent } from "./gate.ts";
import {
  type EventLetter,
  eventCancelled,
  eventCreated,
  eventLeft,
  eventReminder,
  eventUpdated,
} from "./mails.ts";
import { announce, type Notice, noticeEffect } from "./notices.ts";
import { foldLocation, hasHappened, mayChange, REMINDER_LEAD } from "./rules.ts";
import { eventMembers, eventReminders, events } from "./tables.ts";

/** A person as an event shows them and as a letter finds them. */
export interface Person {
  readonly userId: number;
  readonly username: string;
  readonly email: string | null;
  readonly locale: Locale;
  readonly isOrganizer: boolean;
}

export interface Event {
  readonly id: number;
  readonly uuid: string;
  readonly creatorId: number | null;
  readonly name: string;
  /** Epoch ms. */
  readonly startsAt: number;
  readonly endsAt: number | null;
  readonly location: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** In the order in which they joined. */
  readonly members: readonly Person[];
}

export interface EventDraft {
  readonly name: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly location: string;
  /** Usernames; unknown ones are left out. */
  readonly participants: readonly string[];
}

/** What is given changes; `participants` replaces the whole set. */
export type EventChange = Partial<EventDraft> & { readonly uuid: string };

export type Refused =
  | { readonly ok: false; readonly reason: "missing" | "past" | "order" }
  | { readonly ok: false; readonly reason: "forbidden"; readonly uuid: string };

/** A room's notices go out with the request up to this many events; a larger batch leaves them to the queue. */
const DIRECT_NOTICES = 20;

const membersJson = sql<string>`(
  SELECT json_group_array(json_object('userId', u.id, 'username', u.username, 'email', u.email, 'locale', u.locale,
    'isOrganizer', m.is_organizer) ORDER BY m.joined_at, u.id)
  FROM event_members m JOIN users u ON u.id = m.user_id WHERE m.event_id = events.id)`;

const eventFields = {
  id: events.id,
  uuid: events.uuid,
  creatorId: events.creatorId,
  name: events.name,
  startsAt: events.startsAt,
  endsAt: events.endsAt,
  location: events.location,
  createdAt: events.createdAt,
  updatedAt: events.updatedAt,
  members: membersJson.mapWith((json: string) => JSON.parse(json) as Person[]),
};

/** All events, or a window of them in the order in which they were made. One statement. */
export async function listEvents(
  scope: Scope,
  window: { after: number; limit: number | null },
): Promise<Event[]> {
  const query = scope.db
    .select(eventFields)
    .from(events)
    .where(gt(events.id, window.after))
    .orderBy(asc(events.id));
  return window.limit === null ? query : query.limit(window.limit);
}

export async function countEvents(scope: Scope): Promise<number> {
  return scope.db.$count(events);
}

/** Events whose location holds these words, in any case; `%` and `_` are letters like others. */
export async function searchEvents(scope: Scope, location: string): Promise<Event[]> {
  return scope.db
    .select(eventFields)
    .from(events)
    .where(sql`instr(${events.locationKey}, ${foldLocation(location)}) > 0`)
    .orderBy(asc(events.id));
}

export async function findEvent(scope: Scope, uuid: string): Promise<Event | null> {
  const [row] = await scope.db.select(eventFields).from(events).where(eq(events.uuid, uuid));
  return row ?? null;
}

/** Makes events, all or none. They come back in the order given. */
export async function createEvents(
  scope: Scope,
  caller: Caller,
  drafts: readonly EventDraft[],
): Promise<Event[]> {
  if (drafts.length === 0) return [];
  const now = scope.now();
  const people = await resolve(
    scope,
    drafts.flatMap((draft) => draft.participants),
  );
  const made = drafts.map((draft) => ({
    ...draft,
    uuid: crypto.randomUUID(),
    members: pick(people, draft.participants),
  }));
  const rows = made.map(({ uuid, name, startsAt, endsAt, location }) => ({
    uuid,
    name,
    startsAt,
    endsAt,
    location,
    key: foldLocation(location),
  }));
  const insert = scope.db.run(sql`
    INSERT INTO events (uuid, creator_id, name, starts_at, ends_at, location, location_key, created_at, updated_at)
    SELECT value ->> 'uuid', ${caller.userId}, value ->> 'name', value ->> 'startsAt', value ->> 'endsAt',
      value ->> 'location', value ->> 'key', ${now}, ${now} FROM json_each(${JSON.stringify(rows)})
    RETURNING id, uuid`);
  const notices = made.map(({ uuid, name }) => notice(null, uuid, "created", name));
  const effects = [
    ...notices.map(noticeEffect),
    ...made.flatMap((event) =>
      letters("event.created", eventCreated, event.members, letterFacts(event, event.members)),
    ),
  ];
  const inserted = await commit(scope, insert, effects, [insertMembers(scope, made)]);
  const ids = new Map(
    ((inserted?.results ?? []) as { id: number; uuid: string }[]).map(({ id, uuid }) => [uuid, id]),
  );
  const created = made.map((event) => ({
    ...event,
    id: ids.get(event.uuid) ?? 0,
    creatorId: caller.userId,
    createdAt: now,
    updatedAt: now,
  }));
  await tell(
    scope,
    notices.map((each) => ({ ...each, eventId: ids.get(each.uuid) ?? null })),
  );
  return created;
}

/**
 * Changes events, all or none; unknown and past ones are passed over, and named when `strict` (then nothing changes).
 * Somebody else's event refuses the whole batch.
 */
export async function updateEvents(
  scope: Scope,
  caller: Caller,
  changes: readonly EventChange[],
  strict: boolean,
): Promise<{ ok: true; events: Event[] } | Refused> {
  const now = scope.now();
  const merged = mergeByUuid(changes);
  const { found, people } = await load(
    scope,
    [...merged.keys()],
    changes.flatMap((change) => change.participants ?? []),
  );
  const updates: { event: Event; change: EventChange; members: readonly Person[] }[] = [];
  for (const [uuid, change] of merged) {
    const event = found.get(uuid);
    if (!event) {
      if (strict) return { ok: false, reason: "missing" };
      continue;
    }
    if (!mayChange(event, caller)) return { ok: false, reason: "forbidden", uuid };
    if (hasHappened(event, now)) {
      if (strict) return { ok: false, reason: "past" };
      continue;
    }
    const endsAt = change.endsAt ?? event.endsAt;
    if (endsAt !== null && endsAt <= (change.startsAt ?? event.startsAt))
      return { ok: false, reason: "order" };
    updates.push({
      event,
      change,
      members: change.participants ? pick(people, change.participants, event.members) : event.members,
    });
  }
  if (updates.length === 0) return { ok: true, events: [] };

  const rows = updates.map(({ event, change }) => ({
    ...change,
    key: change.location && foldLocation(change.location),
    id: event.id,
  }));
  const update = scope.db.run(sql`
    UPDATE events SET name = coalesce(change.value ->> 'name', name),
      starts_at = coalesce(change.value ->> 'startsAt', starts_at), ends_at = coalesce(change.value ->> 'endsAt', ends_at),
      location = coalesce(change.value ->> 'location', location),
      location_key = coalesce(change.value ->> 'key', location_key), updated_at = ${now}
    FROM json_each(${JSON.stringify(rows)}) AS change
    WHERE events.id = change.value ->> 'id' AND events.starts_at > ${now}`);
  const after = updates.map(({ event, change, members }) => ({
    ...event,
    ...defined(change),
    members,
    updatedAt: now,
  }));
  const notices = after.map((event) => notice(event.id, event.uuid, "updated", event.name));
  const effects = [
    ...notices.map(noticeEffect),
    ...after.flatMap((event, index) => {
      const facts = letterFacts(event, event.members);
      const removed = (updates[index]?.event.members ?? []).filter(
        (old) => !event.members.some(({ userId }) => userId === old.userId),
      );
      return [
        ...letters("event.updated", eventUpdated, event.members, facts),
        ...letters("event.left", eventLeft, removed, facts),
      ];
    }),
  ];
  const replaced = after.filter((_, index) => updates[index]?.change.participants);
  try {
    const done = await commit(
      scope,
      update,
      effects,
      replaced.length ? [dropMembers(scope, replaced), insertMembers(scope, replaced)] : [],
    );
    // Between our reading and our writing the event began or was deleted.
    if (!done) return strict ? { ok: false, reason: "missing" } : { ok: true, events: [] };
  } catch (error) {
    if (says(error, "CHECK constraint failed: events_order")) return { ok: false, reason: "order" };
    throw error;
  }
  await tell(scope, notices);
  return { ok: true, events: after };
}

/** Removes events, all or none, past ones too; unknown ones are passed over. Their rooms say so and close. */
export async function removeEvents(
  scope: Scope,
  caller: Caller,
  uuids: readonly string[],
): Promise<{ ok: true; events: Event[] } | Refused> {
  const { found } = await load(scope, uuids, []);
  const removed = [...found.values()];
  const foreign = removed.find((event) => !mayChange(event, caller));
  if (foreign) return { ok: false, reason: "forbidden", uuid: foreign.uuid };
  if (removed.length === 0) return { ok: true, events: [] };
  const notices = removed.map((event) => notice(event.id, event.uuid, "deleted", event.name));
  const effects = [
    ...notices.map(noticeEffect),
    ...removed.flatMap((event) =>
      letters("event.cancelled", eventCancelled, event.members, letterFacts(event, event.members)),
    ),
  ];
  const ids = JSON.stringify(removed.map((event) => event.id));
  const done = await commit(
    scope,
    scope.db.run(sql`DELETE FROM events WHERE id IN (SELECT value FROM json_each(${ids}))`),
    effects,
  );
  if (!done) return { ok: true, events: [] };
  for (const { id, uuid } of removed) forgetEvent(id, uuid);
  await tell(scope, notices);
  return { ok: true, events: removed };
}

/**
 * Reminds everybody whose event starts within the half hour, once a person and event. The rows that mark it and the
 * letters are one transaction, and the mark is unique: a second run at the same time fails whole and looks again.
 */
export async function sendReminders(scope: Scope, batch = 300): Promise<number> {
  let sent = 0;
  for (let round = 0; round < 100; round++) {
    const due = await dueReminders(scope, batch);
    if (due.length === 0) return sent;
    const marks = due.map(({ eventId, userId }) => ({ eventId, userId }));
    const mark = scope.db.run(sql`INSERT INTO event_reminders (event_id, user_id, sent_at)
      SELECT value ->> 'eventId', value ->> 'userId', ${scope.now()} FROM json_each(${JSON.stringify(marks)})`);
    const effects = due.map(({ email, locale, letter }) =>
      mailEffect("event.reminder", eventReminder, email, locale, letter),
    );
    try {
      await commit(scope, mark, effects);
      sent += due.length;
    } catch (error) {
      if (!isUniqueViolation(error, "event_reminders")) throw error;
    }
  }
  return sent;
}

async function dueReminders(scope: Scope, limit: number) {
  const now = scope.now();
  const rows = await scope.db.all<{ event_id: number; user_id: number; email: string; locale: Locale }>(sql`
    SELECT m.event_id, m.user_id, u.email, u.locale
    FROM events e JOIN event_members m ON m.event_id = e.id JOIN users u ON u.id = m.user_id
    LEFT JOIN event_reminders r ON r.event_id = m.event_id AND r.user_id = m.user_id
    WHERE e.starts_at > ${now} AND e.starts_at <= ${now + REMINDER_LEAD} AND r.event_id IS NULL
      AND u.email IS NOT NULL AND u.is_active AND u.mail_reminders
    ORDER BY e.starts_at LIMIT ${limit}`);
  if (rows.length === 0) return [];
  const ids = JSON.stringify([...new Set(rows.map((row) => row.event_id))]);
  const about = await scope.db
    .select(eventFields)
    .from(events)
    .where(sql`${events.id} IN (SELECT value FROM json_each(${ids}))`);
  const byId = new Map(about.map((event) => [event.id, event]));
  return rows.flatMap(({ event_id: eventId, user_id: userId, email, locale }) => {
    const event = byId.get(eventId);
    return event ? [{ eventId, userId, email, locale, letter: letterFacts(event, event.members) }] : [];
  });
}

/** The events with these uuids and the people with these usernames, in one statement. */
async function load(scope: Scope, uuids: readonly string[], usernames: readonly string[]) {
  const rows = await scope.db
    .select({
      ...eventFields,
      people: peopleJson(usernames).mapWith((json: string) => JSON.parse(json) as Named[]),
    })
    .from(events)
    .where(sql`${events.uuid} IN (SELECT value FROM json_each(${JSON.stringify(uuids)}))`)
    .orderBy(asc(events.id));
  return { found: new Map(rows.map((row) => [row.uuid, row as Event])), people: rows[0]?.people ?? [] };
}

interface Named extends Omit<Person, "isOrganizer"> {
  readonly key: string;
}

function peopleJson(usernames: readonly string[]) {
  const keys = JSON.stringify([...new Set(usernames.map(foldUsername))]);
  return sql<string>`(SELECT json_group_array(json_object('userId', id, 'username', username, 'email', email,
    'locale', locale, 'key', username_key)) FROM users WHERE username_key IN (SELECT value FROM json_each(${keys})))`;
}

async function resolve(scope: Scope, usernames: readonly string[]): Promise<Named[]> {
  if (usernames.length === 0) return [];
  const [row] = await scope.db.all<{ people: string }>(sql`SELECT ${peopleJson(usernames)} AS people`);
  return JSON.parse(row?.people ?? "[]") as Named[];
}

/** The people of a list of usernames, each once, in its order; organizers stay what they were. */
function pick(
  people: readonly Named[],
  usernames: readonly string[],
  before: readonly Person[] = [],
): Person[] {
  const byKey = new Map(people.map((person) => [person.key, person]));
  const chosen = new Map<number, Person>();
  for (const username of usernames) {
    const person = byKey.get(foldUsername(username));
    if (!person) continue;
    const isOrganizer = before.find(({ userId }) => userId === person.userId)?.isOrganizer ?? false;
    const { userId, email, locale } = person;
    chosen.set(userId, { userId, username: person.username, email, locale, isOrganizer });
  }
  return [...chosen.values()];
}

type WithMembers = { readonly uuid: string; readonly members: readonly Person[] };

function insertMembers(scope: Scope, made: readonly WithMembers[]) {
  const rows = made.flatMap(({ uuid, members }) =>
    members.map(({ userId, isOrganizer }) => ({ uuid, userId, isOrganizer: isOrganizer ? 1 : 0 })),
  );
  return scope.db.run(sql`INSERT INTO event_members (event_id, user_id, is_organizer, joined_at)
    SELECT e.id, m.value ->> 'userId', m.value ->> 'isOrganizer', ${scope.now()}
    FROM json_each(${JSON.stringify(rows)}) AS m JOIN events e ON e.uuid = m.value ->> 'uuid'
    WHERE EXISTS (SELECT 1 FROM users WHERE id = m.value ->> 'userId')
    ON CONFLICT DO NOTHING`);
}

/** Takes out everybody who is not in the new set. */
function dropMembers(scope: Scope, replaced: readonly (WithMembers & { id: number })[]) {
  const rows = replaced.map(({ id, members }) => ({ id, keep: members.map(({ userId }) => userId) }));
  return scope.db.run(sql`DELETE FROM event_members WHERE (event_id, user_id) IN (
    SELECT m.event_id, m.user_id FROM json_each(${JSON.stringify(rows)}) AS r
    JOIN event_members m ON m.event_id = r.value ->> 'id'
    WHERE m.user_id NOT IN (SELECT value FROM json_each(r.value -> 'keep')))`);
}

function mergeByUuid(changes: readonly EventChange[]): Map<string, EventChange> {
  const merged = new Map<string, EventChange>();
  for (const change of changes) merged.set(change.uuid, { ...merged.get(change.uuid), ...defined(change) });
  return merged;
}

function defined<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

function notice(eventId: number | null, uuid: string, action: Notice["action"], name: string): Notice {
  return { eventId, uuid, action, name, ref: crypto.randomUUID() };
}

/** At once for few; the outbox repeats each anyway, and a repeat is neither stored nor sent twice. */
async function tell(scope: Scope, notices: readonly Notice[]): Promise<void> {
  if (notices.length > DIRECT_NOTICES) return;
  const results = await Promise.allSettled(notices.map((each) => announce(scope, each)));
  for (const result of results) {
    if (result.status === "rejected")
      log("warn", "events.tell", { requestId: scope.requestId }, result.reason);
  }
}

/** How many names a letter lists. */
const LISTED = 20;

function letterFacts(
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

function letters(
  name: string,
  template: typeof eventCreated,
  people: readonly Person[],
  data: EventLetter,
): Effect[] {
  return people.flatMap(({ email, locale }) =>
    email ? [mailEffect(name, template, email, locale, data)] : [],
  );
}

/** What an account takes with it: the events a person made and takes part in. */
export async function exportEvents(scope: Scope, userId: number) {
  const made = await scope.db.select().from(events).where(eq(events.creatorId, userId));
  const joined = await scope.db
    .select({ uuid: events.uuid, name: events.name, joinedAt: eventMembers.joinedAt })
    .from(eventMembers)
    .innerJoin(events, eq(events.id, eventMembers.eventId))
    .where(eq(eventMembers.userId, userId));
  const reminded = await scope.db.select().from(eventReminders).where(eq(eventReminders.userId, userId));
  return { events_made: made, events_joined: joined, reminders: reminded };
}
