/** What calendars show of events: one event, the events of a user, and the signed address of that feed. */
import { and, eq, sql } from "drizzle-orm";
import type { RequestContext } from "../../../platform/runtime.ts";
import { users } from "../../identity/index.ts";
import { type EventDetails, eventDetailFields } from "../details/queries.ts";
import { eventMembers, events } from "../tables.ts";
import type { CalendarEvent } from "./ical.ts";

type Shown = Omit<CalendarEvent, "uid"> & Pick<EventDetails, "uuid">;

/** The facts of an event that its calendar entry shows. */
export function toCalendarEvent(ctx: RequestContext, event: Shown): CalendarEvent {
  const { sequence, createdAt, updatedAt, startsAt, endsAt } = event;
  const { name, description, location, latitude, longitude } = event;
  return {
    uid: `${event.uuid}@${new URL(ctx.origin).hostname}`,
    ...{ sequence, createdAt, updatedAt, startsAt, endsAt },
    ...{ name, description, location, latitude, longitude },
  };
}

/** The most events in a feed: those with the latest start. */
const LISTED = 500;

/** The events in which a user takes part. */
export async function calendarOf(ctx: RequestContext, userId: number): Promise<CalendarEvent[]> {
  const { members: _, ...fields } = eventDetailFields;
  const found = await ctx.db
    .select(fields)
    .from(eventMembers)
    .innerJoin(events, eq(events.id, eventMembers.eventId))
    .where(eq(eventMembers.userId, userId))
    .orderBy(sql`${events.startsAt} DESC`)
    .limit(LISTED);
  return found.map((event) => toCalendarEvent(ctx, event));
}

/**
 * The signature that opens one user's feed to a program that can't sign in. It opens nothing else and ends with the
 * user's password. Null for an unknown or deactivated user.
 */
export async function calendarSignature(ctx: RequestContext, userId: number): Promise<string | null> {
  const [person] = await ctx.db
    .select({ passwordHash: users.passwordHash })
    .from(users)
    .where(and(eq(users.id, userId), eq(users.isActive, true)));
  return person ? ctx.runtime.keys.hmac("calendar", userId, person.passwordHash ?? "") : null;
}
