/** Conversations as an operator works on them: the list, one of them, its messages, counts and colleagues. */
import { type SQL, sql } from "drizzle-orm";
import { contains } from "../../../platform/db/folding.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { displayNameSql, splitPhones, typedPhone } from "../../identity/index.ts";
import { type Message, messageColumns, withFiles } from "../conversation.ts";
import { isAssignable } from "../queries.ts";
import { supportMessages, type TICKET_PRIORITIES, type TICKET_STATES } from "../tables.ts";

export const VIEWS = ["mine", "unassigned", "open", "closed", "all"] as const;
export type View = (typeof VIEWS)[number];

export interface Conversation {
  readonly id: string;
  readonly subject: string;
  readonly status: (typeof TICKET_STATES)[number];
  readonly priority: (typeof TICKET_PRIORITIES)[number];
  readonly relatedOrderId: string | null;
  readonly createdAt: number;
  readonly closedAt: number | null;
  readonly lastMessageAt: number;
  readonly authorId: number;
  readonly authorName: string;
  readonly authorUsername: string;
  readonly authorPhone: string | null;
  readonly authorEmail: string | null;
  readonly authorType: string;
  readonly authorSince: number;
  readonly authorTickets: number;
  readonly assigneeId: number | null;
  readonly assigneeName: string | null;
  /** Messages that this operator has not read, at most 100. */
  readonly unread: number;
  /** The newest message; null when it was deleted with its author. */
  readonly lastBody: string | null;
  readonly lastAuthorId: number | null;
  readonly lastIsInternal: number | null;
  readonly lastHasFiles: number | null;
}

/** Where a page ends: the next one begins behind it. */
export interface Cursor {
  readonly lastMessageAt: number;
  readonly id: string;
}

/** The most that a count tells; one more means "or more". */
export const MOST_COUNTED = 1000;
const MOST_UNREAD = 100;

const WORKING = sql`t.status IN ('OPEN', 'IN_PROGRESS')`;
/** The plus keeps SQLite from the index by status, which would read all that were ever closed. */
const OVER = sql`+t.status IN ('RESOLVED', 'CLOSED')`;

function inView(caller: Caller, view: View): SQL {
  switch (view) {
    case "mine":
      return sql`${WORKING} AND t.assigned_to = ${caller.userId}`;
    case "unassigned":
      return sql`${WORKING} AND t.assigned_to IS NULL`;
    case "open":
      return WORKING;
    case "closed":
      return OVER;
    case "all":
      return sql`true`;
    default:
      return view satisfies never;
  }
}

/**
 * Messages that others wrote since this operator last read. A conversation that they never opened counts what its author
 * wrote since the last answer or the closing, so that what colleagues have dealt with is not new to everybody else.
 */
const unreadBy = (caller: Caller) => sql`(SELECT count(*) FROM (SELECT 1 FROM support_messages m
  WHERE m.ticket_id = t.id AND m.author_id <> ${caller.userId} AND (r.read_at IS NOT NULL OR m.author_id = t.author_id)
    AND m.created_at > coalesce(r.read_at, max(coalesce(t.closed_at, 0), coalesce((SELECT a.created_at FROM support_messages a
      WHERE a.ticket_id = t.id AND a.author_id <> t.author_id AND a.is_internal = 0 ORDER BY a.created_at DESC LIMIT 1), 0)))
  LIMIT ${MOST_UNREAD}))`;

/** What is read of a ticket `t` whose mark is `r`. */
const selected = (
  caller: Caller,
) => sql`t.id, t.subject, t.status, t.priority, t.related_order_id AS relatedOrderId,
    t.created_at AS createdAt, t.closed_at AS closedAt, t.last_message_at AS lastMessageAt, t.author_id AS authorId,
    ${displayNameSql("u")} AS authorName, u.username AS authorUsername, u.phone AS authorPhone, u.email AS authorEmail,
    u.user_type AS authorType, u.created_at AS authorSince,
    t.assigned_to AS assigneeId, ${displayNameSql("w")} AS assigneeName, ${unreadBy(caller)} AS unread,
    l.body AS lastBody, l.author_id AS lastAuthorId, l.is_internal AS lastIsInternal,
    EXISTS (SELECT 1 FROM support_attachments WHERE message_id = l.id) AS lastHasFiles`;

const joined = (caller: Caller) => sql`JOIN users u ON u.id = t.author_id
  LEFT JOIN users w ON w.id = t.assigned_to
  LEFT JOIN support_reads r ON r.user_id = ${caller.userId} AND r.ticket_id = t.id
  LEFT JOIN support_messages l ON l.rowid = (SELECT m.rowid FROM support_messages m WHERE m.ticket_id = t.id
    ORDER BY m.created_at DESC, m.rowid DESC LIMIT 1)`;

/** A page of conversations, the newest activity first. */
export async function listConversations(
  ctx: RequestContext,
  caller: Caller,
  { view, search, after }: { view: View; search?: string | undefined; after?: Cursor | undefined },
  limit: number,
): Promise<Conversation[]> {
  const from = after ? sql` AND (t.last_message_at, t.id) < (${after.lastMessageAt}, ${after.id})` : sql``;
  const found = searched(search);
  const matches = found ? sql` AND ${found}` : sql``;
  const page = (condition: SQL) =>
    sql`SELECT t.* FROM support_tickets t WHERE ${condition}${from}${matches}
      ORDER BY t.last_message_at DESC, t.id DESC LIMIT ${limit}`;
  // Each status has its own end of the index, so that two short reads make the page of open ones.
  const ids =
    view === "open"
      ? sql`SELECT * FROM (${page(sql`t.status = 'OPEN'`)}) UNION ALL SELECT * FROM (${page(sql`t.status = 'IN_PROGRESS'`)})`
      : page(inView(caller, view));
  return ctx.db.all<Conversation>(sql`
    SELECT ${selected(caller)}, 0 AS authorTickets FROM (${ids}) t ${joined(caller)}
    ORDER BY t.last_message_at DESC, t.id DESC LIMIT ${limit}`);
}

