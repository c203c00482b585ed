/** Writes notifications in the batch of the change they report, and pushes them to the person's socket. */
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { defineEffect } from "../../platform/db/effects.ts";
import type { Effect } from "../../platform/db/outbox.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import { roomOf } from "./reading.ts";
import { notifications } from "./tables.ts";

export type Notification = typeof notifications.$inferSelect;

export interface Notice {
  readonly userId: number;
  /** `FRIEND_REQUEST`, `ORDER_CREATED` … */
  readonly type: string;
  readonly title: string;
  readonly message: string;
  /** The thing it is about, as `chat:3` or `order:UUID`; null for none. */
  readonly about: string | null;
  /** The act it reports, as `friend-request:7:accepted`. Unique per person, so that a repeat adds none. */
  readonly ref: string;
}

/**
 * The statement that writes the rows, for the batch of the change. People who turned notifications off get none.
 * `when` is an additional SQL condition.
 */
export function noticeRows(ctx: RequestContext, notices: readonly Notice[]): BatchItem<"sqlite"> {
  return ctx.db.run(sql`
    INSERT OR IGNORE INTO notifications (user_id, type, title, message, about, ref, created_at)
    SELECT n.value ->> 'userId', n.value ->> 'type', n.value ->> 'title', n.value ->> 'message', n.value ->> 'about',
      n.value ->> 'ref', ${ctx.now()}
    FROM json_each(${JSON.stringify(notices)}) AS n
    WHERE EXISTS (SELECT 1 FROM users WHERE id = n.value ->> 'userId')
      AND NOT EXISTS (SELECT 1 FROM notification_settings s WHERE s.user_id = n.value ->> 'userId' AND s.receives = 0)`);
}

/** The newest notice about a thing. `recipients` selects user ids; `message` is SQL. */
export interface LatestNotice extends Omit<Notice, "userId" | "message"> {
  readonly about: string;
  readonly recipients: SQL;
  readonly message: SQL;
}

/**
 * Two statements, for the batch of the change, in order. They leave each recipient one unread notice of this type about
 * a thing, the newest. The second returns the recipients. Repeats change nothing.
 */
export function latestNotice(
  ctx: RequestContext,
  notice: LatestNotice,
): [BatchItem<"sqlite">, BatchItem<"sqlite">] {
  const { type, title, message, about, ref, recipients } = notice;
  const former = ctx.db.run(sql`DELETE FROM notifications
    WHERE type = ${type} AND about = ${about} AND is_read = 0 AND ref <> ${ref} AND user_id IN (${recipients})`);
  const newest = ctx.db.run(sql`
    INSERT OR IGNORE INTO notifications (user_id, type, title, message, about, ref, created_at)
    SELECT id, ${type}, ${title}, ${message}, ${about}, ${ref}, ${ctx.now()} FROM users
    WHERE id IN (${recipients})
      AND NOT EXISTS (SELECT 1 FROM notification_settings s WHERE s.user_id = users.id AND s.receives = 0)
    RETURNING user_id AS userId`);
  return [former, newest];
}

/** SQL: the number of a person's unread notifications. */
export const unreadNotices = (userId: number): SQL<number> =>
  sql`(SELECT count(*) FROM notifications WHERE user_id = ${userId} AND is_read = 0)`;

/** Names a notice by person and act. */
type NoticeKey = Pick<Notice, "userId" | "ref">;

/** Pushes a row to the person's inbox. Safe to repeat: the inbox drops a known ref. Without a row nothing happens. */
export const noticePush = defineEffect<NoticeKey>("notice", {
  address: ({ userId }) => `user:${userId}`,
  run: pushNotice,
});

/** Effects that push each row to its person right after the commit, without delaying the response. */
export function noticeEffects(notices: readonly NoticeKey[]): Effect[] {
  return notices.map(({ userId, ref }) => noticePush.soon({ userId, ref }));
}

/** Pushes rows that were written without a commit, without delaying the response. */
export function pushNotices(ctx: RequestContext, notices: readonly NoticeKey[]): void {
  for (const { userId, ref } of notices) ctx.defer("notice", noticePush.attempt(ctx, { userId, ref }));
}

async function pushNotice(ctx: RequestContext, notice: NoticeKey): Promise<void> {
  const [row] = await ctx.db
    .select()
    .from(notifications)
    .where(and(eq(notifications.userId, notice.userId), eq(notifications.ref, notice.ref)));
  if (!row) return;
  const name = `inbox:${row.userId}`;
  const { id, type, title, message, about, createdAt } = row;
  const body = { id, type, title, message, about, room: roomOf(about), created_at: isoTime(createdAt) };
  await ctx.runtime.room(name)?.publish(name, { kind: "notification", ref: row.ref, body });
}

/**
 * Retires a deleted account's inbox and deletes notices about this person. Notices about things this person took part
 * in are deleted by `eraseNoticesAbout`. Safe to repeat.
 */
export async function eraseNotices(ctx: RequestContext, userId: number): Promise<void> {
  const own = `inbox:${userId}`;
  await ctx.runtime.room(own)?.retire(own, { kind: "gone", ref: null, body: {} });
  await eraseNoticesAbout(ctx, [`user:${userId}`]);
}

/**
 * Deletes all notices about these things, from the lists and from the inboxes' journals. Safe to repeat: the rows, which
 * name the inboxes, are deleted last.
 */
export async function eraseNoticesAbout(ctx: RequestContext, things: readonly string[]): Promise<void> {
  const told = sql`about IN (SELECT value FROM json_each(${JSON.stringify(things)}))`;
  const rows = await ctx.db.all<{ userId: number; refs: string }>(
    sql`SELECT user_id AS userId, json_group_array(ref) AS refs FROM notifications WHERE ${told} GROUP BY user_id`,
  );
  await Promise.all(
    rows.map((row) => ctx.runtime.room(`inbox:${row.userId}`)?.empty(JSON.parse(row.refs) as string[])),
  );
  await ctx.db.run(sql`DELETE FROM notifications WHERE ${told}`);
}
