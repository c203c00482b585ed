/** Who sees what of a ticket, and what its states mean. Pure. */
import { type Caller, isOperator } from "../../platform/http/caller.ts";
import type { TICKET_STATES } from "./tables.ts";

export type TicketStatus = (typeof TICKET_STATES)[number];

/** The author sees what was said to them; operators and staff see the notes between them too. */
export type Access = "none" | "author" | "operator";

/** Being assigned alone opens nothing: who is no operator any more has lost the ticket. */
export function accessTo(ticket: { readonly authorId: number }, caller: Caller): Access {
  if (isOperator(caller)) return "operator";
  return ticket.authorId === caller.userId ? "author" : "none";
}

/** Tickets are assigned to these only. */
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
