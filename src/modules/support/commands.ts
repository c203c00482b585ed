/** Opens, lists, reads and changes tickets. */
import { and, desc, eq, isNull, type SQL, sql } from "drizzle-orm";
import { auditEntry } from "../../platform/db/audit.ts";
import { contains } from "../../platform/db/folding.ts";
import { commit } from "../../platform/db/outbox.ts";
import { belowQuota, isFull, quotaRefusal } from "../../platform/db/quota.ts";
import { type Caller, isOperator } from "../../platform/http/caller.ts";
import type { Listed, Window } from "../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { orderExists } from "../dispatch/index.ts";
import { findPeople, users } from "../identity/index.ts";
import { type Message, messagesOf, newMessage } from "./conversation.ts";
import { announceSoon, messageEffect, ticketChange } from "./notices.ts";
import { type Access, accessTo, isOver } from "./rules.ts";
import type { People } from "./schemas.ts";
import { supportMessages, supportTickets } from "./tables.ts";

export type Ticket = typeof supportTickets.$inferSelect;

export interface TicketDraft {
  readonly subject: string;
  readonly description: string;
  readonly priority: Ticket["priority"];
  readonly relatedOrderId: string | null;
}

export type TicketChange = Partial<Pick<Ticket, "status" | "priority" | "assignedTo" | "relatedOrderId">>;

/** A ticket with the messages that the caller may read, and the people it names. */
export interface Thread {
  readonly ticket: Ticket;
  readonly messages: readonly Message[];
  readonly people: People;
}

/** SQL condition: no order, or one that the caller may refer to (clients their own, operators any). */
function mayName(caller: Caller, orderId: string | null): SQL {
  return sql`(${orderId} IS NULL OR ${orderExists(orderId, isOperator(caller) ? null : caller.userId)})`;
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
  announceSoon(ctx, first);
  return ticket;
}

export interface TicketFilter {
  readonly status?: Ticket["status"] | undefined;
  readonly priority?: Ticket["priority"] | undefined;
  /** Null selects unassigned tickets. */
  readonly assignedTo?: number | null | undefined;
  readonly search?: string | undefined;
}

/** The newest first: the caller's own tickets, all of them for operators. */
export async function listTickets(
  ctx: RequestContext,
  caller: Caller,
  filter: TicketFilter,
  window: Window,
): Promise<Listed<Ticket>> {
  const where = conditions(caller, filter);
  const matching = () =>
    ctx.db
      .select({ ticket: supportTickets })
      .from(supportTickets)
      .innerJoin(users, eq(users.id, supportTickets.authorId))
      .where(where);
  const [[counted], rows] = await Promise.all([
    ctx.db.select({ count: sql<number>`count(*)` }).from(matching().as("matching")),
    matching()
      .orderBy(desc(supportTickets.createdAt), desc(supportTickets.id))
      .limit(window.limit)
      .offset(window.offset),
  ]);
  return { count: counted?.count ?? 0, rows: rows.map(({ ticket }) => ticket) };
}

function conditions(caller: Caller, { status, priority, assignedTo, search }: TicketFilter): SQL | undefined {
  const { id, subject, description } = supportTickets;
  const author = [users.username, users.firstName, users.lastName, users.email, users.phone];
  return and(
    isOperator(caller) ? undefined : eq(supportTickets.authorId, caller.userId),
    status && eq(supportTickets.status, status),
    priority && eq(supportTickets.priority, priority),
    assignedTo === undefined
      ? undefined
      : assignedTo === null
        ? isNull(supportTickets.assignedTo)
        : eq(supportTickets.assignedTo, assignedTo),
    contains(isOperator(caller) ? [id, subject, description, ...author] : [subject, description], search),
  );
}

export async function findTicket(ctx: RequestContext, id: string): Promise<Ticket | null> {
  const [ticket] = await ctx.db.select().from(supportTickets).where(eq(supportTickets.id, id));
  return ticket ?? null;
}

/** The caller's role in a ticket; none in one that does not exist. */
export async function ticketAccess(ctx: RequestContext, caller: Caller, id: string): Promise<Access> {
  const ticket = await findTicket(ctx, id);
  return ticket ? accessTo(ticket, caller) : "none";
}

/** Adds messages and people to tickets: two statements for any number. */
export async function threadsOf(
  ctx: RequestContext,
  caller: Caller,
  tickets: readonly Ticket[],
): Promise<Thread[]> {
  const access = isOperator(caller) ? "operator" : "author";
  const messages = await messagesOf(
    ctx,
    tickets.map(({ id }) => id),
    access,
  );
  const people = await findPeople(ctx, [
    ...tickets.flatMap(({ authorId, assignedTo }) => [authorId, assignedTo]),
    ...messages.map(({ authorId }) => authorId),
  ]);
  const written = Map.groupBy(messages, ({ ticketId }) => ticketId);
  return tickets.map((ticket) => ({ ticket, messages: written.get(ticket.id) ?? [], people }));
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
  const [changed] = (await commit(ctx, update, [ticketChange.row(told)], audited)) ?? [];
  if (changed) ticketChange.soon(ctx, told);
  return changed ?? null;
}

/** The time of the first closing; null again when the ticket is reopened. */
const closing = (status: Ticket["status"], now: number) =>
  isOver(status) ? sql`coalesce(${supportTickets.closedAt}, ${now})` : null;

function audit(ctx: RequestContext, caller: Caller, before: Ticket, after: TicketChange) {
  const subject = `ticket:${before.id}`;
  return auditEntry(ctx, caller, { action: "ticket.change", subject, before, after });
}

/** The support part of an account's export: the person's tickets, and their messages in any ticket. */
export async function exportSupport(ctx: RequestContext, userId: number): Promise<object> {
  const [tickets, messages] = await Promise.all([
    ctx.db.select().from(supportTickets).where(eq(supportTickets.authorId, userId)),
    ctx.db.select().from(supportMessages).where(eq(supportMessages.authorId, userId)),
  ]);
  return {
    support_tickets: tickets.map(({ authorId: _, assignedTo: __, ...facts }) => facts),
    support_messages: messages.map(({ id, ticketId, body, createdAt }) => ({
      id,
      ticketId,
      body,
      createdAt,
    })),
  };
}
