/** A person's own notifications. */
import { and, desc, eq } from "drizzle-orm";
import type { Listed, Window } from "../../platform/http/lists/paging.ts";
import { suppressionsOf } from "../../platform/mail/suppressions.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import type { Notification } from "./notices.ts";
import { exportSubscriptions } from "./push/queries.ts";
import { toNotificationWire } from "./schemas.ts";
import { findSettings } from "./settings/queries.ts";
import { toSettingsWire } from "./settings/schemas.ts";
import { notifications } from "./tables.ts";

const own = (userId: number) => eq(notifications.userId, userId);

/** SQL condition: this notification, when it is the person's own. */
export const ownOne = (userId: number, id: number) => and(own(userId), eq(notifications.id, id));

const unread = (userId: number) => and(own(userId), eq(notifications.isRead, false));

/** The newest first. */
export async function listNotifications(
  ctx: RequestContext,
  userId: number,
  window: Window,
): Promise<Listed<Notification>> {
  const [count, rows] = await Promise.all([
    ctx.db.$count(notifications, own(userId)),
    newestNotifications(ctx, userId, window),
  ]);
  return { count, rows };
}

export async function newestNotifications(
  ctx: RequestContext,
  userId: number,
  { limit, offset }: Window,
): Promise<Notification[]> {
  return ctx.db
    .select()
    .from(notifications)
    .where(own(userId))
    .orderBy(desc(notifications.id))
    .limit(limit)
    .offset(offset);
}

export async function findNotification(
  ctx: RequestContext,
  userId: number,
  id: number,
): Promise<Notification | null> {
  const [row] = await ctx.db.select().from(notifications).where(ownOne(userId, id));
  return row ?? null;
}

export function countUnread(ctx: RequestContext, userId: number): Promise<number> {
  return ctx.db.$count(notifications, unread(userId));
}

/** Limit of the export: more than anybody has. */
const ALL = { limit: 100_000, offset: 0 };

/** For the account's export. */
export async function exportNotifications(ctx: RequestContext, userId: number): Promise<object> {
  const [rows, settings, subscriptions, suppressions] = await Promise.all([
    newestNotifications(ctx, userId, ALL),
    findSettings(ctx, userId),
    exportSubscriptions(ctx, userId),
    suppressionsOf(ctx, userId),
  ]);
  return {
    notifications: rows.map(toNotificationWire),
    receive_notifications: settings?.receives ?? true,
    notification_settings: settings && toSettingsWire(settings),
    push_subscriptions: subscriptions,
    letters_ended: suppressions.map(({ reason, createdAt }) => ({ reason, since: isoTime(createdAt) })),
  };
}
