/** Consequences of changes to events and members in the console. The rules are those of the APIs. */
import { and, eq, sql } from "drizzle-orm";
import type { Caller } from "../../../platform/http/caller.ts";
import { invalid, notFound } from "../../../platform/http/errors.ts";
import { noSuchKey } from "../../../platform/http/input/strict-fields.ts";
import { fill } from "../../../platform/http/messages.ts";
import type { Audit, Change, Consequences, Subject, Values } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { noticeEffects, noticeRows } from "../../notifications/index.ts";
import { acceptedMemberIds, recheckAfterChange, recheckParticipants } from "../co-participants.ts";
import { announceChanges } from "../commands/announcements.ts";
import { findStored, loadEvents, membershipState, NO_RELATIONS, placeState } from "../commands/loading.ts";
import { BLANK, type EventFacts, type EventFault, type EventPolicy, planEvent } from "../commands/plans.ts";
import { removeEvents } from "../commands/removal.ts";
import { updateRequests } from "../commands/statements.ts";
import { placeFor } from "../geo/geocoding.ts";
import { budgetValues, letterFacts, noticesOf, withinBudget } from "../mail/letters.ts";
import { memberFaults, planFaults } from "../messages.ts";
import { archiveNotices, roomNotice, roomNoticeEffects } from "../notices.ts";
import { offerAfterRemoval } from "../participation/commands.ts";
import { seatsOf } from "../participation/waitlist.ts";
import { foldLocation } from "../rules.ts";
import { events, participationRequests } from "../tables.ts";

/** In the console staff changes events at any time and names people by id. */
const policy: EventPolicy = {
  audience: "public",
  creatorOrganizes: false,
  unknownNames: "refuse",
  started: "change",
  missing: "refuse",
};

/** Field of the console → fact of an event. */
const FIELDS = {
  name: "name",
  event_type: "eventType",
  starts_at: "startsAt",
  ends_at: "endsAt",
  time_zone: "timeZone",
  reminders: "reminderLeads",
  city: "cityId",
  location: "location",
  description: "description",
  price: "price",
  min_age: "minAge",
  max_age: "maxAge",
  min_members: "minMembers",
  max_members: "maxMembers",
} as const satisfies Record<string, keyof EventFacts>;

function factsOf(values: Values): Partial<EventFacts> {
  const named = Object.entries(FIELDS).filter(([name]) => name in values);
  return Object.fromEntries(named.map(([name, key]) => [key, values[name]]));
}

/** The fault under the console's field that it belongs to. */
function refused(fault: EventFault, field: "non_field_errors" | "user") {
  switch (fault.reason) {
    case "plan":
      return invalid({ non_field_errors: planFaults[fault.fault][1] });
    case "unknown":
      return invalid({ [field]: noSuchKey("id" in fault.name ? fault.name.id : 0) });
    case "age":
    case "over":
      return invalid({ [field]: fill(memberFaults[fault.reason], { name: fault.username }) });
    default:
      return notFound();
  }
}

/** Consequences of creating or changing an event: place, requests, notices and letters. */
export async function eventConsequences(ctx: RequestContext, change: Change): Promise<Consequences> {
  const { before, values, caller } = change;
  const columns = factsOf(values);
  if (!before) return creation(ctx, caller, { ...BLANK, ...columns } as EventFacts);
  const id = Number(before.id);
  const { found, relations } = await loadEvents(ctx, caller, [{ id }]);
  const [known] = found;
  if (!known) throw notFound();
  const plan = planEvent(known, columns, undefined, relations, policy, caller, ctx.now());
  if ("reason" in plan) throw refused(plan, "non_field_errors");
  const { place, effects } = await placeFor(ctx, known, { ...plan.facts, uuid: known.uuid }, columns);
  const { sequence } = known;
  const after = { ...known, ...plan.facts, ...place, sequence: sequence + 1, updatedAt: ctx.now() };
  const told = await announceChanges(ctx, caller, relations, [plan], [after]);
  const notice = roomNotice(id, known.uuid, "updated", after.name);
  return {
    set: { ...place, ...keyOf(columns), sequence: sql`${events.sequence} + 1` },
    where: and(
      withinBudget(budgetValues(ctx, caller, told.charged)),
      plan.changesSeats ? sql`${membershipState} = ${known.membershipState}` : undefined,
      Object.keys(place).length > 0 ? sql`${placeState} = ${known.placeState}` : undefined,
    ),
    effects: [
      ...roomNoticeEffects([notice]),
      ...told.effects,
      ...noticeEffects(told.notices),
      ...effects,
      ...recheckAfterChange(known, after, ctx.now()),
    ],
    rest: [
      ...archiveNotices(ctx, known.roomWaits ? [notice] : []),
      ...updateRequests(ctx, caller, plan.requests),
      noticeRows(ctx, told.notices),
    ],
  };
}

