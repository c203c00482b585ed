/** A chat's journal on its way to D1, and what those who are away are told of it. */
import { sql } from "drizzle-orm";
import { runBatch } from "../../platform/db/client.ts";
import type { Entry } from "../../platform/realtime/journal.ts";
import type { ReadMark } from "../../platform/realtime/tenant.ts";
import type { Scope } from "../../platform/runtime.ts";
import { calledSql } from "../identity/index.ts";
import { pushNotices } from "../notifications/index.ts";

/** The integer id in a room's name. */
function chatIdOf(room: string): number {
  return Number(room.slice("chat:".length));
}

/**
 * One transaction: the messages, the chat's place in the list, and for each member who is not here one unread
 * notification about this chat, which always tells of its newest message. Repeats change nothing.
 */
export async function archiveMessages(
  scope: Scope,
  room: string,
  epoch: string,
  entries: readonly Entry[],
  present: ReadonlySet<number>,
): Promise<void> {
  const chatId = chatIdOf(room);
  const last = entries.findLast(({ kind }) => kind === "message");
  const messages = scope.db.run(sql`
    INSERT OR IGNORE INTO chat_messages (chat_id, epoch, seq, at, sender_id, kind, text)
    SELECT c.id, ${epoch}, e.value ->> 'seq', e.value ->> 'at', u.id, iif(u.id IS NULL, 'erased', e.value ->> 'kind'),
      iif(u.id IS NULL, '', coalesce(e.value ->> '$.body.text', ''))
    FROM json_each(${JSON.stringify(entries)}) AS e JOIN chats c ON c.id = ${chatId}
    LEFT JOIN users u ON u.id = e.value ->> 'author'`);
  if (!last) return void (await messages);
  const ref = `${room}:${epoch}:${last.seq}`;
  const absent = JSON.stringify([...present, last.author]);
  const activity = scope.db.run(sql`UPDATE chats SET last_seq = ${last.seq}, active_at = ${last.at}
    WHERE id = ${chatId} AND active_at <= ${last.at}`);
  const away = sql`(u.id = c.initiator_id OR u.id = c.receiver_id) AND u.id NOT IN (SELECT value FROM json_each(${absent}))
    AND NOT EXISTS (SELECT 1 FROM notifications told WHERE told.user_id = u.id AND told.ref = ${ref})`;
  const former =
    scope.db.run(sql`DELETE FROM notifications WHERE type = 'CHAT_MESSAGE' AND about = ${room} AND is_read = 0
    AND user_id IN (SELECT u.id FROM users u JOIN chats c ON c.id = ${chatId} WHERE ${away})`);
  const text = String(last.body.text ?? "").slice(0, SHOWN);
  const notice = scope.db.run(sql`
    INSERT OR IGNORE INTO notifications (user_id, type, title, message, about, ref, created_at)
    SELECT u.id, 'CHAT_MESSAGE', 'Новое сообщение', ${calledSql("s")} || ': ' || ${text}, ${room}, ${ref},
      ${scope.now()}
    FROM chats c JOIN users s ON s.id = ${last.author} JOIN users u ON ${away}
    WHERE c.id = ${chatId} AND NOT EXISTS (SELECT 1 FROM notification_settings n WHERE n.user_id = u.id AND n.receives = 0)
    RETURNING user_id AS userId`);
  const [, , , told] = await runBatch(scope.db, [messages, activity, former, notice]);
  const people = ((told as D1Result | undefined)?.results ?? []) as { userId: number }[];
  pushNotices(
    scope,
    people.map(({ userId }) => ({ userId, ref })),
  );
}

/** How much of a message a notification shows, in characters. */
const SHOWN = 200;

export async function archiveReads(scope: Scope, room: string, reads: readonly ReadMark[]): Promise<void> {
  await scope.db.run(sql`
    INSERT INTO chat_reads (chat_id, user_id, seq)
    SELECT c.id, u.id, r.value ->> 'seq' FROM json_each(${JSON.stringify(reads)}) AS r
    JOIN chats c ON c.id = ${chatIdOf(room)} JOIN users u ON u.id = r.value ->> 'userId'
    WHERE true
    ON CONFLICT (chat_id, user_id) DO UPDATE SET seq = max(seq, excluded.seq)`);
}
