/** Reads the facts for a write in one statement: the events, the people named, and their relations to the caller. */
import { eq, type Placeholder, type SQL, sql } from "drizzle-orm";
import { fixedText, runFixed } from "../../../platform/db/fixed-text.ts";
import { type LettersWindow, lettersSentBy, lettersWindow } from "../../../platform/db/outbox.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { Locale } from "../../../platform/http/text.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { isNamedBy, type NameLists, nameLists } from "../../identity/index.ts";
import { takesPushes, wantsLetters } from "../../notifications/index.ts";
import { ageOn, areFriends, blockedWith } from "../../social/index.ts";
import { type EventDetails, eventDetailFields } from "../details/queries.ts";
import { type EventMember, namesJson } from "../queries.ts";
import type { JoinRequest, Seating } from "../rules.ts";
import { events } from "../tables.ts";

/** An event's number or uuid. */
export type EventRef = { readonly id: number } | { readonly uuid: string };

/** A person as a request names them: by number or username. */
export type NameOf = { readonly id: number } | { readonly username: string };

/** An event with all facts that a change of it depends on. */
export interface StoredEvent extends EventDetails, Seating {
  readonly members: readonly EventMember[];
  readonly requests: readonly JoinRequest[];
  /** Limits, members and requests in one text. A write that depends on them is guarded by this text. */
  readonly membershipState: string;
  /** City, address and degrees in one text. A write that derives the degrees is guarded by this text. */
  readonly placeState: string;
  /** Nobody had entered the event's room when it was read. */
  readonly roomWaits: boolean;
  /** Users whom the creator has blocked or who have blocked the creator. */
  readonly creatorBlocks: ReadonlySet<number>;
}

/** A user whom a request may name as a member. */
export interface NamedPerson {
  readonly userId: number;
  readonly username: string;
  readonly hiddenUsername: string | null;
  readonly email: string | null;
  readonly locale: Locale;
  readonly timeZone: string | null;
  readonly key: string;
  readonly age: number | null;
}

/** The caller's relations to the people whom a write concerns. */
export interface Relations {
  readonly people: readonly NamedPerson[];
  /** Users who have accepted something from the caller. Letters to them are not counted. */
  readonly trusting: ReadonlySet<number>;
  /** Those of the people concerned who have a device that takes pushes. */
  readonly reachable: ReadonlySet<number>;
  /** Users who have blocked the caller or whom the caller has blocked. */
  readonly blocks: ReadonlySet<number>;
  /** Users who want no letters about changes of events. */
  readonly withoutLetters: ReadonlySet<number>;
  /** Letters charged to the caller's budget in the current window. */
  readonly lettersSent: number;
  /** The caller's time zone, IANA name; null: not chosen, or not read. */
  readonly callerZone: string | null;
}

export const NO_RELATIONS: Relations = {
  people: [],
  trusting: new Set(),
  reachable: new Set(),
  blocks: new Set(),
  withoutLetters: new Set(),
  lettersSent: 0,
  callerZone: null,
};

/** SQL value in a statement on `events`: the event's limits, members and requests as text. */
export const membershipState = sql<string>`json_array(events.max_members, events.min_members, events.min_age, events.max_age,
  (SELECT json_group_array(user_id ORDER BY user_id) FROM event_members WHERE event_id = events.id),
  (SELECT json_group_array(json_array(id, status, is_waiting) ORDER BY id) FROM participation_requests
    WHERE event_id = events.id))`;

/** SQL value in a statement on `events`: the event's city, address and degrees as text. */
export const placeState = sql<string>`json_array(events.city_id, events.location, events.latitude, events.longitude)`;

const requestsJson = sql<string>`(SELECT json_group_array(json_object('id', id, 'userId', user_id, 'status', status,
  'isWaiting', is_waiting) ORDER BY created_at, id) FROM participation_requests WHERE event_id = events.id)`;