/** The folded location for searches, when the location is written. */
const keyOf = ({ location }: Partial<EventFacts>) =>
  location === undefined ? {} : { locationKey: foldLocation(location) };

async function creation(ctx: RequestContext, caller: Caller, facts: EventFacts): Promise<Consequences> {
  const plan = planEvent(null, facts, undefined, NO_RELATIONS, policy, caller, ctx.now());
  if ("reason" in plan) throw refused(plan, "non_field_errors");
  const uuid = crypto.randomUUID();
  const { place, effects } = await placeFor(ctx, null, { ...facts, uuid }, facts);
  const notice = roomNotice(null, uuid, "created", facts.name);
  return {
    set: { ...place, ...keyOf(facts), uuid, creatorId: caller.userId, roomWaits: true },
    effects,
    rest: archiveNotices(ctx, [notice]),
  };
}

/** Deletes an event as the APIs do: its members are told, its room closes, and the deletion is audited. */
export async function removeEvent(
  ctx: RequestContext,
  caller: Caller,
  { row }: Subject,
  _audit: Audit,
): Promise<boolean> {
  const removed = await removeEvents(ctx, caller, [{ uuid: String(row.uuid) }]);
  return removed.ok && removed.events.length > 0;
}

/**
 * Consequences of adding a member: the same rules as for a name in the APIs. There must be a free seat, and nobody is
 * added to the event of a creator whom they have blocked. The member is told in the app.
 */
export async function memberConsequences(ctx: RequestContext, change: Change): Promise<Consequences> {
  const { before, values, caller } = change;
  if (before) return {};
  const [id, userId] = [Number(values.event), Number(values.user)];
  const { found, relations } = await loadEvents(ctx, caller, [{ id }], [{ id: userId }]);
  const [event] = found;
  if (!event) throw invalid({ event: noSuchKey(id) });
  const known = event.members.map((member) => ({ ...member, key: "", age: null }));
  const everybody = { ...relations, people: [...known, ...relations.people] };
  const names = [...event.members, { userId }].map((member) => ({ id: member.userId }));
  const plan = planEvent(event, {}, names, everybody, policy, caller, ctx.now());
  if ("reason" in plan) throw refused(plan, "user");
  const asked = event.requests.some((request) => request.userId === userId && request.status !== "Declined");
  const facts = letterFacts(ctx, event, plan.members);
  const told = plan.members
    .filter((member) => member.userId === userId && userId !== caller.userId)
    .map((person) => ({ action: "created" as const, uuid: event.uuid, person, facts }));
  const notices = noticesOf(told);
  // If somebody else took the last seat since the read, this violates the check `events_order` and aborts the transaction.
  const crowded = ctx.db.run(sql`UPDATE events SET ends_at = starts_at
    WHERE id = ${id} AND max_members < ${seatsOf(id)}`);
  return {
    set: { joinedAt: ctx.now(), acceptedAt: asked ? ctx.now() : null },
    effects: noticeEffects(notices),
    rest: [crowded, ...updateRequests(ctx, caller, plan.requests), noticeRows(ctx, notices)],
  };
}

/** Consequences of removing a member: their request goes, and their seat is offered to the waiting list. */
export async function memberRemoval(ctx: RequestContext, { row }: Subject): Promise<Consequences> {
  const [eventId, userId] = [Number(row.event), Number(row.user)];
  const event = await findStored(ctx, { id: eventId });
  const { userId: whose, eventId: where } = participationRequests;
  const request = ctx.db.delete(participationRequests).where(and(eq(where, eventId), eq(whose, userId)));
  if (!event) return { rest: [request] };
  const { guard, effects, rest } = await offerAfterRemoval(ctx, event, userId);
  return {
    where: guard,
    effects: [...effects, ...recheckParticipants(event, acceptedMemberIds(event.members), ctx.now())],
    rest: [request, ...rest],
  };
}
