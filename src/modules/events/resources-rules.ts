/** What goes along with an event that staff makes, changes or deletes: its place, its room's notice, letters. */
import { and, eq } from "drizzle-orm";
import type { Caller } from "../../platform/http/caller.ts";
import { invalid, notFound } from "../../platform/http/errors.ts";
import type { Audit, Change, Consequences, Subject, Values } from "../../platform/resources/resource.ts";
import type { Scope } from "../../platform/runtime.ts";
import { pushNotices } from "../notifications/index.ts";
import { findGathering, type Gathering } from "./gatherings.ts";
import { placeFor } from "./geocoding.ts";
import { changeLetters } from "./letters.ts";
import { planFaults } from "./messages.ts";
import { eventNotice, noticeOf, tellRooms } from "./notices.ts";
import { offerWithout } from "./participation.ts";
import { foldLocation, planFault } from "./rules.ts";
import { removeEvents } from "./service.ts";
import { participationRequests } from "./tables.ts";

/** Field of the console → of an event. */
const FIELDS = {
  name: "name",
  event_type: "eventType",
  starts_at: "startsAt",
  ends_at: "endsAt",
  city: "cityId",
  location: "location",
  description: "description",
  price: "price",
  min_age: "minAge",
  max_age: "maxAge",
  min_members: "minMembers",
  max_members: "maxMembers",
} as const satisfies Record<string, keyof Gathering>;

function factsOf(values: Values): Partial<Gathering> {
  const named = Object.entries(FIELDS).filter(([name]) => name in values);
  return Object.fromEntries(named.map(([name, key]) => [key, values[name]]));
}

const BLANK = { cityId: null, location: "", endsAt: null, latitude: null, longitude: null, members: [] };
const UNLIMITED = { minAge: null, maxAge: null, minMembers: null, maxMembers: null };

export async function eventConsequences(scope: Scope, change: Change): Promise<Consequences> {
  const { before, values, caller } = change;
  const known = before ? await findGathering(scope, Number(before.id)) : null;
  if (before && !known) throw notFound();
  const facts = factsOf(values);
  const uuid = known?.uuid ?? crypto.randomUUID();
  const after = { ...BLANK, ...UNLIMITED, ...known, ...facts, uuid } as Gathering;
  const fault = planFault(after, 0);
  if (fault) throw invalid({ non_field_errors: planFaults[fault][1] });
  const { place, effects } = await placeFor(scope, known, after, facts);
  const notice = noticeOf(known?.id ?? null, uuid, known ? "updated" : "created", after.name);
  return {
    set: {
      ...place,
      ...("location" in facts ? { locationKey: foldLocation(after.location) } : {}),
      ...(known ? {} : { uuid, creatorId: caller.userId }),
    },
    effects: [eventNotice.row(notice), ...(known ? changeLetters(known, after) : []), ...effects],
    after: () => tellRooms(scope, [notice]),
  };
}

/** As from any door: whoever takes part hears of it, and the room closes. The log keeps it when it was somebody else's. */
export async function removeEvent(
  scope: Scope,
  caller: Caller,
  { row }: Subject,
  _audit: Audit,
): Promise<boolean> {
  const removed = await removeEvents(scope, caller, [String(row.uuid)]);
  return removed.ok && removed.events.length > 0;
}

/** Whoever is taken out has asked for nothing any more, and the place goes to whoever waits longest. */
export async function memberRemoval(scope: Scope, { row }: Subject): Promise<Consequences> {
  const [eventId, userId] = [Number(row.event), Number(row.user)];
  const offer = await offerWithout(scope, eventId, userId);
  const { userId: whose, eventId: where } = participationRequests;
  const request = scope.db.delete(participationRequests).where(and(eq(where, eventId), eq(whose, userId)));
  if (!offer) return { rest: [request] };
  const { unmoved, effects, rest, notices } = offer;
  return {
    where: unmoved,
    effects,
    rest: [request, ...rest],
    after: async () => pushNotices(scope, notices),
  };
}
