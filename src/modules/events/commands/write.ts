/**
 * The one writer of events: creates and changes them, one or many in one transaction, for the API of every app. A dialect
 * resolves its names and words the answers; capacity, ages, dates, the waiting list, blocks and letters are decided here.
 */
import { sql } from "drizzle-orm";
import { type BatchStatement, says } from "../../../platform/db/client.ts";
import { commit, type Effect } from "../../../platform/db/outbox.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { noticeEffects, noticeRows } from "../../notifications/index.ts";
import { recheckAfterChange } from "../co-participants.ts";
import { eventAudit } from "../console/audit.ts";
import type { EventDetails } from "../details/queries.ts";
import { placesOf } from "../geo/geocoding.ts";
import { budgetValues, type Mailing } from "../mail/letters.ts";
import { archiveNotices, roomNotice, roomNoticeEffects } from "../notices.ts";
import { announceChanges, announceCreations } from "./announcements.ts";
import { type EventRef, loadEvents, loadRelations, type NameOf, type StoredEvent } from "./loading.ts";
import { type EventPicture, pictureOf } from "./pictures.ts";
import {
  admitChange,
  type EventFacts,
  type EventFault,
  type EventPlan,
  type EventPolicy,
  planEvent,
} from "./plans.ts";
import { dropMembers, insertEvents, insertMembers, updateEvents, updateRequests } from "./statements.ts";

export interface EventDraft extends EventPicture {
  readonly facts: EventFacts;
  /** The members; a creator who organizes is added to them. */
  readonly names: readonly NameOf[];
}

/** Facts that are given change; `names` replaces the whole set of members. */
export interface EventChange extends EventPicture {
  readonly ref: EventRef;
  readonly facts: Partial<EventFacts>;
  readonly names?: readonly NameOf[] | undefined;
}

export type WriteResult<Of> =
  | { readonly ok: true; readonly events: readonly Of[] }
  | (EventFault & { readonly ok: false });

/** How often a write is tried when its facts change between the read and the write. */
const TRIES = 8;

const refused = (fault: EventFault) => ({ ok: false, ...fault }) as const;

interface Inserted {
  readonly id: number;
  readonly uuid: string;
  readonly timeZone: string | null;
}

/** Creates events, all or none, and returns them in the order given. */
export async function createEvents(
  ctx: RequestContext,
  caller: Caller,
  drafts: readonly EventDraft[],
  policy: EventPolicy,
): Promise<WriteResult<EventDetails>> {
  if (drafts.length === 0) return { ok: true, events: [] };
  const named = drafts.map(({ names }) =>
    policy.creatorOrganizes ? [{ id: caller.userId }, ...names] : names,
  );
  const picture = pictureOf(ctx, caller.userId, null, drafts[0]);
  for (let tries = 0; tries < TRIES; tries++) {
    const relations = await loadRelations(ctx, caller, named.flat());
    const plans: EventPlan<null>[] = [];
    for (const [index, { facts }] of drafts.entries()) {
      const zoned = { ...facts, timeZone: facts.timeZone ?? relations.callerZone };
      const plan = planEvent(null, zoned, named[index] ?? [], relations, policy, caller, ctx.now());
      if ("reason" in plan) return refused(plan);
      plans.push(plan);
    }
    const made = plans.map((plan) => ({ ...plan, uuid: crypto.randomUUID() as string }));
    const { places, lookups } = await placesOf(
      ctx,
      made.map(({ uuid, facts }) => ({ before: null, after: { ...facts, uuid }, change: facts })),
    );
    const placed = made.map((plan, index) => ({ ...plan, facts: { ...plan.facts, ...places[index] } }));
    const announcements = await announceCreations(ctx, caller, relations, placed, policy);
    const budget = budgetValues(ctx, caller, announcements.charged);
    const insert = insertEvents(ctx, caller.userId, policy.audience, placed, budget);
    const notices = placed.map(({ uuid, facts }) => roomNotice(null, uuid, "created", facts.name));
    const done = await write(ctx, insert, announcements, {
      effects: lookups,
      rest: [
        ...archiveNotices(ctx, notices),
        ...insertMembers(ctx, caller, placed),
        ...(await picture.keep(sql`(SELECT id FROM events WHERE uuid = ${placed[0]?.uuid})`)),
      ],
      count: drafts.length,
    });
    if (!done) continue;
    const inserted = new Map((done.results as Inserted[]).map((row) => [row.uuid, row]));
    const at = ctx.now();
    const events = placed.map(({ uuid, facts, members }) => {
      const { id = 0, timeZone = facts.timeZone } = inserted.get(uuid) ?? {};
      const stamps = { creatorId: caller.userId, sequence: 0, createdAt: at, updatedAt: at };
      return { ...facts, id, uuid, timeZone, members, audience: policy.audience, ...stamps };
    });
    return { ok: true, events };
  }
  return refused({ reason: "moved" });
}