/** The condition of a search on a ticket `t`: number, subject, author, their phone in any spelling, texts. */
function searched(search: string | undefined): SQL | undefined {
  const wanted = search?.trim().replace(/^[#№]\s*/, "");
  const author = sql`(SELECT username || ' ' || first_name || ' ' || last_name || ' ' || coalesce(email, '') || ' '
    || coalesce(phone, '') FROM users WHERE id = t.author_id)`;
  const facts = contains([sql`t.id`, sql`t.subject`, author], wanted);
  const texts = contains([sql`m.body`], wanted);
  if (!facts || !texts) return undefined;
  const { words, phones } = splitPhones(wanted ?? "");
  const [typed] = phones;
  const phone =
    typed && words.length === 0
      ? sql` OR ${typedPhone(typed).matches(sql`(SELECT phone FROM users WHERE id = t.author_id)`)}`
      : sql``;
  return sql`(${facts}${phone} OR EXISTS (SELECT 1 FROM support_messages m WHERE m.ticket_id = t.id AND ${texts}))`;
}

/** One conversation; null when there is none. */
export async function findConversation(
  ctx: RequestContext,
  caller: Caller,
  id: string,
): Promise<Conversation | null> {
  const [found] = await ctx.db.all<Conversation>(sql`
    SELECT ${selected(caller)},
      (SELECT count(*) FROM (SELECT 1 FROM support_tickets o WHERE o.author_id = t.author_id LIMIT ${MOST_COUNTED})) AS authorTickets
    FROM support_tickets t ${joined(caller)} WHERE t.id = ${id}`);
  return found ?? null;
}

export interface SpokenMessage extends Message {
  readonly authorName: string;
}

/** The newest messages before one of them, or the newest of all; the oldest first. */
export async function messagesBefore(
  ctx: RequestContext,
  ticketId: string,
  before: string | undefined,
  limit: number,
): Promise<SpokenMessage[]> {
  const earlier = before
    ? sql` AND (created_at, rowid) < (SELECT created_at, rowid FROM support_messages WHERE id = ${before} AND ticket_id = ${ticketId})`
    : sql``;
  const rows = await ctx.db
    .select({
      ...messageColumns,
      authorName: sql<string>`(SELECT ${displayNameSql("u")} FROM users u WHERE u.id = ${supportMessages.authorId})`,
    })
    .from(supportMessages)
    .where(sql`${supportMessages.ticketId} = ${ticketId}${earlier}`)
    .orderBy(sql`created_at DESC, rowid DESC`)
    .limit(limit);
  return rows.map(({ authorName, ...row }) => ({ ...withFiles(row), authorName })).reverse();
}

export interface Counts {
  readonly mine: number;
  readonly unassigned: number;
  readonly open: number;
  readonly closed: number;
  /** The caller's open conversations with something unread. */
  readonly unread: number;
}

/** Each count ends at one more than `MOST_COUNTED`. */
export async function countConversations(ctx: RequestContext, caller: Caller): Promise<Counts> {
  const count = (condition: SQL) =>
    sql`(SELECT count(*) FROM (SELECT 1 FROM support_tickets t WHERE ${condition} LIMIT ${MOST_COUNTED + 1}))`;
  const [counts] = await ctx.db.all<Counts>(sql`
    SELECT ${count(inView(caller, "mine"))} AS mine, ${count(inView(caller, "unassigned"))} AS unassigned,
      ${count(WORKING)} AS open, ${count(sql`t.status IN ('RESOLVED', 'CLOSED')`)} AS closed,
      (SELECT count(*) FROM (SELECT t.*, r.read_at FROM support_tickets t
        LEFT JOIN support_reads r ON r.user_id = ${caller.userId} AND r.ticket_id = t.id
        WHERE ${inView(caller, "mine")} AND t.last_message_at > coalesce(r.read_at, 0)
        LIMIT ${MOST_UNREAD}) t LEFT JOIN support_reads r ON r.user_id = ${caller.userId} AND r.ticket_id = t.id
        WHERE ${unreadBy(caller)} > 0) AS unread`);
  if (!counts) throw new Error("an aggregate has no row");
  return counts;
}

export interface Colleague {
  readonly id: number;
  readonly name: string;
  /** Open conversations that they have. */
  readonly open: number;
}

/** Colleagues in one answer. */
const MOST_COLLEAGUES = 200;

/** Everybody to whom a conversation may be assigned (`mayBeAssigned`), by name. */
export function listColleagues(ctx: RequestContext): Promise<Colleague[]> {
  return ctx.db.all<Colleague>(sql`
    SELECT u.id, ${displayNameSql("u")} AS name, (SELECT count(*) FROM (SELECT 1 FROM support_tickets t
      WHERE ${WORKING} AND t.assigned_to = u.id LIMIT ${MOST_COUNTED})) AS open
    FROM (SELECT id FROM users WHERE is_staff = 1 UNION ALL
      SELECT id FROM users WHERE user_type = 'OPERATOR' AND is_staff = 0) c
    CROSS JOIN users u ON u.id = c.id WHERE ${isAssignable("u")} ORDER BY name, u.id LIMIT ${MOST_COLLEAGUES}`);
}
