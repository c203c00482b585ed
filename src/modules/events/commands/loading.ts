/** What a write needs to know, read in one statement: the events, the people it names, and what they are to the caller. */
import { type SQL, sql } from "drizzle-orm";
import { lettersSentBy } from "../../../platform/db/outbox.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { Locale } from "../../../platform/http/text.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { isNamedBy } from "../../identity/index.ts";
import { ageOn, areFriends, blockedWith } from "../../social/index.ts";
import { type EventDetails, eventDetailFields } from "../details/queries.ts";
import { type EventMember, namesJson } from "../queries.ts";
import type { JoinRequest, Seating } from "../rules.ts";
import { events } from "../tables.ts";

/** An event as addresses name it: by its number or its uuid. */
export type EventRef = { readonly id: number } | { readonly uuid: string };

/** Somebody as a request names them. */
export type NameOf = { readonly id: number } | { readonly username: string };

/** An event with all that a change of it must look at. */
export interface StoredEvent extends EventDetails, Seating {
  readonly members: readonly EventMember[];
  readonly requests: readonly JoinRequest[];
  /** Its limits, members and requests in one text: a write that depends on them asks that it is still the same. */
  readonly membershipState: string;
  /** City, address and degrees in one text: a write that derives the degrees asks that it is still the same. */
  readonly placeState: string;
  /** Everybody whom its creator has blocked, or who has blocked its creator. */
  readonly creatorBlocks: ReadonlySet<number>;
}

/** Somebody who can be named. */
export interface NamedPerson {
  readonly userId: number;
  readonly username: string;
  readonly hiddenUsername: string | null;
  readonly email: string | null;
  readonly locale: Locale;
  readonly key: string;
  readonly age: number | null;
}

/** The caller and everybody concerned. */
export interface Relations {
  readonly people: readonly NamedPerson[];
  /** Have accepted something from the caller: letters to them are not counted. */
  readonly trusting: ReadonlySet<number>;
  /** Have blocked the caller, or were blocked by the caller. */
  readonly blocks: ReadonlySet<number>;
  /** Letters that the caller's budget was charged for lately. */
  readonly lettersSent: number;
}

export const NO_RELATIONS: Relations = { people: [], trusting: new Set(), blocks: new Set(), lettersSent: 0 };

/** SQL: limits, members and requests of the event of the statement around it. */
export const membershipState = sql<string>`json_array(events.max_members, events.min_members, events.min_age, events.max_age,
  (SELECT json_group_array(user_id ORDER BY user_id) FROM event_members WHERE event_id = events.id),
  (SELECT json_group_array(json_array(id, status, is_waiting) ORDER BY id) FROM participation_requests
    WHERE event_id = events.id))`;

/** SQL: where the event of the statement around it is. */
export const placeState = sql<string>`json_array(events.city_id, events.location, events.latitude, events.longitude)`;

const requestsJson = sql<string>`(SELECT json_group_array(json_object('id', id, 'userId', user_id, 'status', status,
  'isWaiting', is_waiting) ORDER BY created_at, id) FROM participation_requests WHERE event_id = events.id)`;

const readRequests = (json: string): JoinRequest[] =>
  (JSON.parse(json) as (Omit<JoinRequest, "isWaiting"> & { isWaiting: number })[]).map((request) => ({
    ...request,
    isWaiting: request.isWaiting === 1,
  }));

const readIds = (json: string): ReadonlySet<number> => new Set(JSON.parse(json) as number[]);

/** What is read of an event that a write looks at. */
export const storedFields = {
  ...eventDetailFields,
  creatorIsStaff:
    sql<boolean>`coalesce((SELECT is_staff FROM users WHERE id = events.creator_id), 0)`.mapWith(
      (value) => value === 1,
    ),
  requests: requestsJson.mapWith(readRequests),
  membershipState,
  placeState,
  creatorBlocks: sql`(SELECT json_group_array(id) FROM ${blockedWith(events.creatorId)})`.mapWith(readIds),
};

/** SQL condition on `users`: this person has accepted something from the sender: a friendship, or an event of theirs. */
const trusts = (senderId: number) => sql`(${areFriends(sql`users.id`, senderId)} OR EXISTS (
  SELECT 1 FROM event_members AS taken JOIN events AS made ON made.id = taken.event_id
  WHERE taken.user_id = users.id AND taken.accepted_at IS NOT NULL AND made.creator_id = ${senderId}))`;

