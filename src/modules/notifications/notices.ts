/** Writes notifications in the batch of the change they report, and pushes them to the person's socket. */
import { and, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { runBatch } from "../../platform/db/client.ts";
import { defineEffect } from "../../platform/db/effects.ts";
import { type FixedStatement, fixedText } from "../../platform/db/fixed-text.ts";
import type { Effect } from "../../platform/db/outbox.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import type { NotificationBody } from "./entries.ts";
import { isEntered } from "./inbox/entered.ts";
import { queuePush } from "./push/effect.ts";
import { takesPushes } from "./push/queries.ts";
import type { PushWords } from "./push/words.ts";
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
  /** What a push to the person's devices says. */
  readonly words: PushWords;
  /** The thing's name in it, such as an event's; absent: it has none. */
  readonly subject?: string;
}

/** SQL: what is pushed of a row that was just written; a fact of its own tells it from other statements' rows. */
const PUSHED = sql`RETURNING id, user_id AS userId, type, title, message, about, created_at AS createdAt, ref AS noticeRef,
    ${takesPushes(sql`notifications.user_id`)} AS pushes, ${isEntered(sql`notifications.user_id`)} AS isEntered`;

/**
 * The statement that writes the rows, for the batch of the change. People who turned notifications off get none.
 * `noticeEffects` push what it returns.
 */
export function noticeRows(ctx: RequestContext, notices: readonly Notice[]): FixedStatement<unknown> {
  return newNotices({ notices: JSON.stringify(notices), now: ctx.now() });
}

const newNotices = fixedText<{ notices: string; now: number }, unknown>((db, value) =>
  db.run(sql`
    INSERT OR IGNORE INTO notifications (user_id, type, title, message, about, ref, created_at, push_words, push_subject)
    SELECT n.value ->> 'userId', n.value ->> 'type', n.value ->> 'title', n.value ->> 'message', n.value ->> 'about',
      n.value ->> 'ref', ${value("now")}, n.value ->> 'words', n.value ->> 'subject'
    FROM json_each(${value("notices")}) AS n
    WHERE EXISTS (SELECT 1 FROM users WHERE id = n.value ->> 'userId')
      AND NOT EXISTS (SELECT 1 FROM notification_settings s WHERE s.user_id = n.value ->> 'userId' AND s.receives = 0)
    ${PUSHED}`),
);

/** The newest notice about a thing. `recipients` selects user ids; `message` is SQL. */
export interface LatestNotice extends Omit<Notice, "userId" | "message" | "subject"> {
  readonly about: string;
  readonly recipients: SQL;
  readonly message: SQL;
}

/**
 * Statements for the batch of the change, in order. They leave each recipient one unread notice of this type about a
 * thing, the newest: the row that stands is rewritten, one row instead of six, unless the person has a newer notice.
 * Pass the batch's results of them to `pushLatest`. Not idempotent: `recipients` must be none when the act is repeated.
 */
export function latestNotice(ctx: RequestContext, notice: LatestNotice): BatchItem<"sqlite">[] {
  const { type, title, message, about, ref, words, recipients } = notice;
  const unread = sql`type = ${type} AND about = ${about} AND is_read = 0`;
  const wanting = sql`SELECT id FROM users WHERE id IN (${recipients})
    AND NOT EXISTS (SELECT 1 FROM notification_settings s WHERE s.user_id = users.id AND s.receives = 0)`;
  return [
    ctx.db.run(sql`DELETE FROM notifications WHERE ${unread} AND user_id IN (${wanting})
      AND EXISTS (SELECT 1 FROM notifications n WHERE n.user_id = notifications.user_id AND n.id > notifications.id)`),
    ctx.db.run(sql`UPDATE notifications SET message = ${message}, created_at = ${ctx.now()}, push_words = ${words}
      WHERE ${unread} AND user_id IN (${wanting}) ${PUSHED}`),
    ctx.db.run(sql`
      INSERT OR IGNORE INTO notifications (user_id, type, title, message, about, ref, created_at, push_words)
      SELECT id, ${type}, ${title}, ${message}, ${about}, ${ref}, ${ctx.now()}, ${words} FROM users
      WHERE id IN (${wanting}) AND id NOT IN (SELECT user_id FROM notifications WHERE ${unread}) ${PUSHED}`),
  ];
}

