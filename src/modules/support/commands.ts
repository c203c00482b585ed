/** Opens and changes tickets. */
import { and, eq, type SQL, sql } from "drizzle-orm";
import { auditEntry } from "../../platform/db/audit.ts";
import { commit } from "../../platform/db/outbox.ts";
import { belowQuota, isFull, quotaRefusal } from "../../platform/db/quota.ts";
import type { Caller } from "../../platform/http/caller.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { orderExists } from "../dispatch/index.ts";
import { newMessage } from "./conversation.ts";
import { messageEffect, ticketChange } from "./notices.ts";
import type { Ticket } from "./queries.ts";
import { answersTickets, isOver } from "./rules.ts";
import { supportMessages, supportTickets } from "./tables.ts";

export interface TicketDraft {
  readonly subject: string;
  readonly description: string;
  readonly priority: Ticket["priority"];
  readonly relatedOrderId: string | null;
}

export type TicketChange = Partial<Pick<Ticket, "status" | "priority" | "assignedTo" | "relatedOrderId">>;

/** SQL condition: no order, or one that the caller may refer to (clients their own, operators any). */
function mayName(caller: Caller, orderId: string | null): SQL {
  return sql`(${orderId} IS NULL OR ${orderExists(orderId, answersTickets(caller) ? null : caller.userId)})`;
}

/** SQL: the number of a person's tickets that are neither resolved nor closed. */
const openTicketsOf = (authorId: number) =>
  sql`SELECT 1 FROM support_tickets WHERE author_id = ${authorId} AND status IN ('OPEN', 'IN_PROGRESS')`;

/** Opens a ticket; the description becomes its first message. Null: the caller may not refer to this order. */
export async function openTicket(
  ctx: RequestContext,
  caller: Caller,
  draft: TicketDraft,
): Promise<Ticket | null> {
  const now = ctx.now();
  const ticket: Ticket = {
    ...draft,
    id: crypto.randomUUID(),
    authorId: caller.userId,
    status: "OPEN",
    assignedTo: null,
    closedAt: null,
    lastMessageAt: now,
    createdAt: now,
    updatedAt: now,
  };
  const first = newMessage(ticket.id, caller.userId, { body: draft.description, isInternal: false }, now);
  const open = openTicketsOf(caller.userId);
  const insert = ctx.db.run(sql`
    INSERT INTO support_tickets (id, author_id, subject, description, status, priority, related_order_id,
      last_message_at, created_at, updated_at)
    SELECT ${ticket.id}, ${ticket.authorId}, ${ticket.subject}, ${ticket.description}, ${ticket.status},
      ${ticket.priority}, ${ticket.relatedOrderId}, ${now}, ${now}, ${now}
    WHERE ${mayName(caller, ticket.relatedOrderId)} AND ${belowQuota(ctx, "openTickets", open)}`);
  const done = await commit(
    ctx,
    insert,
    [messageEffect(first)],
    [ctx.db.insert(supportMessages).values(first)],
  );
  if (!done) {
    if (await isFull(ctx, "openTickets", open)) throw quotaRefusal(ctx, "openTickets");
    return null;
  }
  return ticket;
}

/** Changes the given fields. Null: no such ticket or order. An operator's changes are audited. */
export async function changeTicket(
  ctx: RequestContext,
  caller: Caller,
  ticket: Ticket,
  change: TicketChange,
): Promise<Ticket | null> {
  if (Object.values(change).every((value) => value === undefined)) return ticket;
  const now = ctx.now();
  const update = ctx.db
    .update(supportTickets)
    .set({ ...change, ...(change.status && { closedAt: closing(change.status, now) }), updatedAt: now })
    .where(and(eq(supportTickets.id, ticket.id), mayName(caller, change.relatedOrderId ?? null)))
    .returning();
  const audited = ticket.authorId === caller.userId ? [] : [audit(ctx, caller, ticket, change)];
  const told = { id: ticket.id, ref: crypto.randomUUID() };
  const [changed] = (await commit(ctx, update, [ticketChange.soon(told)], audited)) ?? [];
  return changed ?? null;
}

/** The time of the first closing; null again when the ticket is reopened. */
const closing = (status: Ticket["status"], now: number) =>
  isOver(status) ? sql`coalesce(${supportTickets.closedAt}, ${now})` : null;

function audit(ctx: RequestContext, caller: Caller, before: Ticket, after: TicketChange) {
  const subject = `ticket:${before.id}`;
  return auditEntry(ctx, caller, { action: "ticket.change", subject, before, after });
}