/** Changes events, all or none. One event that the caller may not change refuses the whole batch. */
export async function changeEvents(
  ctx: RequestContext,
  caller: Caller,
  changes: readonly EventChange[],
  policy: EventPolicy,
): Promise<WriteResult<EventDetails>> {
  const merged = mergeByRef(changes);
  const names = merged.flatMap((change) => change.names ?? []);
  let picture: ReturnType<typeof pictureOf> | null = null;
  for (let tries = 0; tries < TRIES; tries++) {
    const refs = merged.map(({ ref }) => ref);
    const { found, relations } = await loadEvents(ctx, caller, refs, names);
    const byRef = new Map(
      found.flatMap((event): [string | number, StoredEvent][] => [
        [event.id, event],
        [event.uuid, event],
      ]),
    );
    const plans: EventPlan<StoredEvent>[] = [];
    for (const { ref, facts, names } of merged) {
      const event = admitChange(byRef.get(keyOf(ref)), caller, policy, ctx.now());
      if (!event) continue;
      if ("reason" in event) return refused(event);
      const plan = planEvent(event, facts, names, relations, policy, caller, ctx.now());
      if ("reason" in plan) return refused(plan);
      plans.push(plan);
    }
    const [first] = plans;
    if (!first) return { ok: true, events: [] };
    picture ??= pictureOf(ctx, first.before.creatorId ?? caller.userId, first.before.id, changes[0]);
    const { planned, lookups } = await withPlaces(ctx, plans);
    const at = ctx.now();
    const events = planned.map(({ before, facts, members }) => ({
      ...before,
      ...facts,
      members,
      sequence: before.sequence + 1,
      updatedAt: at,
    }));
    const announcements = await announceChanges(ctx, caller, relations, planned, events);
    const budget = budgetValues(ctx, caller, announcements.charged);
    const update = updateEvents(ctx, planned, policy.started !== "change", budget);
    const notices = events.map(({ id, uuid, name }) => roomNotice(id, uuid, "updated", name));
    const done = await write(ctx, update, announcements, {
      effects: [
        ...roomNoticeEffects(notices),
        ...lookups,
        ...planned.flatMap(({ before }, index) => recheckAfterChange(before, events[index] ?? before, at)),
      ],
      rest: [
        ...archiveNotices(
          ctx,
          // A room that has begun does not wait again.
          notices.filter((_, index) => planned[index]?.before.roomWaits),
        ),
        ...membershipOf(ctx, caller, planned),
        ...(await picture.keep()),
        ...planned.flatMap(({ before }, index) =>
          eventAudit(ctx, caller, "event.change", before, events[index] ?? null),
        ),
      ],
      count: planned.length,
    });
    if (!done) continue;
    return { ok: true, events };
  }
  return refused({ reason: "moved" });
}

const keyOf = (ref: EventRef) => ("id" in ref ? ref.id : ref.uuid);

/** Merges several changes of one event into one. The later value wins. */
function mergeByRef(changes: readonly EventChange[]): EventChange[] {
  const merged = new Map<string | number, EventChange>();
  for (const change of changes) {
    const key = keyOf(change.ref);
    const former = merged.get(key);
    const names = change.names ?? former?.names;
    merged.set(key, { ...former, ...change, names, facts: { ...former?.facts, ...defined(change.facts) } });
  }
  return [...merged.values()];
}

function defined<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

/** Adds to each plan the place of its event. */
async function withPlaces(ctx: RequestContext, plans: readonly EventPlan<StoredEvent>[]) {
  const moves = plans.map(({ before, facts, columns }) => ({
    before,
    after: { ...facts, uuid: before.uuid },
    change: columns,
  }));
  const { places, lookups } = await placesOf(ctx, moves);
  const planned = plans.map((plan, index) => ({
    ...plan,
    derivesPlace: Object.keys(places[index] ?? {}).length > 0,
    columns: { ...plan.columns, ...places[index] },
    facts: { ...plan.facts, ...places[index] },
  }));
  return { planned, lookups };
}

/** The statements that write replaced member sets and changed requests. */
function membershipOf(
  ctx: RequestContext,
  caller: Caller,
  plans: readonly EventPlan<StoredEvent>[],
): BatchStatement[] {
  const sets = plans
    .filter(({ replacesMembers }) => replacesMembers)
    .map(({ before: { id, uuid }, members }) => ({ id, uuid, members }));
  return [
    ...dropMembers(ctx, sets),
    ...insertMembers(ctx, caller, sets),
    ...updateRequests(
      ctx,
      caller,
      plans.flatMap(({ requests }) => requests),
    ),
  ];
}

/** Writes one transaction. Null when a guard no longer held: then nothing was written. */
async function write(
  ctx: RequestContext,
  change: BatchStatement,
  { effects, notices }: Mailing,
  more: { effects: readonly Effect[]; rest: readonly BatchStatement[]; count: number },
): Promise<{ results: unknown[] } | null> {
  const all = [...more.effects, ...effects, ...noticeEffects(notices)];
  const rest = [...more.rest, ...(notices.length > 0 ? [noticeRows(ctx, notices)] : [])];
  const done = await commit(ctx, change, all, rest, more.count).catch((error: unknown) => {
    if (says(error, "CHECK constraint failed: events_order")) return null;
    throw error;
  });
  if (!done) return null;
  return done as { results: unknown[] };
}
