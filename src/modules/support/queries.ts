/** Reads tickets: a page, one, the caller's access to it, and tickets with their messages and people. */
import { and, count, desc, eq, isNull, type SQL, sql } from "drizzle-orm";
import { selectCounted } from "../../platform/db/counted-rows.ts";
import { contains } from "../../platform/db/folding.ts";
import type { Caller } from "../../platform/http/caller.ts";
import type { Listed, Window } from "../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { findPeople, mayOperateSql, users } from "../identity/index.ts";
import { type Message, messagesOf } from "./conversation.ts";
import { type Access, ANSWER_TICKETS, accessTo, answersTickets } from "./rules.ts";
import type { People } from "./schemas.ts";
import { supportMessages, supportReads, supportTickets } from "./tables.ts";

export type Ticket = typeof supportTickets.$inferSelect;

/** A ticket with the messages that the caller may read, and the people it names. */
export interface Thread {
  readonly ticket: Ticket;
  readonly messages: readonly Message[];
  readonly people: People;
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
  // Only a search looks at the author.
  const counting = filter.search
    ? ctx.db.select({ count: count() }).from(matching().as("matching"))
    : ctx.db.select({ count: count() }).from(supportTickets).where(where);
  const [[counted], rows] = await Promise.all([
    where ? counting : selectCounted(ctx.db, "support_tickets"),
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
    answersTickets(caller) ? undefined : eq(supportTickets.authorId, caller.userId),
    status && eq(supportTickets.status, status),
    priority && eq(supportTickets.priority, priority),
    assignedTo === undefined
      ? undefined
      : assignedTo === null
        ? isNull(supportTickets.assignedTo)
        : eq(supportTickets.assignedTo, assignedTo),
    contains(answersTickets(caller) ? [id, subject, description, ...author] : [subject, description], search),
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

/** `mayBeAssigned` in SQL: a condition on a row of `users`. */
export function isAssignable(user: string): SQL {
  return sql`(${sql.raw(user)}.is_active AND ${mayOperateSql(ANSWER_TICKETS, user)})`;
}

/** Adds messages and people to tickets: two statements for any number. */
export async function threadsOf(
  ctx: RequestContext,
  caller: Caller,
  tickets: readonly Ticket[],
): Promise<Thread[]> {
  const access = answersTickets(caller) ? "operator" : "author";
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

/** The support part of an account's export: the person's tickets, their messages in any ticket, and what they have read as an operator. Files are the files module's. */
export async function exportSupport(ctx: RequestContext, userId: number): Promise<object> {
  const [tickets, messages, reads] = await Promise.all([
    ctx.db.select().from(supportTickets).where(eq(supportTickets.authorId, userId)),
    ctx.db.select().from(supportMessages).where(eq(supportMessages.authorId, userId)),
    ctx.db.select().from(supportReads).where(eq(supportReads.userId, userId)),
  ]);
  return {
    support_tickets: tickets.map(({ authorId: _, assignedTo: __, ...facts }) => facts),
    support_messages: messages.map(({ id, ticketId, body, createdAt }) => ({
      id,
      ticketId,
      body,
      createdAt,
    })),
    support_reads: reads.map(({ ticketId, readAt }) => ({ ticketId, readAt })),
  };
}
