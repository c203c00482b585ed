/** Reads events with their members. Each function takes one statement, however many events there are. */
import { asc, desc, eq, gt, sql } from "drizzle-orm";
import { countRowsOf } from "../../platform/db/counted-rows.ts";
import { fixedText, runFixed } from "../../platform/db/fixed-text.ts";
import type { Locale } from "../../platform/http/text.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import { type Viewer, visibleName, visibleNameSql } from "../identity/index.ts";
import { foldLocation, leadsOf } from "./rules.ts";
import { eventEntries, eventMembers, eventReminders, events, participationRequests } from "./tables.ts";

/** A member as an event shows them, with the address for letters. */
export interface EventMember {
  readonly userId: number;
  /** The name that everybody may see. */
  readonly username: string;
  /** The member's own username where it differs: only they and staff may see it. */
  readonly hiddenUsername: string | null;
  readonly email: string | null;
  readonly locale: Locale;
  /** IANA name; null: not chosen. */
  readonly timeZone: string | null;
  readonly isOrganizer: boolean;
  /** When they took part by their own act, epoch ms; null for a member who was only named. */
  readonly acceptedAt: number | null;
}

export interface Event {
  readonly id: number;
  readonly uuid: string;
  readonly creatorId: number | null;
  readonly name: string;
  /** Epoch ms. */
  readonly startsAt: number;
  readonly endsAt: number | null;
  /** IANA name; null: the default of the settings. */
  readonly timeZone: string | null;
  readonly location: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** In the order in which they joined. */
  readonly members: readonly EventMember[];
}

/** SQLite's `json_object` writes booleans as 0 and 1. */
function readMembers(json: string): EventMember[] {
  const people = JSON.parse(json) as (Omit<EventMember, "isOrganizer"> & { isOrganizer: number })[];
  return people.map((person) => ({ ...person, isOrganizer: person.isOrganizer === 1 }));
}

/** SQL arguments of `json_object`: the names of a row of `users`. */
export const namesJson = (user: string) =>
  sql`'username', ${visibleNameSql(null, user)}, 'hiddenUsername', iif(${sql.raw(user)}.username_is_generated,
    ${sql.raw(user)}.username, NULL)`;

/** A member's username as this viewer may see it. */
export function usernameFor(viewer: Viewer, { userId, username, hiddenUsername }: EventMember): string {
  const names = { id: userId, username: hiddenUsername ?? username };
  return visibleName(viewer, { ...names, usernameIsGenerated: hiddenUsername !== null });
}

const membersJson = sql<string>`(
  SELECT json_group_array(json_object('userId', u.id, ${namesJson("u")}, 'email', u.email, 'locale', u.locale,
    'timeZone', u.time_zone, 'isOrganizer', m.is_organizer, 'acceptedAt', m.accepted_at) ORDER BY m.joined_at, u.id)
  FROM event_members m JOIN users u ON u.id = m.user_id WHERE m.event_id = events.id)`;

/** The columns of an event that every reader needs, with its members. */
export const eventFields = {
  id: events.id,
  uuid: events.uuid,
  creatorId: events.creatorId,
  name: events.name,
  startsAt: events.startsAt,
  endsAt: events.endsAt,
  timeZone: events.timeZone,
  location: events.location,
  createdAt: events.createdAt,
  updatedAt: events.updatedAt,
  members: membersJson.mapWith(readMembers),
};

/** The zone in which an event's times are shown: its own, else the default of the settings. */
export function zoneOf(ctx: RequestContext, event: { readonly timeZone: string | null }): string {
  return event.timeZone ?? ctx.runtime.settings.timeZone;
}

/** All events, or a window of them, in the order of creation. */
export async function listEvents(
  ctx: RequestContext,
  { after, limit }: { after: number; limit: number | null },
): Promise<Event[]> {
  // SQLite reads a negative limit as none.
  return runFixed(ctx.db, eventsAfter({ after, limit: limit ?? -1 }));
}

