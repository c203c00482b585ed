/** Marks notices as read, in the list and on all of the person's devices. */
import { and, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { runBatch } from "../../platform/db/client.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import type { NotificationReadBody } from "./entries.ts";
import { isEntered } from "./inbox/entered.ts";
import type { Notification } from "./notices.ts";
import { notifications } from "./tables.ts";

/** A notice that was just read, as the statements here return it. */
export type ReadNotice = Pick<Notification, "id" | "userId" | "about"> & {
  /** 0: nobody has entered the person's inbox. */
  readonly isEntered: number;
};

/** A thing with a room, as `chat:3`; null for people, tasks and none. */
export function roomOf(about: string | null): string | null {
  return about !== null && /^(?:chat|event|order|ticket|truck):/.test(about) ? about : null;
}

/**
 * The statement that marks some people's notices about a thing as read, for the batch that knows they have seen it.
 * `readers` selects user ids. Pass its rows to `pushRead`.
 */
export function noticesRead(ctx: RequestContext, about: string, readers: SQL): BatchItem<"sqlite"> {
  return ctx.db.run(sql`UPDATE notifications SET is_read = 1
    WHERE about = ${about} AND is_read = 0 AND user_id IN (${readers})
    RETURNING id, user_id AS userId, about, ${isEntered(sql`notifications.user_id`)} AS isEntered`);
}

/** Tells the readers' other devices that the notices are read. */
export function pushRead(ctx: RequestContext, read: readonly ReadNotice[]): void {
  for (const { id, userId, about, isEntered } of read)
    if (isEntered) publishRead(ctx, userId, { id, room: roomOf(about) });
}

function publishRead(ctx: RequestContext, userId: number, body: NotificationReadBody): void {
  const name = `inbox:${userId}`;
  const told = ctx.runtime.room(name)?.publish(name, { kind: "notification_read", ref: null, body });
  if (told) ctx.defer("notice.read", told, { userId });
}

/** Marks one of a person's notifications as read or unread; null when it is not theirs. */
export async function markNotification(
  ctx: RequestContext,
  userId: number,
  id: number,
  isRead: boolean,
): Promise<Notification | null> {
  const own = and(eq(notifications.userId, userId), eq(notifications.id, id));
  const [changed] = await ctx.db
    .update(notifications)
    .set({ isRead })
    .where(and(own, eq(notifications.isRead, !isRead)))
    .returning({
      ...getTableColumns(notifications),
      isEntered: isEntered(sql`${notifications.userId}`),
    });
  if (changed && isRead) pushRead(ctx, [changed]);
  if (changed) return changed;
  const [row] = await ctx.db.select().from(notifications).where(own);
  return row ?? null;
}

/** Returns how many were unread. */
export async function markAllRead(ctx: RequestContext, userId: number): Promise<number> {
  const unread = and(eq(notifications.userId, userId), eq(notifications.isRead, false));
  const newest = sql`SELECT max(id) AS newest, ${isEntered(sql`${userId}`)} AS isEntered
    FROM notifications WHERE user_id = ${userId}`;
  const [marked, found] = await runBatch(ctx.db, [
    ctx.db.update(notifications).set({ isRead: true }).where(unread),
    ctx.db.run(newest),
  ]);
  const count = (marked as D1Result).meta.changes;
  const [row] = (found as D1Result<{ newest: number; isEntered: number }>).results;
  if (count > 0 && row?.isEntered) publishRead(ctx, userId, { up_to: row.newest });
  return count;
}
