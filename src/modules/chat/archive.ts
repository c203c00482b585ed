/** Archives a chat's journal in D1 and notifies members who are away. */
import { sql } from "drizzle-orm";
import { preview } from "../../platform/characters.ts";
import { runBatch } from "../../platform/db/client.ts";
import type { ReadMark } from "../../platform/realtime/handler.ts";
import type { Entry } from "../../platform/realtime/log/entry.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { displayNameSql } from "../identity/index.ts";
import { latestNotice, noticesRead, pushNotices, pushRead, type ReadNotice } from "../notifications/index.ts";

/** The chat's id in a room's name. */
function chatIdOf(room: string): number {
  return Number(room.slice("chat:".length));
}

/**
 * One transaction: the messages, the chat's position in the list, and for each absent member one unread notification
 * about this chat, of its newest message. Repeats change nothing.
 */
export async function archiveMessages(
  ctx: RequestContext,
  room: string,
  epoch: string,
  entries: readonly Entry[],
  present: ReadonlySet<number>,
): Promise<void> {
  const chatId = chatIdOf(room);
  const last = entries.findLast(({ kind }) => kind === "message");
  const messages = ctx.db.run(sql`
    INSERT OR IGNORE INTO chat_messages (chat_id, epoch, seq, at, sender_id, kind, text)
    SELECT c.id, ${epoch}, e.value ->> 'seq', e.value ->> 'at', u.id, iif(u.id IS NULL, 'erased', e.value ->> 'kind'),
      iif(u.id IS NULL, '', coalesce(e.value ->> '$.body.text', ''))
    FROM json_each(${JSON.stringify(entries)}) AS e JOIN chats c ON c.id = ${chatId}
    LEFT JOIN users u ON u.id = e.value ->> 'author'`);
  if (!last) return void (await messages);
  const activity = ctx.db.run(sql`UPDATE chats SET last_seq = ${last.seq}, active_at = ${last.at}
    WHERE id = ${chatId} AND active_at <= ${last.at}`);
  const ref = `${room}:${epoch}:${last.seq}`;
  const text = preview(String(last.body.text ?? ""), SHOWN);
  const here = JSON.stringify([...present, last.author]);
  const [former, notice] = latestNotice(ctx, {
    type: "CHAT_MESSAGE",
    title: "Новое сообщение",
    message: sql`(SELECT ${displayNameSql()} FROM users WHERE id = ${last.author}) || ': ' || ${text}`,
    about: room,
    ref,
    // Members who are away and have not read the message on another device.
    recipients: sql`SELECT u.id FROM chats c JOIN users s ON s.id = ${last.author}
      JOIN users u ON u.id IN (c.initiator_id, c.receiver_id)
      WHERE c.id = ${chatId} AND u.id NOT IN (SELECT value FROM json_each(${here}))
        AND NOT EXISTS (SELECT 1 FROM chat_reads r WHERE r.chat_id = c.id AND r.user_id = u.id AND r.seq >= ${last.seq})`,
  });
  const [, , , told] = await runBatch(ctx.db, [messages, activity, former, notice]);
  const people = ((told as D1Result | undefined)?.results ?? []) as { userId: number }[];
  pushNotices(
    ctx,
    people.map(({ userId }) => ({ userId, ref })),
  );
}

/** Length of the preview in a notification, in characters. */
const SHOWN = 200;

/** One transaction: read positions, and the notification about this chat once nothing in it is unread. */
export async function archiveReads(
  ctx: RequestContext,
  room: string,
  reads: readonly ReadMark[],
): Promise<void> {
  const chatId = chatIdOf(room);
  const marks = ctx.db.run(sql`
    INSERT INTO chat_reads (chat_id, user_id, seq)
    SELECT c.id, u.id, r.value ->> 'seq' FROM json_each(${JSON.stringify(reads)}) AS r
    JOIN chats c ON c.id = ${chatId} JOIN users u ON u.id = r.value ->> 'userId'
    WHERE true
    ON CONFLICT (chat_id, user_id) DO UPDATE SET seq = max(seq, excluded.seq)`);
  const readers = JSON.stringify(reads.map(({ userId }) => userId));
  const notices = noticesRead(
    ctx,
    room,
    sql`SELECT r.user_id FROM chat_reads r WHERE r.chat_id = ${chatId}
      AND r.user_id IN (SELECT value FROM json_each(${readers})) AND NOT EXISTS (SELECT 1 FROM chat_messages m
        WHERE m.chat_id = r.chat_id AND m.kind = 'message' AND m.sender_id IS NOT r.user_id AND m.seq > r.seq)`,
  );
  const [, read] = await runBatch(ctx.db, [marks, notices]);
  pushRead(ctx, ((read as D1Result | undefined)?.results ?? []) as unknown as ReadNotice[]);
}
