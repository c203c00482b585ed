/** What is written in a ticket, and what writing does to it: read, added, told to the room and to people. */
import { and, asc, eq, sql } from "drizzle-orm";
import { commit } from "../../platform/db/outbox.ts";
import { type Caller, isOperator } from "../../platform/http/caller.ts";
import type { Listed, Window } from "../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { type Notice, noticeEffects, noticeRows, pushNotices } from "../notifications/index.ts";
import type { Ticket } from "./commands.ts";
import { announceSoon, messageEffect } from "./notices.ts";
import type { Access } from "./rules.ts";
import { supportMessages, supportTickets } from "./tables.ts";

export type Message = typeof supportMessages.$inferSelect;

export interface Words {
  readonly body: string;
  readonly isInternal: boolean;
}

const visible = (access: Access) =>
  access === "operator" ? undefined : eq(supportMessages.isInternal, false);
/** The oldest first; of one moment, in the order in which they came. */
const inOrder = [asc(supportMessages.createdAt), asc(sql`${supportMessages}.rowid`)];

export async function listMessages(
  ctx: RequestContext,
  ticketId: string,
  access: Access,
  window: Window,
): Promise<Listed<Message>> {
  const where = and(eq(supportMessages.ticketId, ticketId), visible(access));
  const [count, rows] = await Promise.all([
    ctx.db.$count(supportMessages, where),
    ctx.db
      .select()
      .from(supportMessages)
      .where(where)
      .orderBy(...inOrder)
      .limit(window.limit)
      .offset(window.offset),
  ]);
  return { count, rows };
}

/** How many of a ticket's messages come along with it; whoever floods one must not bury all the others. */
const NESTED = 100;

/** What was written last in each of these tickets; one statement for any number. */
export async function messagesOf(
  ctx: RequestContext,
  ticketIds: readonly string[],
  access: Access,
): Promise<Message[]> {
  if (ticketIds.length === 0) return [];
  const among = sql`${supportMessages.ticketId} IN (SELECT value FROM json_each(${JSON.stringify(ticketIds)}))`;
  const last = sql`${supportMessages}.rowid IN (SELECT id FROM (
    SELECT rowid AS id, row_number() OVER (PARTITION BY ticket_id ORDER BY created_at DESC, rowid DESC) AS nth
    FROM ${supportMessages} WHERE ${and(among, visible(access))}) WHERE nth <= ${NESTED})`;
  return ctx.db
    .select()
    .from(supportMessages)
    .where(last)
    .orderBy(...inOrder);
}

/** A message as it is to be stored. */
export function newMessage(ticketId: string, authorId: number, words: Words, createdAt: number): Message {
  const { body, isInternal } = words;
  return {
    id: crypto.randomUUID(),
    ticketId,
    authorId,
    body,
    isInternal,
    createdAt,
    epoch: null,
    seq: null,
  };
}

/**
 * Writes in a ticket. Whoever is not its author takes an open ticket up, and an operator one that is nobody's:
 * the first of two. Null when the ticket is gone.
 */
export async function addMessage(
  ctx: RequestContext,
  caller: Caller,
  ticket: Ticket,
  words: Words,
): Promise<Message | null> {
  const message = newMessage(ticket.id, caller.userId, words, ctx.now());
  const told = noticesOf(ticket, message);
  const insert = ctx.db.run(sql`
    INSERT INTO support_messages (id, ticket_id, author_id, body, is_internal, created_at)
    SELECT ${message.id}, id, ${message.authorId}, ${message.body}, ${Number(message.isInternal)}, ${message.createdAt}
    FROM support_tickets WHERE id = ${ticket.id}`);
  const done = await commit(
    ctx,
    insert,
    [messageEffect(message), ...noticeEffects(told)],
    [advance(ctx, caller, message), noticeRows(ctx, told)],
  );
  if (!done) return null;
  announceSoon(ctx, message);
  pushNotices(ctx, told);
  return message;
}

/** What a message does to its ticket; a note leaves no mark that the author could see. */
function advance(ctx: RequestContext, caller: Caller, { ticketId, isInternal, createdAt }: Message) {
  const { status, authorId, assignedTo, updatedAt } = supportTickets;
  return ctx.db
    .update(supportTickets)
    .set({
      lastMessageAt: createdAt,
      updatedAt: isInternal ? sql`${updatedAt}` : createdAt,
      status: sql`iif(${status} = 'OPEN' AND ${authorId} <> ${caller.userId}, 'IN_PROGRESS', ${status})`,
      assignedTo: isOperator(caller) ? sql`coalesce(${assignedTo}, ${caller.userId})` : sql`${assignedTo}`,
    })
    .where(eq(supportTickets.id, ticketId));
}

/** An answer is told to the author, the author's words to whoever has the ticket. */
export function noticesOf(
  ticket: Ticket,
  message: Pick<Message, "id" | "authorId" | "isInternal">,
): Notice[] {
  if (message.isInternal) return [];
  const isAnswer = message.authorId !== ticket.authorId;
  const userId = isAnswer ? ticket.authorId : ticket.assignedTo;
  if (userId === null || userId === message.authorId) return [];
  return [
    {
      userId,
      type: "GENERAL",
      title: isAnswer ? "Ответ службы поддержки" : "Новое сообщение в обращении",
      message: isAnswer
        ? `Оператор ответил на обращение «${ticket.subject}».`
        : `Автор обращения «${ticket.subject}» написал новое сообщение.`,
      about: `ticket:${ticket.id}`,
      ref: `ticket-message:${message.id}`,
    },
  ];
}
