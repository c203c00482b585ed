/** Who may read, change and join an event, and how its seats and requests are counted. Pure: facts in, verdict out. */

import type { Caller } from "../../platform/http/caller.ts";
import { normalized } from "../../platform/unicode.ts";

export interface EventAccess {
  readonly creatorId: number | null;
  readonly startsAt: number;
  readonly members: readonly { readonly userId: number; readonly isOrganizer: boolean }[];
}

/** The creator, an organizer or staff; any member when the creator's account is gone. */
export function mayChange(event: EventAccess, caller: Caller): boolean {
  if (caller.isStaff || event.creatorId === caller.userId) return true;
  const member = event.members.find(({ userId }) => userId === caller.userId);
  return member !== undefined && (member.isOrganizer || event.creatorId === null);
}

/** Events with the audience `signed_in` are hidden from anonymous callers, by number and by uuid. */
export function mayRead(
  event: { readonly audience: "public" | "signed_in" },
  caller: Caller | null,
): boolean {
  return caller !== null || event.audience === "public";
}

/** True once the event has started. */
export function hasHappened(event: EventAccess, now: number): boolean {
  return event.startsAt <= now;
}

export function foldLocation(location: string): string {
  return normalized(location, "NFC").toLowerCase();
}

/** Minutes before the start at which members of an event without leads of its own are reminded. */
export const DEFAULT_LEAD = 30;
/** The longest lead, minutes: four weeks. */
export const LONGEST_LEAD = 28 * 24 * 60;
export const MOST_LEADS = 3;

/** The leads of an event in minutes, the longest first. */
export const leadsOf = ({ reminderLeads }: { readonly reminderLeads: readonly number[] | null }) =>
  reminderLeads ?? [DEFAULT_LEAD];

/** Limits on an event's members. Null: no limit. */
export interface Limits {
  readonly minAge: number | null;
  readonly maxAge: number | null;
  readonly minMembers: number | null;
  /** The most members, organizers included. */
  readonly maxMembers: number | null;
}

export interface Plan extends Limits {
  readonly startsAt: number;
  readonly endsAt: number | null;
}

/** Why a plan is invalid: end before start, reversed age or member limits, or more members than places. */
export type PlanFault = "order" | "ages" | "counts" | "crowded";

export function planFault(plan: Plan, members: number): PlanFault | null {
  if (plan.endsAt !== null && plan.endsAt <= plan.startsAt) return "order";
  if (isAbove(plan.minAge, plan.maxAge)) return "ages";
  if (isAbove(plan.minMembers, plan.maxMembers)) return "counts";
  return isAbove(members, plan.maxMembers) ? "crowded" : null;
}

const isAbove = (least: number | null, most: number | null) =>
  least !== null && most !== null && least > most;

/** True for the creator and for members marked as organizers. */
export function organizes({ creatorId, members }: EventAccess, userId: number): boolean {
  return creatorId === userId || members.some((member) => member.userId === userId && member.isOrganizer);
}

/** Duration assumed for an event without an end, ms. */
const OPEN_END = 24 * 3600_000;

export function isOver({ startsAt, endsAt }: Plan, now: number): boolean {
  return (endsAt ?? startsAt + OPEN_END) <= now;
}

/** Why somebody can't ask to take part. A full event is no reason: the request goes on the waiting list. */
export type JoinFault = "own" | "over" | "ageUnknown" | "age";

/** `age` in whole years, null when it is not known. */
export function joinFault(
  event: EventAccess & Plan,
  applicant: { readonly userId: number; readonly age: number | null },
  now: number,
): JoinFault | null {
  if (organizes(event, applicant.userId)) return "own";
  if (isOver(event, now)) return "over";
  if (event.minAge === null && event.maxAge === null) return null;
  if (applicant.age === null) return "ageUnknown";
  return isAbove(event.minAge, applicant.age) || isAbove(applicant.age, event.maxAge) ? "age" : null;
}

/** The facts by which an event's taken seats are counted. */
export interface Seating {
  readonly creatorId: number | null;
  readonly creatorIsStaff: boolean;
  readonly members: readonly { readonly userId: number }[];
}

/**
 * Seats taken: one for each member, and one for a creator who is not among the members. Staff create events for others
 * and take no seat by that. `seatsOf` in `participation/waitlist.ts` computes the same in SQL.
 */
export function seatsTaken({ creatorId, creatorIsStaff, members }: Seating): number {
  const unlisted = creatorId !== null && !members.some(({ userId }) => userId === creatorId);
  return members.length + (unlisted && !creatorIsStaff ? 1 : 0);
}

/** Why somebody can't be added to an event by others. An unknown age is allowed: the organizer is responsible. */
export function newcomerFault(event: Plan, age: number | null): "age" | null {
  if (age === null) return null;
  return isAbove(event.minAge, age) || isAbove(age, event.maxAge) ? "age" : null;
}

export interface JoinRequest {
  readonly id: number;
  readonly userId: number;
  readonly status: "Pending" | "Accepted" | "Declined";
  readonly isWaiting: boolean;
}

export interface SettledRequest extends JoinRequest {
  /** Was on the waiting list and is now told of a free seat. */
  readonly offered: boolean;
}

/**
 * Updates requests to take part after a change of members or limits. Takes them in the order of asking and returns only
 * those that change. A replaced member set decides requests: added applicants are accepted, removed ones declined. Then
 * a full event puts all pending requests on the waiting list, and free seats are offered to those who wait longest.
 * `free`: seats left after the change, null for no limit.
 */
export function settleRequests(
  requests: readonly JoinRequest[],
  seated: ReadonlySet<number>,
  free: number | null,
  replaced: boolean,
): SettledRequest[] {
  const decided = requests.map((request): JoinRequest => {
    const isIn = seated.has(request.userId);
    if (!replaced || isIn === (request.status === "Accepted")) return request;
    if (!isIn) return { ...request, status: "Declined", isWaiting: false };
    return { ...request, status: "Accepted", isWaiting: false };
  });
  const undecided = decided.filter(({ status, userId }) => status === "Pending" && !seated.has(userId));
  const invited = undecided.filter(({ isWaiting }) => !isWaiting);
  const waiting = undecided.filter(({ isWaiting }) => isWaiting);
  const places = seatsToOffer(free, invited.length) ?? waiting.length;
  const offered = new Set(waiting.slice(0, places).map(({ id }) => id));
  const closed = new Set(free === 0 ? invited.map(({ id }) => id) : []);
  return decided.flatMap((request, index) => {
    const isWaiting = closed.has(request.id) || (request.isWaiting && !offered.has(request.id));
    const before = requests[index];
    const same = before?.status === request.status && before.isWaiting === isWaiting;
    return same ? [] : [{ ...request, isWaiting, offered: offered.has(request.id) }];
  });
}

/** Seats left; null when there is no limit. */
export function freeSeats(maxMembers: number | null, members: number): number | null {
  return maxMembers === null ? null : Math.max(0, maxMembers - members);
}

/**
 * How many people on the waiting list can be offered a seat. `invited`: pending requests that hold an offered seat.
 * Null: all of them.
 */
export function seatsToOffer(free: number | null, invited: number): number | null {
  return free === null ? null : Math.max(0, free - invited);
}
