/** The messages of a ticket: reading, writing, and the notices that follow. */
import { and, asc, eq, getTableColumns, sql } from "drizzle-orm";
import { commit } from "../../platform/db/outbox.ts";
import type { Caller } from "../../platform/http/caller.ts";
import type { Listed, Window } from "../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { type AttachedFile, parseFiles } from "../files/index.ts";
import { type Notice, noticeEffects, noticeRows } from "../notifications/index.ts";
import { attach, attachedFiles, mayAttach } from "./attachments.ts";
import { messageEffect } from "./notices.ts";
import type { Ticket } from "./queries.ts";
import type { Access } from "./rules.ts";
import { answersTickets } from "./rules.ts";
import { supportMessages, supportTickets } from "./tables.ts";

export type MessageRow = typeof supportMessages.$inferSelect;

export interface Message extends MessageRow {
  readonly attachments: readonly AttachedFile[];
}

export interface Words {
  /** May be empty when there are files. */
  readonly body: string;
  readonly isInternal: boolean;
}

/** A message with its files, as `withFiles` takes it. */
export const messageColumns = { ...getTableColumns(supportMessages), files: attachedFiles };

export const withFiles = ({ files, ...row }: MessageRow & { readonly files: string }): Message => ({
  ...row,
  attachments: parseFiles(files),
});

const visible = (access: Access) =>
  access === "operator" ? undefined : eq(supportMessages.isInternal, false);
/** The oldest first; equal times keep the order of arrival. */
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
      .select(messageColumns)
      .from(supportMessages)
      .where(where)
      .orderBy(...inOrder)
      .limit(window.limit)
      .offset(window.offset),
  ]);
  return { count, rows: rows.map(withFiles) };
}

/** Messages returned with each ticket, so that one long ticket does not make a list too large. */
const NESTED = 100;

/** The latest messages of each of these tickets, in one statement. */
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
  const rows = await ctx.db
    .select(messageColumns)
    .from(supportMessages)
    .where(last)
    .orderBy(...inOrder);
  return rows.map(withFiles);
}

/** A message to be stored. */
export function newMessage(ticketId: string, authorId: number, words: Words, createdAt: number): MessageRow {
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
 * Writes in a ticket. A message by somebody other than the author sets an open ticket in progress; an unassigned ticket
 * is assigned to the first operator who writes. `fileIds` are distinct uploads of the caller. Null when there is no such
 * ticket, or a file is not theirs, not stored or attached already.
 */
export async function addMessage(
  ctx: RequestContext,
  caller: Caller,
  ticket: Ticket,
  words: Words,
  fileIds: readonly number[] = [],
): Promise<MessageRow | null> {
  const message = newMessage(ticket.id, caller.userId, words, ctx.now());
  const told = noticesOf(ticket, message);
  const insert = ctx.db.run(sql`
    INSERT INTO support_messages (id, ticket_id, author_id, body, is_internal, created_at)
    SELECT ${message.id}, id, ${message.authorId}, ${message.body}, ${Number(message.isInternal)}, ${message.createdAt}
    FROM support_tickets WHERE id = ${ticket.id} AND ${mayAttach(caller, fileIds)}`);
  const done = await commit(
    ctx,
    insert,
    [messageEffect(message, fileIds.length > 0), ...noticeEffects(told)],
    [...attach(ctx, message.id, fileIds), advance(ctx, caller, message), noticeRows(ctx, told)],
  );
  if (!done) return null;
  return message;
}

/** How a message changes its ticket. A note changes nothing that the author could see. */
function advance(ctx: RequestContext, caller: Caller, { ticketId, isInternal, createdAt }: MessageRow) {
  const { status, authorId, assignedTo, updatedAt } = supportTickets;
  return ctx.db
    .update(supportTickets)
    .set({
      lastMessageAt: createdAt,
      updatedAt: isInternal ? sql`${updatedAt}` : createdAt,
      status: sql`iif(${status} = 'OPEN' AND ${authorId} <> ${caller.userId}, 'IN_PROGRESS', ${status})`,
      assignedTo: answersTickets(caller)
        ? sql`coalesce(${assignedTo}, ${caller.userId})`
        : sql`${assignedTo}`,
    })
    .where(eq(supportTickets.id, ticketId));
}

/** An answer notifies the author; the author's message notifies the assignee. */
export function noticesOf(
  ticket: Ticket,
  message: Pick<MessageRow, "id" | "authorId" | "isInternal">,
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
      words: isAnswer ? "ticket_answer" : "ticket_message",
      subject: ticket.subject,
    },
  ];
}
