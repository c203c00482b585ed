/** Wire shapes of a notification, per app. */

import { isoTime } from "../../platform/time.ts";
import { z } from "../../platform/zod.ts";
import type { Notification } from "./notices.ts";
import { roomOf } from "./reading.ts";

const room = z
  .string()
  .nullable()
  .describe("The room that it is about, as `chat:3`; null when it is about none");

/** Tow Truck's. */
export const NotificationWire = z
  .object({
    id: z.number().int(),
    notification_type: z.string(),
    created_at: z.string(),
    updated_at: z.string(),
    title: z.string(),
    message: z.string(),
    is_read: z.boolean(),
    user: z.number().int(),
    related_order: z.uuid().nullable(),
    room,
  })
  .openapi("Notification");

export function toNotificationWire(row: Notification): z.input<typeof NotificationWire> {
  return {
    id: row.id,
    notification_type: row.type,
    created_at: isoTime(row.createdAt),
    updated_at: isoTime(row.createdAt),
    title: row.title,
    message: row.message,
    is_read: row.isRead,
    user: row.userId,
    related_order: orderOf(row.about),
    room: roomOf(row.about),
  };
}

const ORDER = "order:";

function orderOf(about: string | null): string | null {
  return about?.startsWith(ORDER) ? about.slice(ORDER.length) : null;
}

/** Find Friend's. */
export const FriendNotificationWire = z
  .object({
    id: z.number().int(),
    created_at: z.string(),
    message: z.string(),
    type: z.string().nullable(),
    read: z.boolean(),
    recipient: z.number().int(),
    room,
  })
  .openapi("FriendNotification");

export function toFriendNotificationWire(row: Notification): z.input<typeof FriendNotificationWire> {
  return {
    id: row.id,
    created_at: isoTime(row.createdAt),
    message: row.message,
    type: row.type || null,
    read: row.isRead,
    recipient: row.userId,
    room: roomOf(row.about),
  };
}

/** There is one per person, so its id is the person's. */
export const NotificationSettingsWire = z
  .object({ id: z.number().int(), receive_notifications: z.boolean(), user: z.number().int() })
  .openapi("NotificationSettings");
