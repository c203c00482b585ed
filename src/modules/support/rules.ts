/** Rules for who may see a ticket, and for its states. Pure. */
import { type Caller, mayOperate } from "../../platform/http/caller.ts";
import { powersOf, type User } from "../identity/index.ts";
import type { TICKET_STATES } from "./tables.ts";

export type TicketStatus = (typeof TICKET_STATES)[number];

/** The author sees messages; operators and staff see internal notes too. */
export type Access = "none" | "author" | "operator";

/** The right of staff in groups to work on tickets. */
export const ANSWER_TICKETS = "support-tickets:edit";

/** Operators, and staff whose groups may edit tickets. */
export const answersTickets = (caller: Pick<Caller, "isStaff" | "userType" | "rights">): boolean =>
  mayOperate(caller, ANSWER_TICKETS);

/** Being the assignee is no right by itself: a former operator has no access. */
export function accessTo(ticket: { readonly authorId: number }, caller: Caller): Access {
  if (answersTickets(caller)) return "operator";
  return ticket.authorId === caller.userId ? "author" : "none";
}

/** People to whom tickets may be assigned. */
export function mayBeAssigned(user: User): boolean {
  return user.isActive && answersTickets(powersOf(user));
}

export function isOver(status: TicketStatus): boolean {
  return status === "RESOLVED" || status === "CLOSED";
}

/** What the console fills in when a saved reply is put into an answer. */
export const REPLY_PLACEHOLDERS = ["{name}", "{operator}", "{order}"] as const;

/** The first placeholder of a text that is none of these; null when all are known. */
export function unknownPlaceholder(text: string): string | null {
  const known: readonly string[] = REPLY_PLACEHOLDERS;
  return text.match(/\{[^{}\s]{1,50}\}/g)?.find((name) => !known.includes(name)) ?? null;
}
