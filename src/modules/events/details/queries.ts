/** Finds and lists events with all their details. Each function takes one statement. */
import { and, desc, eq, gt, gte, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import { countedRows } from "../../../platform/db/counted-rows.ts";
import { contains } from "../../../platform/db/folding.ts";
import type { Listed, Window } from "../../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { areFriends, cityName } from "../../social/index.ts";
import { type Event, eventFields } from "../queries.ts";
import type { Limits } from "../rules.ts";
import { events } from "../tables.ts";

/** An event with its description, city, price, limits and place. */
export interface EventDetails extends Event, Limits {
  /** Who may read it: anybody, or signed-in people only. */
  readonly audience: "public" | "signed_in";
  readonly description: string;
  readonly eventType: string;
  readonly cityId: number | null;
  /** Minutes before the start; null: the default. See `leadsOf`. */
  readonly reminderLeads: readonly number[] | null;
  /** Minor units. */
  readonly price: number;
  /** Degrees. */
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** How often it was changed. */
  readonly sequence: number;
}

export const eventDetailFields = {
  ...eventFields,
  audience: events.audience,
  description: events.description,
  eventType: events.eventType,
  cityId: events.cityId,
  reminderLeads: events.reminderLeads,
  price: events.price,
  minAge: events.minAge,
  maxAge: events.maxAge,
  minMembers: events.minMembers,
  maxMembers: events.maxMembers,
  latitude: events.latitude,
  longitude: events.longitude,
  sequence: events.sequence,
};

export async function findEventDetails(ctx: RequestContext, id: number): Promise<EventDetails | null> {
  const [row] = await ctx.db.select(eventDetailFields).from(events).where(eq(events.id, id));
  return row ?? null;
}

export interface EventFilter {
  /** Whether the caller is signed in. Anonymous callers find public events only. */
  readonly signedIn: boolean;
  /** Each word must occur in the name, kind, city or address. */
  readonly search?: string | undefined;
  readonly eventType?: string | undefined;
  readonly address?: string | undefined;
  readonly cityId?: number | undefined;
  readonly cityName?: string | undefined;
  /** The beginning of a day, epoch ms. */
  readonly day?: number | undefined;
  readonly minAge?: number | undefined;
  readonly maxAge?: number | undefined;
  readonly minCount?: number | undefined;
  readonly maxCount?: number | undefined;
  /** A part of an organizer's name. */
  readonly organizer?: string | undefined;
  /** Only events that a friend of this user organizes. */
  readonly friendOf?: number | undefined;
}

const DAY = 24 * 3600_000;

/**
 * A page of events, the latest start first. The count comes with the rows, so a page behind the last has neither. The
 * conditions stand in a common table expression: nested in an expression they exceed D1's limit on expression depth.
 */
export async function listEventDetails(
  ctx: RequestContext,
  filter: EventFilter,
  { limit, offset }: Window,
): Promise<Listed<EventDetails>> {
  const { id, startsAt } = events;
  const found = ctx.db
    .$with("found")
    .as(ctx.db.select({ id, startsAt }).from(events).where(conditions(filter)));
  const rows = await ctx.db
    .with(found)
    .select({ ...eventDetailFields, count: countOf(filter) })
    .from(events)
    .where(
      sql`${id} IN (SELECT id FROM found ORDER BY starts_at DESC, id DESC LIMIT ${limit} OFFSET ${offset})`,
    )
    .orderBy(desc(startsAt), desc(id));
  return { count: rows[0]?.count ?? 0, rows };
}

/** Without a condition but the audience, the number is known. */
function countOf({ signedIn, ...asked }: EventFilter): SQL<number> {
  if (Object.values(asked).some((value) => value !== undefined))
    return sql<number>`(SELECT count(*) FROM found)`;
  return signedIn ? countedRows("events.public", "events.signed_in") : countedRows("events.public");
}

/** Columns of other tables are written by their raw names. */
function conditions(filter: EventFilter): SQL | undefined {
  const { day, minAge, maxAge, minCount, maxCount, friendOf } = filter;
  const city = cityName(sql`events.city_id`);
  const given = <Value>(value: Value | undefined, condition: (value: Value) => SQL | undefined) =>
    value === undefined ? undefined : condition(value);
  const organizerNamed = contains([sql`u.first_name`, sql`u.last_name`], filter.organizer);
  return and(
    // Written out, as in the index.
    filter.signedIn ? undefined : sql`${events.audience} = 'public'`,
    contains([events.name, events.eventType, city, events.location], filter.search),
    given(filter.eventType, (kind) => eq(events.eventType, kind)),
    given(filter.address, (address) => eq(events.location, address)),
    given(filter.cityId, (id) => eq(events.cityId, id)),
    given(filter.cityName, (name) => sql`${city} = ${name}`),
    given(day, (at) => and(lt(events.startsAt, at + DAY), or(isNull(events.endsAt), gte(events.endsAt, at)))),
    given(minAge, (age) => or(isNull(events.maxAge), gt(events.maxAge, age))),
    given(maxAge, (age) => or(isNull(events.minAge), lt(events.minAge, age))),
    given(minCount, (count) => or(isNull(events.maxMembers), gt(events.maxMembers, count))),
    given(maxCount, (count) => or(isNull(events.minMembers), lt(events.minMembers, count))),
    organizerNamed &&
      sql`events.id IN (SELECT o.event_id FROM event_members o JOIN users u ON u.id = o.user_id
        WHERE o.is_organizer AND ${organizerNamed})`,
    given(
      friendOf,
      (me) => sql`EXISTS (SELECT 1 FROM event_members o
        WHERE o.event_id = events.id AND o.is_organizer AND ${areFriends(sql`o.user_id`, me)})`,
    ),
  );
}
