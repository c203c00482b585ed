/** Archives a chat's journal in D1 and notifies members who are away. */
import { type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { preview } from "../../platform/characters.ts";
import type { ReadMark } from "../../platform/realtime/handler.ts";
import { archiveTogether } from "../../platform/realtime/log/archive/archivist.ts";
import type { Entry } from "../../platform/realtime/log/entry.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { displayNameSql } from "../identity/index.ts";
import {
  type LatestNotice,
  latestNotice,
  noticesRead,
  pushLatest,
  pushRead,
  type ReadNotice,
} from "../notifications/index.ts";
import { unreadAfter } from "./text/pages.ts";

/** The chat's id in a room's name. */
function chatIdOf(room: string): number {
  return Number(room.slice("chat:".length));
}

/**
 * One transaction: the messages, for each absent member one unread notification about this chat, of its newest message,
 * and the chat's position in the list with what each member has not read. Repeats change nothing: `chats.last_seq` says
 * which entries are new.
 */
export async function archiveMessages(
  ctx: RequestContext,
  room: string,
  epoch: string,
  entries: readonly Entry[],
  present: ReadonlySet<number>,
): Promise<void> {
  const chatId = chatIdOf(room);
  const json = JSON.stringify(entries);
  const page = ctx.db.run(sql`
    INSERT OR IGNORE INTO chat_pages (chat_id, last_seq, epoch, first_seq, to_at, messages)
    SELECT c.id, max(e.value ->> 'seq'), ${epoch}, min(e.value ->> 'seq'), max(e.value ->> 'at'),
      json_group_array(json_array(e.value ->> 'seq', e.value ->> 'at', u.id, iif(u.id IS NULL, 'erased', e.value ->> 'kind'),
        iif(u.id IS NULL, '', coalesce(e.value ->> '$.body.text', ''))) ORDER BY e.key)
    FROM json_each(${json}) AS e JOIN chats c ON c.id = ${chatId}
    LEFT JOIN users u ON u.id = e.value ->> 'author'
    WHERE c.epoch IS NOT ${epoch} OR e.value ->> 'seq' > c.last_seq GROUP BY c.id`);
  const end = entries.at(-1);
  if (!end) return;
  const last = entries.findLast(({ kind }) => kind === "message");
  if (!last) {
    const position = ctx.db.run(
      sql`UPDATE chats SET epoch = ${epoch}, last_seq = ${end.seq} WHERE id = ${chatId} AND ${isNew(epoch, end.seq)}`,
    );
    return void (await archiveTogether(ctx, room, [page, position]));
  }
  const ref = `${room}:${epoch}:${last.seq}`;
  const told = latestNotice(ctx, newMessage(room, epoch, last, present));
  const unread = (member: "low" | "high") => {
    const [id, count] = [sql.raw(`chats.${member}_id`), sql.raw(`chats.unread_${member}`)];
    return sql`${count} + (SELECT count(*) FROM json_each(${json}) AS e JOIN users u ON u.id = e.value ->> 'author'
      WHERE u.id <> ${id} AND e.value ->> 'kind' = 'message'
        AND (chats.epoch IS NOT ${epoch} OR e.value ->> 'seq' > chats.last_seq)
        AND e.value ->> 'seq' > ${lastRead(id)})`;
  };
  // After the notifications, which also depend on the position.
  const position =
    ctx.db.run(sql`UPDATE chats SET epoch = ${epoch}, last_seq = ${end.seq}, active_at = ${last.at},
      unread_low = ${unread("low")}, unread_high = ${unread("high")}
    WHERE id = ${chatId} AND ${isNew(epoch, end.seq)}`);
  const results = await archiveTogether(ctx, room, [page, ...told, position]);
  pushLatest(ctx, results.slice(1, -1), ref);
}

/** How far a member of `chats` has read, as SQL. */
const lastRead = (id: SQL) =>
  sql`coalesce((SELECT r.seq FROM chat_reads r WHERE r.chat_id = chats.id AND r.user_id = ${id}), 0)`;

/** SQL condition on `chats`: this position of the room is not archived yet. */
const isNew = (epoch: string, seq: number) => sql`(chats.epoch IS NOT ${epoch} OR chats.last_seq < ${seq})`;

/** The notification about the newest message, to members who are away and have not read it on another device. */
function newMessage(
  room: string,
  epoch: string,
  { author, seq, body }: Entry,
  present: ReadonlySet<number>,
): LatestNotice {
  const here = JSON.stringify([...present, author]);
  const text = preview(String(body.text ?? ""), SHOWN);
  return {
    type: "CHAT_MESSAGE",
    title: "Новое сообщение",
    message: sql`(SELECT ${displayNameSql()} FROM users WHERE id = ${author}) || ': ' || ${text}`,
    about: room,
    ref: `${room}:${epoch}:${seq}`,
    words: "chat_message",
    recipients: sql`SELECT u.id FROM chats JOIN users s ON s.id = ${author}
      JOIN users u ON u.id IN (chats.initiator_id, chats.receiver_id)
      WHERE chats.id = ${chatIdOf(room)} AND ${isNew(epoch, seq)} AND u.id NOT IN (SELECT value FROM json_each(${here}))
        AND NOT EXISTS (SELECT 1 FROM chat_reads r WHERE r.chat_id = chats.id AND r.user_id = u.id AND r.seq >= ${seq})`,
  };
}

/** Length of the preview in a notification, in characters. */
const SHOWN = 200;

/**
 * One transaction: read positions, what is unread then, and the notification about this chat once nothing is. `write` runs
 * it; absent: with the archives of other rooms.
 */
export async function archiveReads(
  ctx: RequestContext,
  room: string,
  reads: readonly ReadMark[],
  write = (statements: readonly BatchItem<"sqlite">[]) => archiveTogether(ctx, room, statements),
): Promise<void> {
  const chatId = chatIdOf(room);
  const marks = ctx.db.run(sql`
    INSERT INTO chat_reads (chat_id, user_id, seq)
    SELECT c.id, u.id, r.value ->> 'seq' FROM json_each(${JSON.stringify(reads)}) AS r
    JOIN chats c ON c.id = ${chatId} JOIN users u ON u.id = r.value ->> 'userId'
    WHERE true
    ON CONFLICT (chat_id, user_id) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > chat_reads.seq`);
  const readers = sql`(SELECT value FROM json_each(${JSON.stringify(reads.map(({ userId }) => userId))}))`;
  const unread = (member: "low" | "high") => {
    const [id, count] = [sql.raw(`chats.${member}_id`), sql.raw(`chats.unread_${member}`)];
    return sql`iif(${count} = 0 OR ${id} NOT IN ${readers}, ${count}, ${unreadAfter(member, lastRead(id))})`;
  };
  const counts =
    ctx.db.run(sql`UPDATE chats SET unread_low = ${unread("low")}, unread_high = ${unread("high")}
    WHERE id = ${chatId} AND (unread_low > 0 AND low_id IN ${readers} OR unread_high > 0 AND high_id IN ${readers})`);
  const notices = noticesRead(
    ctx,
    room,
    sql`SELECT value FROM json_each(${JSON.stringify(reads.map(({ userId }) => userId))}) AS reader JOIN chats c ON c.id = ${chatId}
      WHERE iif(c.low_id = reader.value, c.unread_low, c.unread_high) = 0`,
  );
  const results = await write([marks, counts, notices]);
  pushRead(ctx, ((results[2] as D1Result | undefined)?.results ?? []) as unknown as ReadNotice[]);
}
