/** Plans a new or changed event before anything is written. Pure: facts in, the plan or a fault out. */
import type { Caller } from "../../../platform/http/caller.ts";
import { aliasOf, foldUsername } from "../../identity/index.ts";
import type { EventMember } from "../queries.ts";
import {
  freeSeats,
  hasHappened,
  isOver,
  type Limits,
  mayChange,
  newcomerFault,
  type PlanFault,
  planFault,
  type SettledRequest,
  seatsTaken,
  settleRequests,
} from "../rules.ts";
import type { NamedPerson, NameOf, Relations, StoredEvent } from "./loading.ts";

/** The columns that people fill in. */
export interface EventFacts extends Limits {
  readonly name: string;
  readonly description: string;
  readonly eventType: string;
  /** Epoch ms. */
  readonly startsAt: number;
  readonly endsAt: number | null;
  /** IANA name; null: the default of the settings. */
  readonly timeZone: string | null;
  /** Minutes before the start at which members are reminded, the longest first; null: the default. */
  readonly reminderLeads: readonly number[] | null;
  readonly cityId: number | null;
  /** The address; empty for none. */
  readonly location: string;
  /** Minor units. */
  readonly price: number;
  /** Degrees, given by the organizer or derived from city and address. */
  readonly latitude: number | null;
  readonly longitude: number | null;
}

/** The facts of an event that has a name and a start only. */
export const BLANK = {
  description: "",
  eventType: "",
  endsAt: null,
  timeZone: null,
  reminderLeads: null,
  cityId: null,
  location: "",
  price: 0,
  minAge: null,
  maxAge: null,
  minMembers: null,
  maxMembers: null,
  latitude: null,
  longitude: null,
} as const satisfies Partial<EventFacts>;

/** What differs from one app's clients to the next when they write events. */
export interface EventPolicy {
  /** Who may read events that are created through this API. */
  readonly audience: "public" | "signed_in";
  /** Whether the creator is the event's first member and organizer. */
  readonly creatorOrganizes: boolean;
  /** Names of unknown or blocked people. */
  readonly unknownNames: "refuse" | "skip";
  /** Changes of events that have started. */
  readonly started: "refuse" | "skip" | "change";
  /** Changes of events that do not exist. */
  readonly missing: "refuse" | "skip";
}

/** Why nothing was written. */
export type EventFault =
  | { readonly reason: "missing" | "past" | "moved" }
  | { readonly reason: "forbidden"; readonly uuid: string }
  | { readonly reason: "plan"; readonly fault: PlanFault }
  | { readonly reason: "unknown"; readonly name: NameOf }
  | { readonly reason: "age" | "over"; readonly username: string };

/** An event as it will be, and which rows change with it. */
export interface EventPlan<Known extends StoredEvent | null = StoredEvent | null> {
  readonly before: Known;
  readonly facts: EventFacts;
  /** The columns to write. */
  readonly columns: Partial<EventFacts>;
  readonly members: readonly EventMember[];
  /** Members or limits change: the write is guarded against concurrent changes of them. */
  readonly changesSeats: boolean;
  readonly replacesMembers: boolean;
  readonly requests: readonly SettledRequest[];
}

/** Resolves a new set of members. Present members stay; blocked people can't be added. */
function membersOf(
  names: readonly NameOf[],
  before: StoredEvent | null,
  relations: Relations,
  policy: EventPolicy,
  caller: Caller,
): { members: EventMember[]; newcomers: NamedPerson[] } | EventFault {
  const byId = new Map(relations.people.map((person) => [person.userId, person]));
  const byKey = new Map(
    relations.people.flatMap((person) => [
      [person.key, person],
      [aliasOf(person.userId), person],
    ]),
  );
  const present = new Map(before?.members.map((member) => [member.userId, member]));
  const creatorId = before ? before.creatorId : caller.userId;
  const members = new Map<number, EventMember>();
  const newcomers: NamedPerson[] = [];
  for (const name of names) {
    const person = "id" in name ? byId.get(name.id) : byKey.get(foldUsername(name.username));
    const stays = person && present.get(person.userId);
    const barred =
      person && !stays && (relations.blocks.has(person.userId) || before?.creatorBlocks.has(person.userId));
    if (!person || barred) {
      if (policy.unknownNames === "refuse") return { reason: "unknown", name };
      continue;
    }
    if (members.has(person.userId)) continue;
    if (!stays) newcomers.push(person);
    const { userId, username, hiddenUsername, email, locale, timeZone } = person;
    const facts = { userId, username, hiddenUsername, email, locale, timeZone };
    const isOrganizer = policy.creatorOrganizes && userId === creatorId;
    members.set(userId, stays ?? { ...facts, isOrganizer, acceptedAt: null });
  }
  return { members: [...members.values()], newcomers };
}

/** Plans a new event or a change. `names` is the whole set of members; when left out, the members stay. */
export function planEvent<Known extends StoredEvent | null>(
  before: Known,
  columns: Known extends null ? EventFacts : Partial<EventFacts>,
  names: readonly NameOf[] | undefined,
  relations: Relations,
  policy: EventPolicy,
  caller: Caller,
  now: number,
): EventPlan<Known> | EventFault {
  const facts = { ...before, ...columns } as EventFacts;
  const named = names
    ? membersOf(names, before, relations, policy, caller)
    : { members: before?.members ?? [], newcomers: [] };
  if ("reason" in named) return named;
  const { members, newcomers } = named;
  const changesSeats = names !== undefined || LIMITS.some((limit) => limit in columns);
  const seating = {
    creatorId: before ? before.creatorId : caller.userId,
    creatorIsStaff: before ? before.creatorIsStaff : caller.isStaff,
    members,
  };
  const seats = seatsTaken(seating);
  const countsSeats = names !== undefined || columns.maxMembers !== undefined;
  const fault = planFault(facts, countsSeats ? seats : 0);
  if (fault) return { reason: "plan", fault };
  for (const person of newcomers) {
    const own = person.userId === caller.userId;
    if (!own && newcomerFault(facts, person.age)) return { reason: "age", username: person.username };
    if (before && isOver(facts, now)) return { reason: "over", username: person.username };
  }
  const seated = new Set(members.map(({ userId }) => userId));
  const requests =
    before && countsSeats
      ? settleRequests(before.requests, seated, freeSeats(facts.maxMembers, seats), names !== undefined)
      : [];
  return { before, facts, columns, members, changesSeats, replacesMembers: names !== undefined, requests };
}

const LIMITS = ["minAge", "maxAge", "minMembers", "maxMembers"] as const satisfies readonly (keyof Limits)[];

/** Whether an event may be changed. Null: the change is skipped. */
export function admitChange(
  event: StoredEvent | undefined,
  caller: Caller,
  policy: EventPolicy,
  now: number,
): StoredEvent | EventFault | null {
  if (!event) return policy.missing === "refuse" ? { reason: "missing" } : null;
  if (!mayChange(event, caller)) return { reason: "forbidden", uuid: event.uuid };
  if (policy.started === "change" || !hasHappened(event, now)) return event;
  return policy.started === "refuse" ? { reason: "past" } : null;
}
