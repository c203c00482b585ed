/** Reads chats and messages, one statement each. */

import { type SQL, sql } from "drizzle-orm";
import { runBatch } from "../../platform/db/client.ts";
import { contains } from "../../platform/db/folding.ts";
import type { Caller } from "../../platform/http/caller.ts";
import type { Window } from "../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import type { z } from "../../platform/zod.ts";
import { maskedEmail } from "../identity/index.ts";
import { ageOn, areFriends, homeCityName } from "../social/index.ts";
import { archiveReads } from "./archive.ts";
import type { ChatListed, ChatMessage, ChatUser, FoundMessage } from "./schemas.ts";
import { movedMessages, type PackedMessage } from "./text/objects.ts";
import { message } from "./text/pages.ts";

type Wire<T extends z.ZodType> = z.input<T>;
type Viewer = Pick<Caller, "userId" | "isStaff">;

interface Side {
  readonly id: number;
  readonly email: string | null;
  readonly firstName: string;
  readonly lastName: string;
  readonly birthday: string | null;
  readonly city: string | null;
}

/** One member of a chat; null after their account was deleted. */
const side = (
  id: SQL,
) => sql`(SELECT json_object('id', u.id, 'email', u.email, 'firstName', u.first_name, 'lastName', u.last_name,
  'birthday', p.birthday, 'city', ${homeCityName(sql`u.id`)}) FROM users u LEFT JOIN profiles p ON p.user_id = u.id
  WHERE u.id = ${id})`;

const sides = sql`${side(sql`c.initiator_id`)} AS initiator, ${side(sql`c.receiver_id`)} AS receiver,
  ${areFriends(sql`c.low_id`, sql`c.high_id`)} AS friends`;

interface Sides {
  readonly initiator: string | null;
  readonly receiver: string | null;
  /** Whether the two are friends now. */
  readonly friends: number;
}

/** Both members as the viewer may see them. E-mails are for friends, the person and staff. */
function toSides(ctx: RequestContext, viewer: Viewer, { initiator, receiver, friends }: Sides) {
  const wire = (json: string | null): Wire<typeof ChatUser> | null => {
    if (json === null) return null;
    const { id, email, firstName, lastName, birthday, city } = JSON.parse(json) as Side;
    const shows = friends === 1 || viewer.isStaff || viewer.userId === id;
    return {
      email: shows || email === null ? email : maskedEmail(email),
      first_name: firstName,
      last_name: lastName,
      age: ageOn(ctx.now(), birthday),
      city,
    };
  };
  return { initiator: wire(initiator), receiver: wire(receiver) };
}

interface MessageRow {
  readonly seq: number;
  readonly senderId: number | null;
  readonly text: string;
  readonly at: number;
}

export function toMessageWire({ seq, senderId, text, at }: MessageRow): Wire<typeof ChatMessage> {
  return { id: seq, sender: senderId, text, timestamp: isoTime(at) };
}

const MESSAGE = sql`${message.seq} AS seq, ${message.senderId} AS senderId, ${message.text} AS text, ${message.at} AS at`;

/** The last message of a chat `c`. Only when that was erased are those before it searched. */
const LAST = sql`(SELECT iif(p.messages ->> '$[#-1][3]' = 'message', p.messages -> '$[#-1]',
    (SELECT m.value FROM chat_pages p, json_each(p.messages) m WHERE p.chat_id = c.id AND ${message.kind} = 'message'
      ORDER BY p.last_seq DESC, m.key DESC LIMIT 1))
  FROM chat_pages p WHERE p.chat_id = c.id AND p.messages IS NOT NULL ORDER BY p.last_seq DESC LIMIT 1)`;

/** A message of the archive as clients get it. */
function unpacked(json: string): Wire<typeof ChatMessage> {
  const [seq, at, senderId, , text] = JSON.parse(json) as PackedMessage;
  return toMessageWire({ seq, senderId, text, at });
}

/** A person's chats, the most recently active first. */
export async function listChats(ctx: RequestContext, viewer: Viewer): Promise<Wire<typeof ChatListed>[]> {
  const { userId } = viewer;
  const rows = await ctx.db.all<
    Sides & { id: number; startedAt: number; last: string | null; unread: number }
  >(sql`SELECT c.id, c.started_at AS startedAt, ${sides}, ${LAST} AS last,
      iif(c.low_id = ${userId}, c.unread_low, c.unread_high) AS unread
    FROM chats c WHERE c.initiator_id = ${userId} OR c.receiver_id = ${userId} ORDER BY c.active_at DESC, c.id DESC`);
  return rows.map((row) => ({
    id: row.id,
    ...toSides(ctx, viewer, row),
    start_time: isoTime(row.startedAt),
    last_message: row.last === null ? null : unpacked(row.last),
    unread_count: row.unread,
  }));
}

export interface ChatRow {
  readonly id: number;
  readonly initiatorId: number | null;
  readonly receiverId: number | null;
  readonly initiator: Wire<typeof ChatUser> | null;
  readonly receiver: Wire<typeof ChatUser> | null;
}