const readRequests = (json: string): JoinRequest[] =>
  (JSON.parse(json) as (Omit<JoinRequest, "isWaiting"> & { isWaiting: number })[]).map((request) => ({
    ...request,
    isWaiting: request.isWaiting === 1,
  }));

const readIds = (json: string): ReadonlySet<number> => new Set(JSON.parse(json) as number[]);

/** The columns of a `StoredEvent`. */
export const storedFields = {
  ...eventDetailFields,
  creatorIsStaff:
    sql<boolean>`coalesce((SELECT is_staff FROM users WHERE id = events.creator_id), 0)`.mapWith(
      (value) => value === 1,
    ),
  requests: requestsJson.mapWith(readRequests),
  membershipState,
  placeState,
  roomWaits: events.roomWaits,
  creatorBlocks: sql`(SELECT json_group_array(id) FROM ${blockedWith(events.creatorId)})`.mapWith(readIds),
};

/** SQL condition on `users`: the user has accepted a friendship with the sender or an event of the sender's. */
const trusts = (sender: SQL) => sql`(${areFriends(sql`users.id`, sender)} OR EXISTS (
  SELECT 1 FROM event_members AS taken JOIN events AS made ON made.id = taken.event_id
  WHERE taken.user_id = users.id AND taken.accepted_at IS NOT NULL AND made.creator_id = ${sender}))`;

/** What `relationsJson` is given. */
type RelationValues = NameLists &
  LettersWindow & {
    readonly caller: number;
    /** Numbers of people, a JSON array. */
    readonly people: string;
  };

function relationValues(ctx: RequestContext, caller: Caller, names: readonly NameOf[]): RelationValues {
  return {
    caller: caller.userId,
    people: JSON.stringify(names.flatMap((name) => ("id" in name ? [name.id] : []))),
    ...nameLists(names.flatMap((name) => ("username" in name ? [name.username] : []))),
    ...lettersWindow(ctx),
  };
}

/** Staff find people by names that others may not look for. */
type Viewer = "staff" | "person";
const viewerOf = ({ isStaff }: Caller): Viewer => (isStaff ? "staff" : "person");

/** SQL value: `Relations` as JSON. `targets`: events whose members are concerned, beside the people named. */
function relationsJson(
  viewer: Viewer,
  value: (name: keyof RelationValues) => Placeholder,
  targets: SQL,
): SQL<string> {
  const caller = sql`${value("caller")}`;
  const lists = { keys: value("keys"), aliases: value("aliases") };
  const named = sql`users.id IN (SELECT value FROM json_each(${value("people")}))
    OR ${isNamedBy(viewer === "staff" ? viewer : caller, lists)}`;
  const concerned = sql`(${named} OR users.id IN (SELECT user_id FROM event_members WHERE event_id IN ${targets}))`;
  return sql<string>`json_object(
    'people', json((SELECT json_group_array(json_object('userId', users.id, ${namesJson("users")},
      'email', users.email, 'locale', users.locale, 'timeZone', users.time_zone, 'key', users.username_key,
      'birthday', (SELECT birthday FROM profiles WHERE user_id = users.id))) FROM users WHERE ${named})),
    'concerned', json((SELECT json_group_array(json_array(users.id, ${trusts(caller)},
      ${takesPushes(sql`users.id`)}, ${wantsLetters("event_changes", sql`users.id`)})) FROM users WHERE ${concerned})),
    'blocks', json((SELECT json_group_array(id) FROM ${blockedWith(caller)})),
    'lettersSent', ${lettersSentBy(caller, { since: value("since"), limit: value("limit") })},
    'callerZone', (SELECT time_zone FROM users WHERE id = ${caller}))`;
}

