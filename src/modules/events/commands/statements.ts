/** SQL statements that insert and change events, members and requests, for one event or many. */
import { type Placeholder, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { type FixedStatement, fixedText } from "../../../platform/db/fixed-text.ts";
import { inPieces } from "../../../platform/db/outbox.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { type BudgetValues, withinBudget } from "../mail/letters.ts";
import type { EventMember } from "../queries.ts";
import { foldLocation } from "../rules.ts";
import { membershipState, placeState, type StoredEvent } from "./loading.ts";
import type { EventFacts, EventPlan } from "./plans.ts";

/** The column of each fact. `locationKey` is derived from `location`. */
const COLUMNS = {
  name: "name",
  description: "description",
  eventType: "event_type",
  startsAt: "starts_at",
  endsAt: "ends_at",
  timeZone: "time_zone",
  reminderLeads: "reminder_leads",
  cityId: "city_id",
  location: "location",
  locationKey: "location_key",
  price: "price",
  minAge: "min_age",
  maxAge: "max_age",
  minMembers: "min_members",
  maxMembers: "max_members",
  latitude: "latitude",
  longitude: "longitude",
} as const satisfies Record<keyof EventFacts | "locationKey", string>;

const KEYS = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];

function stored(columns: Partial<EventFacts>): Record<string, unknown> {
  const given = Object.fromEntries(
    Object.entries(columns).filter(([key, value]) => key in COLUMNS && value !== undefined),
  );
  return columns.location === undefined ? given : { ...given, locationKey: foldLocation(columns.location) };
}

export interface EventInsert {
  readonly uuid: string;
  readonly facts: EventFacts;
}

/**
 * Inserts events if the letters are within the budget, all or none. An event without a zone gets its creator's. Returns `id`,
 * `uuid` and `timeZone` of each.
 */
export function insertEvents(
  ctx: RequestContext,
  creator: number,
  audience: "public" | "signed_in",
  made: readonly EventInsert[],
  budget: BudgetValues,
): FixedStatement<unknown> {
  const rows = JSON.stringify(made.map(({ uuid, facts }) => ({ uuid, ...stored(facts) })));
  return newEvents({ creator, audience, rows, now: ctx.now(), ...budget });
}

const newEvents = fixedText<
  BudgetValues & { creator: number; audience: string; rows: string; now: number },
  unknown
>((db, value) => {
  const columns = sql.raw(KEYS.map((key) => COLUMNS[key]).join(", "));
  const zone = sql`coalesce(value ->> 'timeZone', (SELECT time_zone FROM users WHERE id = ${value("creator")}))`;
  const values = sql.join(
    KEYS.map((key) => (key === "timeZone" ? zone : sql.raw(`value ->> '${key}'`))),
    sql`, `,
  );
  return db.run(sql`
    INSERT INTO events (uuid, creator_id, audience, room_waits, created_at, updated_at, ${columns})
    SELECT value ->> 'uuid', ${value("creator")}, ${value("audience")}, 1, ${value("now")}, ${value("now")}, ${values}
    FROM json_each(${value("rows")}) WHERE ${budgetGuard(value)} RETURNING id, uuid, time_zone AS timeZone`);
});

const budgetGuard = (value: (name: keyof BudgetValues) => Placeholder) =>
  withinBudget({
    sender: value("sender"),
    charged: value("charged"),
    since: value("since"),
    limit: value("limit"),
  });

/** SQL assignments: a column that is given, also as null, is written; a column that is left out stays. */
const assignments = sql.raw(
  KEYS.map((key) => {
    const path = `'$.columns.${key}'`;
    return `${COLUMNS[key]} = iif(json_type(change.value, ${path}) IS NULL, events.${COLUMNS[key]}, change.value ->> ${path})`;
  }).join(", "),
);

/** A planned change, and the facts that guard it. */
export type PlannedChange = EventPlan & {
  readonly before: Pick<StoredEvent, "id" | "membershipState" | "placeState">;
  /** The degrees are derived from city and address. */
  readonly derivesPlace: boolean;
};

/**
 * Changes events. An event is left alone when somebody else changed the members, limits or place that its plan depends
 * on, and, with `unstarted`, when it has started. The commit checks the row count. Returns `id` and `roomWaits` of each.
 */