/** `targets`: the events whose members are concerned beside the people named. */
function relationsJson(ctx: RequestContext, caller: Caller, names: readonly NameOf[], targets: SQL) {
  const ids = JSON.stringify(names.flatMap((name) => ("id" in name ? [name.id] : [])));
  const usernames = names.flatMap((name) => ("username" in name ? [name.username] : []));
  const named = sql`users.id IN (SELECT value FROM json_each(${ids})) OR ${isNamedBy(caller, usernames)}`;
  return sql<string>`json_object(
    'people', json((SELECT json_group_array(json_object('userId', users.id, ${namesJson("users")},
      'email', users.email, 'locale', users.locale, 'key', users.username_key,
      'birthday', (SELECT birthday FROM profiles WHERE user_id = users.id))) FROM users WHERE ${named})),
    'trusting', json((SELECT json_group_array(users.id) FROM users WHERE (${named} OR users.id IN (
      SELECT user_id FROM event_members WHERE event_id IN ${targets})) AND ${trusts(caller.userId)})),
    'blocks', json((SELECT json_group_array(id) FROM ${blockedWith(caller.userId)})),
    'lettersSent', ${lettersSentBy(ctx, caller.userId)})`;
}

function readRelations(ctx: RequestContext, json: string): Relations {
  const { people, trusting, blocks, lettersSent } = JSON.parse(json) as {
    people: (Omit<NamedPerson, "age"> & { birthday: string | null })[];
    trusting: number[];
    blocks: number[];
    lettersSent: number;
  };
  return {
    people: people.map(({ birthday, ...person }) => ({ ...person, age: ageOn(ctx.now(), birthday) })),
    trusting: new Set(trusting),
    blocks: new Set(blocks),
    lettersSent,
  };
}

/** The people that a new event names. One statement; none when nobody is named. */
export async function loadRelations(
  ctx: RequestContext,
  caller: Caller,
  names: readonly NameOf[],
): Promise<Relations> {
  if (names.length === 0) return NO_RELATIONS;
  const [row] = await ctx.db.all<{ relations: string }>(
    sql`SELECT ${relationsJson(ctx, caller, names, sql`(NULL)`)} AS relations`,
  );
  return row ? readRelations(ctx, row.relations) : NO_RELATIONS;
}

/** Events by number or uuid, and the people named beside them. One statement. */
export async function loadEvents(
  ctx: RequestContext,
  caller: Caller,
  refs: readonly EventRef[],
  names: readonly NameOf[] = [],
): Promise<{ found: readonly StoredEvent[]; relations: Relations }> {
  const ids = JSON.stringify(refs.flatMap((ref) => ("id" in ref ? [ref.id] : [])));
  const uuids = JSON.stringify(refs.flatMap((ref) => ("uuid" in ref ? [ref.uuid] : [])));
  const named = (table: SQL) => sql`${table}.id IN (SELECT value FROM json_each(${ids}))
    OR ${table}.uuid IN (SELECT value FROM json_each(${uuids}))`;
  const targets = sql`(SELECT t.id FROM events AS t WHERE ${named(sql`t`)})`;
  // Only the first row carries the circle: it is the same for all.
  const isFirst = sql`events.id = (SELECT min(id) FROM ${targets})`;
  const rows = await ctx.db
    .select({
      ...storedFields,
      relations: sql<string | null>`iif(${isFirst}, ${relationsJson(ctx, caller, names, targets)}, NULL)`,
    })
    .from(events)
    .where(named(sql`events`))
    .orderBy(events.id);
  const json = rows[0]?.relations;
  return { found: rows, relations: json ? readRelations(ctx, json) : NO_RELATIONS };
}

/** An event by number or uuid. */
export async function findStored(ctx: RequestContext, ref: EventRef): Promise<StoredEvent | null> {
  const named = "id" in ref ? sql`events.id = ${ref.id}` : sql`events.uuid = ${ref.uuid}`;
  const [row] = await ctx.db.select(storedFields).from(events).where(named);
  return row ?? null;
}
