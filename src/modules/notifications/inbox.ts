/** A person's own notifications: listed, read, removed, or not wanted at all. Nobody reaches those of others. */
import { and, desc, eq } from "drizzle-orm";
import type { Listed, Window } from "../../platform/http/paging.ts";
import type { Scope } from "../../platform/runtime.ts";
import { toNotificationWire } from "./schemas.ts";
import type { Notification } from "./service.ts";
import { notificationSettings, notifications } from "./tables.ts";

const own = (userId: number) => eq(notifications.userId, userId);
const one = (userId: number, id: number) => and(own(userId), eq(notifications.id, id));
const unread = (userId: number) => and(own(userId), eq(notifications.isRead, false));

/** The newest first. */
export async function listNotifications(
  scope: Scope,
  userId: number,
  window: Window,
): Promise<Listed<Notification>> {
  const [count, rows] = await Promise.all([
    scope.db.$count(notifications, own(userId)),
    newestNotifications(scope, userId, window),
  ]);
  return { count, rows };
}

export async function newestNotifications(
  scope: Scope,
  userId: number,
  { limit, offset }: Window,
): Promise<Notification[]> {
  return scope.db
    .select()
    .from(notifications)
    .where(own(userId))
    .orderBy(desc(notifications.id))
    .limit(limit)
    .offset(offset);
}

export async function findNotification(
  scope: Scope,
  userId: number,
  id: number,
): Promise<Notification | null> {
  const [row] = await scope.db.select().from(notifications).where(one(userId, id));
  return row ?? null;
}

/** False when it was gone already. */
export async function removeNotification(scope: Scope, userId: number, id: number): Promise<boolean> {
  const done = await scope.db.delete(notifications).where(one(userId, id));
  return done.meta.changes > 0;
}

export function countUnread(scope: Scope, userId: number): Promise<number> {
  return scope.db.$count(notifications, unread(userId));
}

/** Whether this person is told anything. */
export async function wantsNotifications(scope: Scope, userId: number): Promise<boolean> {
  const [row] = await scope.db
    .select()
    .from(notificationSettings)
    .where(eq(notificationSettings.userId, userId));
  return row?.receives ?? true;
}

export async function setWanted(scope: Scope, userId: number, receives: boolean): Promise<void> {
  await scope.db
    .insert(notificationSettings)
    .values({ userId, receives })
    .onConflictDoUpdate({ target: notificationSettings.userId, set: { receives } });
}

/** More than anybody was ever told. */
const ALL = { limit: 100_000, offset: 0 };

/** For the account's export. */
export async function exportNotifications(scope: Scope, userId: number): Promise<object> {
  const [rows, wanted] = await Promise.all([
    newestNotifications(scope, userId, ALL),
    wantsNotifications(scope, userId),
  ]);
  return { notifications: rows.map(toNotificationWire), receive_notifications: wanted };
}
