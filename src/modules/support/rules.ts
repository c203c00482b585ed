/** Rules for who may see a ticket, and for its states. Pure. */
import { type Caller, isOperator } from "../../platform/http/caller.ts";
import type { TICKET_STATES } from "./tables.ts";

export type TicketStatus = (typeof TICKET_STATES)[number];

/** The author sees messages; operators and staff see internal notes too. */
export type Access = "none" | "author" | "operator";

/** Being the assignee is no right by itself: a former operator has no access. */
export function accessTo(ticket: { readonly authorId: number }, caller: Caller): Access {
  if (isOperator(caller)) return "operator";
  return ticket.authorId === caller.userId ? "author" : "none";
}

/** People to whom tickets may be assigned. */
export function mayBeAssigned(user: {
  readonly isActive: boolean;
  readonly isStaff: boolean;
  readonly userType: string;
}): boolean {
  return user.isActive && (user.isStaff || user.userType === "OPERATOR");
}

export function isOver(status: TicketStatus): boolean {
  return status === "RESOLVED" || status === "CLOSED";
}