function readRelations(ctx: RequestContext, json: string): Relations {
  const { people, concerned, blocks, lettersSent, callerZone } = JSON.parse(json) as {
    people: (Omit<NamedPerson, "age"> & { birthday: string | null })[];
    /** Each with 1 or 0: whether they trust the caller, take pushes, and want letters about changes. */
    concerned: [id: number, trusts: number, takesPushes: number, wantsLetters: number][];
    blocks: number[];
    lettersSent: number;
    callerZone: string | null;
  };
  return {
    people: people.map(({ birthday, ...person }) => ({ ...person, age: ageOn(ctx.now(), birthday) })),
    trusting: new Set(concerned.flatMap(([id, trusts]) => (trusts ? [id] : []))),
    reachable: new Set(concerned.flatMap(([id, , takes]) => (takes ? [id] : []))),
    blocks: new Set(blocks),
    withoutLetters: new Set(concerned.flatMap(([id, , , wants]) => (wants ? [] : [id]))),
    lettersSent,
    callerZone,
  };
}

/** The relations to the people whom a new event names. One statement; none when nobody is named. */
export async function loadRelations(
  ctx: RequestContext,
  caller: Caller,
  names: readonly NameOf[],
): Promise<Relations> {
  if (names.length === 0) return NO_RELATIONS;
  const statement = RELATIONS[viewerOf(caller)](relationValues(ctx, caller, names));
  const [row] = await runFixed(ctx.db, statement);
  return row ? readRelations(ctx, row.relations) : NO_RELATIONS;
}

const relationsFor = (viewer: Viewer) =>
  fixedText<RelationValues, { relations: string }[]>((db, value) =>
    db.select({ relations: relationsJson(viewer, value, sql`(NULL)`) }).from(sql`(SELECT 1)`),
  );

const RELATIONS = { staff: relationsFor("staff"), person: relationsFor("person") };

/** Events by number or uuid, with the relations to their members and the people named. One statement. */
export async function loadEvents(
  ctx: RequestContext,
  caller: Caller,
  refs: readonly EventRef[],
  names: readonly NameOf[] = [],
): Promise<{ found: readonly StoredEvent[]; relations: Relations }> {
  const statement = EVENTS[viewerOf(caller)]({
    ...relationValues(ctx, caller, names),
    ids: JSON.stringify(refs.flatMap((ref) => ("id" in ref ? [ref.id] : []))),
    uuids: JSON.stringify(refs.flatMap((ref) => ("uuid" in ref ? [ref.uuid] : []))),
  });
  const rows = await runFixed(ctx.db, statement);
  const json = rows[0]?.relations;
  return { found: rows, relations: json ? readRelations(ctx, json) : NO_RELATIONS };
}

type EventValues = RelationValues & { readonly ids: string; readonly uuids: string };

const eventsFor = (viewer: Viewer) =>
  fixedText<EventValues, (StoredEvent & { relations: string | null })[]>((db, value) => {
    const named = (table: SQL) => sql`${table}.id IN (SELECT value FROM json_each(${value("ids")}))
      OR ${table}.uuid IN (SELECT value FROM json_each(${value("uuids")}))`;
    const targets = sql`(SELECT t.id FROM events AS t WHERE ${named(sql`t`)})`;
    // The relations are the same for all rows, so only the first row carries them.
    const isFirst = sql`events.id = (SELECT min(id) FROM ${targets})`;
    return db
      .select({
        ...storedFields,
        relations: sql<string | null>`iif(${isFirst}, ${relationsJson(viewer, value, targets)}, NULL)`,
      })
      .from(events)
      .where(named(sql`events`))
      .orderBy(events.id);
  });

const EVENTS = { staff: eventsFor("staff"), person: eventsFor("person") };

/** An event by number or uuid. */
export async function findStored(ctx: RequestContext, ref: EventRef): Promise<StoredEvent | null> {
  const [row] = await runFixed(ctx.db, "id" in ref ? eventById(ref) : eventByUuid(ref));
  return row ?? null;
}

const eventById = fixedText<{ id: number }, StoredEvent[]>((db, value) =>
  db
    .select(storedFields)
    .from(events)
    .where(eq(events.id, value("id"))),
);

const eventByUuid = fixedText<{ uuid: string }, StoredEvent[]>((db, value) =>
  db
    .select(storedFields)
    .from(events)
    .where(eq(events.uuid, value("uuid"))),
);
