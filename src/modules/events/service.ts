/** Events: made, listed, changed and removed, one or many in one transaction. */
import { sql } from "drizzle-orm";
import { says } from "../../platform/db/client.ts";
import { commit } from "../../platform/db/outbox.ts";
import type { Caller } from "../../platform/http/caller.ts";
import type { Scope } from "../../platform/runtime.ts";
import { dropFiles } from "../files/index.ts";
import { eventAudit } from "./audit.ts";
import { forgetEvent } from "./gate.ts";
import { changeLetters, letterFacts, letters } from "./letters.ts";
import { eventCancelled, eventCreated } from "./mails.ts";
import { dropMembers, insertMembers } from "./members.ts";
import { eventNotice, noticeOf, tellRooms } from "./notices.ts";
import { type Event, load, type Named, type Person, pick, resolve } from "./queries.ts";
import { foldLocation, hasHappened, mayChange } from "./rules.ts";

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
    caller,
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
  const notices = made.map(({ uuid, name }) => noticeOf(null, uuid, "created", name));
  const effects = [
    ...notices.map(eventNotice.row),
    ...made.flatMap((event) =>
      letters("event.created", eventCreated, event.members, letterFacts(event, event.members)),
    ),
  ];
  const inserted = await commit(scope, insert, effects, [insertMembers(scope, caller, made)]);
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
  await tellRooms(
    scope,
    notices.map((each) => ({ ...each, eventId: ids.get(each.uuid) ?? null })),
  );
  return created;
}

/** What one event is to become. */
interface Update {
  readonly event: Event;
  readonly change: EventChange;
  readonly members: readonly Person[];
}

/** How often a batch looks again when an event began or went away between its reading and its writing. */
const TRIES = 3;

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
  const merged = mergeByUuid(changes);
  const usernames = changes.flatMap((change) => change.participants ?? []);
  for (let tries = 0; tries < TRIES; tries++) {
    const { found, people } = await load(scope, caller, [...merged.keys()], usernames);
    const decided = decide(found, people, merged, caller, scope.now(), strict);
    if (!decided.ok) return decided;
    if (decided.updates.length === 0) return { ok: true, events: [] };
    try {
      const events = await writeUpdates(scope, caller, decided.updates);
      if (events) return { ok: true, events };
    } catch (error) {
      if (says(error, "CHECK constraint failed: events_order")) return { ok: false, reason: "order" };
      throw error;
    }
  }
  return { ok: false, reason: "missing" };
}

/** Which of the changes apply, or why none does. */
function decide(
  found: ReadonlyMap<string, Event>,
  people: readonly Named[],
  changes: ReadonlyMap<string, EventChange>,
  caller: Caller,
  now: number,
  strict: boolean,
): { ok: true; updates: Update[] } | Refused {
  const updates: Update[] = [];
  for (const [uuid, change] of changes) {
    const event = found.get(uuid);
    if (event && !mayChange(event, caller)) return { ok: false, reason: "forbidden", uuid };
    if (!event || hasHappened(event, now)) {
      if (strict) return { ok: false, reason: event ? "past" : "missing" };
      continue;
    }
    const endsAt = change.endsAt ?? event.endsAt;
    if (endsAt !== null && endsAt <= (change.startsAt ?? event.startsAt))
      return { ok: false, reason: "order" };
    const members = change.participants ? pick(people, change.participants, event.members) : event.members;
    updates.push({ event, change, members });
  }
  return { ok: true, updates };
}

/** One transaction; null when an event began or went away meanwhile, and then nothing was written. */
async function writeUpdates(
  scope: Scope,
  caller: Caller,
  updates: readonly Update[],
): Promise<Event[] | null> {
  const now = scope.now();
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
  const events = updates.map(({ event, change, members }) => ({
    ...event,
    ...defined(change),
    members,
    updatedAt: now,
  }));
  const notices = events.map((event) => noticeOf(event.id, event.uuid, "updated", event.name));
  const effects = [
    ...notices.map(eventNotice.row),
    ...updates.flatMap((each, index) => changeLetters(each.event, events[index] ?? each.event)),
  ];
  const replaced = events.filter((_, index) => updates[index]?.change.participants);
  const members =
    replaced.length > 0 ? [dropMembers(scope, replaced), insertMembers(scope, caller, replaced)] : [];
  const audits = updates.flatMap(({ event }, index) =>
    eventAudit(scope, caller, "event.change", event, events[index] ?? null),
  );
  const done = await commit(scope, update, effects, [...members, ...audits], updates.length);
  if (!done) return null;
  await tellRooms(scope, notices);
  return events;
}

/** Removes events, all or none, past ones too; unknown ones are passed over. Their rooms say so and close. */
export async function removeEvents(
  scope: Scope,
  caller: Caller,
  uuids: readonly string[],
): Promise<{ ok: true; events: Event[] } | Refused> {
  for (let tries = 0; tries < TRIES; tries++) {
    const { found } = await load(scope, caller, uuids, []);
    const removed = [...found.values()];
    const foreign = removed.find((event) => !mayChange(event, caller));
    if (foreign) return { ok: false, reason: "forbidden", uuid: foreign.uuid };
    if (removed.length === 0 || (await writeRemovals(scope, caller, removed)))
      return { ok: true, events: removed };
  }
  return { ok: true, events: [] };
}

/** One transaction; false when somebody else removed one of them first, and then nothing was written. */
async function writeRemovals(scope: Scope, caller: Caller, removed: readonly Event[]): Promise<boolean> {
  const notices = removed.map((event) => noticeOf(event.id, event.uuid, "deleted", event.name));
  const cancellations = removed.flatMap((event) =>
    letters("event.cancelled", eventCancelled, event.members, letterFacts(event, event.members)),
  );
  const ids = JSON.stringify(removed.map((event) => event.id));
  const remove = scope.db.run(sql`DELETE FROM events WHERE id IN (SELECT value FROM json_each(${ids}))`);
  const done = await commit(
    scope,
    remove,
    [...notices.map(eventNotice.row), ...cancellations],
    [
      dropFiles(
        scope,
        "event_image",
        removed.map(({ id }) => id),
      ),
      ...removed.flatMap((event) => eventAudit(scope, caller, "event.delete", event, null)),
    ],
    removed.length,
  );
  if (!done) return false;
  for (const { id, uuid } of removed) forgetEvent(id, uuid);
  await tellRooms(scope, notices);
  return true;
}

function mergeByUuid(changes: readonly EventChange[]): Map<string, EventChange> {
  const merged = new Map<string, EventChange>();
  for (const change of changes) merged.set(change.uuid, { ...merged.get(change.uuid), ...defined(change) });
  return merged;
}

function defined<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