export async function findChat(ctx: RequestContext, viewer: Viewer, id: number): Promise<ChatRow | null> {
  const [row] = await ctx.db.all<
    Sides & { id: number; initiatorId: number | null; receiverId: number | null }
  >(
    sql`SELECT c.id, c.initiator_id AS initiatorId, c.receiver_id AS receiverId, ${sides} FROM chats c WHERE c.id = ${id}`,
  );
  if (!row) return null;
  return { ...row, ...toSides(ctx, viewer, row) };
}

/**
 * The newest messages of a chat, newest first. They are read from the room, which also has what D1 does not have yet.
 * They count as read by `reader`; null for staff. Messages of a deleted account have no sender.
 */
export async function latestMessages(
  ctx: RequestContext,
  { id: chatId, initiatorId, receiverId }: Pick<ChatRow, "id" | "initiatorId" | "receiverId">,
  limit: number,
  reader: number | null,
): Promise<Wire<typeof ChatMessage>[]> {
  const name = `chat:${chatId}`;
  const latest = await ctx.runtime.room(name)?.latest(name, limit, reader);
  // Written to D1 too, so that the caller's next request sees it as read; the room's archive repeats it.
  if (latest?.newlyRead)
    await archiveReads(ctx, name, [latest.newlyRead], (statements) => runBatch(ctx.db, statements));
  return (latest?.entries ?? [])
    .filter(({ kind }) => kind === "message")
    .map(({ seq, author, body, at }) => ({
      id: seq,
      sender: author === initiatorId || author === receiverId ? author : null,
      text: String(body.text),
      timestamp: isoTime(at),
    }));
}

/** Older messages, newest first: from the archive, and from the bucket where the database has no text any more. */
export async function messagesBefore(
  ctx: RequestContext,
  chatId: number,
  before: number,
  limit: number,
): Promise<Wire<typeof ChatMessage>[]> {
  const rows = await ctx.db.all<MessageRow>(sql`SELECT ${MESSAGE}
    FROM chat_pages p, json_each(p.messages) m WHERE p.chat_id = ${chatId} AND p.first_seq < ${before}
      AND p.last_seq <= coalesce((SELECT min(last_seq) FROM chat_pages WHERE chat_id = ${chatId} AND last_seq >= ${before}),
        (SELECT max(last_seq) FROM chat_pages WHERE chat_id = ${chatId}))
      AND ${message.seq} < ${before} AND ${message.kind} = 'message'
    ORDER BY p.last_seq DESC, m.key DESC LIMIT ${limit}`);
  const oldest = rows.at(-1)?.seq ?? before;
  const older = rows.length < limit && oldest > 1 ? movedMessages(ctx, chatId, oldest) : [];
  for await (const { kind, ...row } of older) {
    if (kind === "message") rows.push(row);
    if (rows.length === limit) break;
  }
  return rows.map(toMessageWire);
}

/** Messages of the last `CHAT_TEXT_DAYS` in a person's chats that contain all these words, ignoring case; the newest first. */
export async function searchMessages(
  ctx: RequestContext,
  userId: number,
  words: string,
  { limit, offset }: Window,
): Promise<{ count: number; rows: Wire<typeof FoundMessage>[] }> {
  const found = sql`FROM chats c JOIN chat_pages p ON p.chat_id = c.id, json_each(p.messages) m
    WHERE (c.initiator_id = ${userId} OR c.receiver_id = ${userId}) AND ${message.kind} = 'message'
      AND ${contains([message.text], words) ?? sql`false`}`;
  const [counted, rows] = await Promise.all([
    ctx.db.all<{ count: number }>(sql`SELECT count(*) AS count ${found}`),
    ctx.db.all<MessageRow & { chat: number }>(sql`SELECT c.id AS chat, ${MESSAGE} ${found}
      ORDER BY ${message.at} DESC, ${message.seq} DESC LIMIT ${limit} OFFSET ${offset}`),
  ]);
  return {
    count: counted[0]?.count ?? 0,
    rows: rows.map((row) => ({ chat: row.chat, ...toMessageWire(row) })),
  };
}

/** The chat part of an account's export: its chats and its own messages. */
export async function exportChats(ctx: RequestContext, userId: number): Promise<object> {
  const chats = await listChats(ctx, { userId, isStaff: false });
  const said = await ctx.db.all<MessageRow & { chat: number }>(sql`SELECT c.id AS chat, ${MESSAGE}
    FROM chats c JOIN chat_pages p ON p.chat_id = c.id, json_each(p.messages) m
    WHERE (c.initiator_id = ${userId} OR c.receiver_id = ${userId}) AND ${message.senderId} = ${userId}
      AND ${message.kind} = 'message'`);
  const letter = sql`iif(c.low_id = ${userId}, 'l', 'h')`;
  const moved = await ctx.db.all<{
    id: number;
  }>(sql`SELECT DISTINCT c.id FROM chats c JOIN chat_pages p ON p.chat_id = c.id
    WHERE (c.initiator_id = ${userId} OR c.receiver_id = ${userId}) AND p.key IS NOT NULL AND instr(p.said, ${letter}) > 0`);
  for (const { id } of moved)
    for await (const { kind, ...row } of movedMessages(ctx, id, Number.MAX_SAFE_INTEGER))
      if (kind === "message" && row.senderId === userId) said.push({ chat: id, ...row });
  said.sort((one, other) => one.at - other.at);
  return {
    chats,
    chat_messages: said.map((row) => ({ chat: row.chat, ...toMessageWire(row) })),
  };
}