export function updateEvents(
  ctx: RequestContext,
  plans: readonly PlannedChange[],
  unstarted: boolean,
  budget: BudgetValues,
): FixedStatement<unknown> {
  const rows = plans.map(({ before, columns, changesSeats, derivesPlace }) => ({
    id: before.id,
    membershipState: changesSeats ? before.membershipState : null,
    placeState: derivesPlace ? before.placeState : null,
    columns: stored(columns),
  }));
  const values = { now: ctx.now(), unstarted: unstarted ? 1 : 0, ...budget };
  return changedEvents({ ...values, rows: JSON.stringify(rows) });
}

const changedEvents = fixedText<BudgetValues & { rows: string; now: number; unstarted: number }, unknown>(
  (db, value) =>
    db.run(sql`
    UPDATE events SET ${assignments}, sequence = events.sequence + 1, updated_at = ${value("now")}
    FROM json_each(${value("rows")}) AS change
    WHERE events.id = change.value ->> 'id' AND (NOT ${value("unstarted")} OR events.starts_at > ${value("now")})
      AND (change.value ->> 'membershipState' IS NULL OR change.value ->> 'membershipState' = ${membershipState})
      AND (change.value ->> 'placeState' IS NULL OR change.value ->> 'placeState' = ${placeState}) AND ${budgetGuard(value)}
    RETURNING id, room_waits AS roomWaits`),
);

/** An event's new set of members. */
export interface MemberSet {
  readonly uuid: string;
  readonly members: readonly EventMember[];
}

/**
 * Adds members to events; present members stay as they are. Events go by uuid because they may be inserted in the same
 * batch. Creators who name themselves and people who asked before take part by their own act; others are only named.
 */
export function insertMembers(
  ctx: RequestContext,
  caller: Caller,
  sets: readonly MemberSet[],
): FixedStatement<unknown>[] {
  const now = ctx.now();
  const rows = sets.flatMap(({ uuid, members }) =>
    members.map(({ userId, isOrganizer }) => ({ uuid, userId, isOrganizer: isOrganizer ? 1 : 0 })),
  );
  return inPieces(rows).map((piece) => newMembers({ rows: piece, caller: caller.userId, now }));
}

const newMembers = fixedText<{ rows: string; caller: number; now: number }, unknown>((db, value) =>
  db.run(sql`INSERT INTO event_members (event_id, user_id, is_organizer, joined_at, accepted_at)
    SELECT e.id, m.value ->> 'userId', m.value ->> 'isOrganizer', ${value("now")},
      iif((e.creator_id = ${value("caller")} AND m.value ->> 'userId' = ${value("caller")})
        OR EXISTS (SELECT 1 FROM participation_requests AS r WHERE r.event_id = e.id
          AND r.user_id = m.value ->> 'userId' AND r.status IN ('Pending', 'Accepted')), ${value("now")}, NULL)
    FROM json_each(${value("rows")}) AS m JOIN events e ON e.uuid = m.value ->> 'uuid'
    WHERE EXISTS (SELECT 1 FROM users WHERE id = m.value ->> 'userId')
    ON CONFLICT DO NOTHING`),
);

/** Removes the members who are not in the new set. */
export function dropMembers(
  ctx: RequestContext,
  sets: readonly { readonly id: number; readonly members: readonly EventMember[] }[],
): BatchItem<"sqlite">[] {
  const rows = sets.map(({ id, members }) => ({ id, keep: members.map(({ userId }) => userId) }));
  return inPieces(rows).map((piece) =>
    ctx.db.run(sql`DELETE FROM event_members WHERE (event_id, user_id) IN (
    SELECT m.event_id, m.user_id FROM json_each(${piece}) AS r
    JOIN event_members m ON m.event_id = r.value ->> 'id'
    WHERE m.user_id NOT IN (SELECT value FROM json_each(r.value -> 'keep')))`),
  );
}

/** Writes the new state of changed requests to take part. */
export function updateRequests(
  ctx: RequestContext,
  caller: Caller,
  settled: EventPlan["requests"],
): BatchItem<"sqlite">[] {
  if (settled.length === 0) return [];
  const rows = settled.map(({ id, status, isWaiting }) => ({ id, status, isWaiting: isWaiting ? 1 : 0 }));
  return [
    ctx.db.run(sql`UPDATE participation_requests AS r SET status = s.value ->> 'status',
      is_waiting = s.value ->> 'isWaiting', updated_at = ${ctx.now()},
      processed_by = iif(r.status = s.value ->> 'status', r.processed_by, ${caller.userId})
    FROM json_each(${JSON.stringify(rows)}) AS s WHERE r.id = s.value ->> 'id'`),
  ];
}
