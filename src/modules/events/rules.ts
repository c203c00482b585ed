/** Who may change an event, and when. Pure: facts in, verdict out. */
import type { Caller } from "../../platform/http/caller.ts";

export interface EventFacts {
  readonly creatorId: number | null;
  readonly startsAt: number;
  readonly members: readonly { readonly userId: number; readonly isOrganizer: boolean }[];
}

/** The creator, an organizer or staff; once no creator is left, whoever takes part. */
export function mayChange(event: EventFacts, caller: Caller): boolean {
  if (caller.isStaff || event.creatorId === caller.userId) return true;
  const member = event.members.find(({ userId }) => userId === caller.userId);
  return member !== undefined && (member.isOrganizer || event.creatorId === null);
}

/** An event that has started can't be edited any more. */
export function hasHappened(event: EventFacts, now: number): boolean {
  return event.startsAt <= now;
}

export function foldLocation(location: string): string {
  return location.normalize("NFC").toLowerCase();
}

/** Reminders go out this long before the start, in ms. */
export const REMINDER_LEAD = 30 * 60_000;
