/** The calendar files in letters about events: an invitation, its updates, a cancellation. */
import type { Attachment } from "../../../platform/mail/letter.ts";
import { senderOf } from "../../../platform/mail/sender.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { toCalendarEvent } from "../calendar/calendar.ts";
import { type CalendarEvent, type CalendarMessage, toCalendar } from "../calendar/ical.ts";
import type { EventDetails } from "../details/queries.ts";
import type { EventMember } from "../queries.ts";

/** Whom a letter invites. */
export type Attendee = CalendarMessage["attendee"];

/** What a letter's row stores of the event for its calendar file. */
export interface Invitation {
  readonly event: CalendarEvent;
  readonly organizer: CalendarMessage["organizer"];
}

/** Longer descriptions are cut: a letter's row holds one for each member. */
const DESCRIPTION = 500;

type Invited = Omit<EventDetails, "id" | "members" | "audience">;

/**
 * The facts of an invitation. The organizer goes by the creator's name and the address that sends the letters: nobody's
 * own address is shown to others.
 */
export function invitationTo(
  ctx: RequestContext,
  event: Invited,
  members: readonly EventMember[],
): Invitation {
  const sender = senderOf(ctx.runtime);
  const creator = members.find(({ userId }) => userId === event.creatorId);
  const description = cut(event.description);
  return {
    event: toCalendarEvent(ctx, { ...event, description }),
    organizer: { name: creator?.username ?? sender.name, address: sender.address },
  };
}

/** Without splitting a character. */
function cut(words: string): string {
  const letters = [...words];
  return letters.length <= DESCRIPTION ? words : `${letters.slice(0, DESCRIPTION - 1).join("")}…`;
}

export function attendeeOf({ email, username, acceptedAt }: EventMember): Attendee {
  return { name: username, address: email ?? "", accepted: acceptedAt !== null };
}

/** The file for one person. */
export function calendarFile(
  { event, organizer }: Invitation,
  attendee: Attendee,
  method: CalendarMessage["method"],
): Attachment {
  return {
    name: method === "CANCEL" ? "cancel.ics" : "invite.ics",
    type: `text/calendar; charset=utf-8; method=${method}`,
    content: toCalendar([event], { message: { method, organizer, attendee } }),
  };
}