const eventsAfter = fixedText<{ after: number; limit: number }, Event[]>((db, value) =>
  db
    .select(eventFields)
    .from(events)
    .where(gt(events.id, value("after")))
    .orderBy(asc(events.id))
    .limit(value("limit")),
);

export async function countEvents(ctx: RequestContext): Promise<number> {
  return countRowsOf(ctx.db, "events.public", "events.signed_in");
}

/** Events whose location contains this text, ignoring case. `%` and `_` have no special meaning. */
export async function searchEvents(ctx: RequestContext, location: string): Promise<Event[]> {
  return ctx.db
    .select(eventFields)
    .from(events)
    .where(sql`instr(${events.locationKey}, ${foldLocation(location)}) > 0`)
    .orderBy(asc(events.id));
}

export async function findEvent(ctx: RequestContext, uuid: string): Promise<Event | null> {
  const [row] = await runFixed(ctx.db, eventByUuid({ uuid }));
  return row ?? null;
}

const eventByUuid = fixedText<{ uuid: string }, Event[]>((db, value) =>
  db
    .select(eventFields)
    .from(events)
    .where(eq(events.uuid, value("uuid"))),
);

/** The events in which a user takes part, the latest start first. */
export async function eventsOf(ctx: RequestContext, userId: number): Promise<{ id: number; name: string }[]> {
  return ctx.db
    .select({ id: events.id, name: events.name })
    .from(eventMembers)
    .innerJoin(events, eq(events.id, eventMembers.eventId))
    .where(eq(eventMembers.userId, userId))
    .orderBy(desc(events.startsAt), desc(events.id));
}

/** Everything about events for the export of an account. */
export async function exportEvents(ctx: RequestContext, userId: number) {
  const made = await ctx.db.select().from(events).where(eq(events.creatorId, userId));
  const joined = await ctx.db
    .select({
      uuid: events.uuid,
      name: events.name,
      joinedAt: eventMembers.joinedAt,
      acceptedAt: eventMembers.acceptedAt,
    })
    .from(eventMembers)
    .innerJoin(events, eq(events.id, eventMembers.eventId))
    .where(eq(eventMembers.userId, userId));
  const reminded = await ctx.db.select().from(eventReminders).where(eq(eventReminders.userId, userId));
  const said = await ctx.db
    .select({
      eventId: eventEntries.eventId,
      at: eventEntries.at,
      kind: eventEntries.kind,
      body: eventEntries.body,
    })
    .from(eventEntries)
    .where(eq(eventEntries.authorId, userId));
  const asked = await ctx.db
    .select()
    .from(participationRequests)
    .where(eq(participationRequests.userId, userId));
  return {
    events_made: made.map((event) => ({
      id: event.id,
      uuid: event.uuid,
      name: event.name,
      description: event.description,
      location: event.location,
      time_zone: event.timeZone,
      reminders: leadsOf(event),
      starts_at: isoTime(event.startsAt),
      ends_at: event.endsAt === null ? null : isoTime(event.endsAt),
      created_at: isoTime(event.createdAt),
    })),
    events_joined: joined.map(({ uuid, name, joinedAt, acceptedAt }) => ({
      uuid,
      name,
      joined_at: isoTime(joinedAt),
      accepted_at: acceptedAt === null ? null : isoTime(acceptedAt),
    })),
    event_messages: said.map(({ eventId, at, kind, body }) => ({
      event: eventId,
      at: isoTime(at),
      kind,
      body,
    })),
    reminders: reminded.map(({ eventId, startsAt, sentAt }) => ({
      event: eventId,
      starts_at: isoTime(startsAt),
      sent_at: isoTime(sentAt),
    })),
    participation_requests: asked.map(({ eventId, status, isWaiting, createdAt }) => ({
      event: eventId,
      status,
      waiting: isWaiting,
      created_at: isoTime(createdAt),
    })),
  };
}
