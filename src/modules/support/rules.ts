/** Rules for who may see a ticket, and for its states. Pure. */
import { type Caller, mayOperate } from "../../platform/http/caller.ts";
import { powersOf, type User } from "../identity/index.ts";
import type { TICKET_STATES } from "./tables.ts";

export type TicketStatus = (typeof TICKET_STATES)[number];

/** The author sees messages; operators and staff see internal notes too. */
export type Access = "none" | "author" | "operator";

/** Operators, and staff whose groups may edit tickets. */
export const answersTickets = (caller: Pick<Caller, "isStaff" | "userType" | "rights">): boolean =>
  mayOperate(caller, "support-tickets:edit");

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