/** Pushes what `latestNotice` has written, from the results of its statements. */
export function pushLatest(ctx: RequestContext, results: readonly unknown[], ref: string): void {
  for (const { results: rows = [] } of results as Partial<D1Result>[])
    for (const row of rows as unknown as PushedNotice[])
      ctx.defer("notice", publishNotice(ctx, row, ref), { userId: row.userId });
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

/**
 * Effects that push each row to its person right after the commit, without delaying the response. They find the row
 * among what the batch's `noticeRows` returned; what it did not write is looked up, for it may have been there.
 */
export function noticeEffects(notices: readonly NoticeKey[]): Effect[] {
  return notices.map(({ userId, ref }) =>
    noticePush.soon({ userId, ref }, (ctx, _, rest) => {
      const row = writtenIn(rest, userId, ref);
      return row ? publishNotice(ctx, row, ref) : noticePush.run(ctx, { userId, ref });
    }),
  );
}

function writtenIn(results: readonly unknown[], userId: number, ref: string): PushedNotice | undefined {
  for (const { results: rows = [] } of results as Partial<
    D1Result<PushedNotice & { noticeRef?: string }>
  >[]) {
    const row = rows.find((each) => each.noticeRef === ref && each.userId === userId);
    if (row) return row;
  }
  return undefined;
}

/** Pushes rows that were written without a commit, without delaying the response. */
export function pushNotices(ctx: RequestContext, notices: readonly NoticeKey[]): void {
  for (const { userId, ref } of notices) ctx.defer("notice", noticePush.attempt(ctx, { userId, ref }));
}

async function pushNotice(ctx: RequestContext, notice: NoticeKey): Promise<void> {
  const [row] = await ctx.db
    .select({
      ...getTableColumns(notifications),
      pushes: takesPushes(sql`${notifications.userId}`),
      isEntered: isEntered(sql`${notifications.userId}`),
    })
    .from(notifications)
    .where(and(eq(notifications.userId, notice.userId), eq(notifications.ref, notice.ref)));
  if (row) await publishNotice(ctx, row, row.ref);
}

type PushedNotice = Pick<
  Notification,
  "id" | "userId" | "type" | "title" | "message" | "about" | "createdAt"
> & {
  /** 1: the person has a device that takes pushes, and a trigger wrote one. */
  readonly pushes: number;
  /** 0: nobody has entered the person's inbox, so that nobody is to be told there. */
  readonly isEntered: number;
};

async function publishNotice(ctx: RequestContext, row: PushedNotice, ref: string): Promise<void> {
  if (row.pushes) queuePush(ctx, row);
  if (!row.isEntered) return;
  const name = `inbox:${row.userId}`;
  await ctx.runtime.room(name)?.publish(name, { kind: "notification", ref, body: bodyOf(row) });
}

/** A notice as the inbox shows it. */
export function bodyOf(row: Omit<PushedNotice, "pushes" | "isEntered" | "userId">): NotificationBody {
  const { id, type, title, message, about, createdAt } = row;
  return { id, type, title, message, about, room: roomOf(about), created_at: isoTime(createdAt) };
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
 * name the inboxes, are deleted last. Those of inboxes that nobody has entered are deleted first, so that none begins with one.
 */
export async function eraseNoticesAbout(ctx: RequestContext, things: readonly string[]): Promise<void> {
  const told = sql`about IN (SELECT value FROM json_each(${JSON.stringify(things)}))`;
  const [, found] = await runBatch(ctx.db, [
    ctx.db.run(sql`DELETE FROM notifications WHERE ${told} AND NOT ${isEntered(sql`notifications.user_id`)}`),
    ctx.db.run(sql`SELECT DISTINCT user_id AS userId FROM notifications WHERE ${told}`),
  ]);
  const people = (found as D1Result<{ userId: number }>).results;
  await Promise.all(people.map(({ userId }) => ctx.runtime.room(`inbox:${userId}`)?.emptyAbout(things)));
  await ctx.db.run(sql`DELETE FROM notifications WHERE ${told}`);
}
