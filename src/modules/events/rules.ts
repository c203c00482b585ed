/** Who may change an event and when, what it may be, and who may join. Pure: facts in, verdict out. */

import type { Caller } from "../../platform/http/caller.ts";
import { normalized } from "../../platform/unicode.ts";

export interface EventAccess {
  readonly creatorId: number | null;
  readonly startsAt: number;
  readonly members: readonly { readonly userId: number; readonly isOrganizer: boolean }[];
}

/** The creator, an organizer or staff; once no creator is left, whoever takes part. */
export function mayChange(event: EventAccess, caller: Caller): boolean {
  if (caller.isStaff || event.creatorId === caller.userId) return true;
  const member = event.members.find(({ userId }) => userId === caller.userId);
  return member !== undefined && (member.isOrganizer || event.creatorId === null);
}

/** Events of AlphaBet's door are for signed-in people, by whatever id they are asked for. */
export function mayRead(
  event: { readonly audience: "public" | "signed_in" },
  caller: Caller | null,
): boolean {
  return caller !== null || event.audience === "public";
}

/** An event that has started can't be edited any more. */
export function hasHappened(event: EventAccess, now: number): boolean {
  return event.startsAt <= now;
}

export function foldLocation(location: string): string {
  return normalized(location, "NFC").toLowerCase();
}

/** Reminders go out this long before the start, in ms. */
export const REMINDER_LEAD = 30 * 60_000;

/** What an event sets for whoever comes. Null: no limit. */
export interface Limits {
  readonly minAge: number | null;
  readonly maxAge: number | null;
  readonly minMembers: number | null;
  /** How many may take part, organizers among them. */
  readonly maxMembers: number | null;
}

export interface Plan extends Limits {
  readonly startsAt: number;
  readonly endsAt: number | null;
}

/** Why an event can't be planned like this with so many members. */
export type PlanFault = "order" | "ages" | "counts" | "crowded";

export function planFault(plan: Plan, members: number): PlanFault | null {
  if (plan.endsAt !== null && plan.endsAt <= plan.startsAt) return "order";
  if (isAbove(plan.minAge, plan.maxAge)) return "ages";
  if (isAbove(plan.minMembers, plan.maxMembers)) return "counts";
  return isAbove(members, plan.maxMembers) ? "crowded" : null;
}

const isAbove = (least: number | null, most: number | null) =>
  least !== null && most !== null && least > most;

/** Whoever made an event organizes it, too. */
export function organizes({ creatorId, members }: EventAccess, userId: number): boolean {
  return creatorId === userId || members.some((member) => member.userId === userId && member.isOrganizer);
}

/** An event without an end is taken to last a day. */
const OPEN_END = 24 * 3600_000;

export function isOver({ startsAt, endsAt }: Plan, now: number): boolean {
  return (endsAt ?? startsAt + OPEN_END) <= now;
}

/** Why somebody can't ask to take part. Whether there is room is no reason: then they wait. */
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

/** Who is in an event, as its places are counted. */
export interface Seating {
  readonly creatorId: number | null;
  readonly creatorIsStaff: boolean;
  readonly members: readonly { readonly userId: number }[];
}

/**
 * Places taken: one for each member, and one for the organizer even when a member set leaves them out. Staff make events
 * for others and take no place by that. `seatsOf` in `waitlist.ts` says the same in SQL.
 */
export function seatsTaken({ creatorId, creatorIsStaff, members }: Seating): number {
  const unlisted = creatorId !== null && !members.some(({ userId }) => userId === creatorId);
  return members.length + (unlisted && !creatorIsStaff ? 1 : 0);
}

/** Why somebody can't be added to an event by others. An unknown age is the namer's responsibility. */
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
  /** Was waiting, and is told now that a place is free. */
  readonly offered: boolean;
}

/**
 * What a change of an event's members or places makes of the requests to take part, in the order of asking; only those
 * that change come back. With a replaced member set, requests say what the organizer decided: people who were put in are
 * accepted, people who were taken out are declined. Then a full event puts everybody undecided on the waiting list, and
 * free places go to those who wait longest. `free`: places left after the change, null for no limit.
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

/** Places left; null when there is no limit. */
export function freeSeats(maxMembers: number | null, members: number): number | null {
  return maxMembers === null ? null : Math.max(0, maxMembers - members);
}

/**
 * How many of a waiting line can be told that there is a place: those who were told before and are not decided on yet
 * hold theirs. Null: all of them.
 */
export function seatsToOffer(free: number | null, invited: number): number | null {
  return free === null ? null : Math.max(0, free - invited);
}
