/** A person's own socket in the AsyncAPI document. No part of the Worker. */
import type { Channel } from "../../platform/realtime/documents/channel.ts";
import { ERASED, GONE } from "../../platform/realtime/documents/common-entries.ts";
import { NotificationBody, NotificationReadBody } from "./entries.ts";

export const inboxChannels: readonly Channel[] = [
  {
    name: "me",
    title: "Your own socket",
    address: "/ws/me/",
    room: null,
    description:
      "Your notifications, and any rooms that you subscribe to, each with its own position. The one socket that an app needs.",
    access: "every signed-in person; it is always their own.",
    credential: "required",
    isInbox: true,
    says: {},
    entries: {
      notification: {
        schema: NotificationBody,
        summary: "You have a new notification. It is in the list of REST, too.",
        example: {
          id: 118,
          type: "ORDER_ASSIGNED",
          title: "Эвакуатор назначен",
          message: "К вам едет эвакуатор А123ВС77.",
          about: "order:0b4a4c1e-7b62-4f0a-93b5-3d1c5f1a9e77",
          room: "order:0b4a4c1e-7b62-4f0a-93b5-3d1c5f1a9e77",
          created_at: "2026-05-04T09:30:00.000Z",
        },
      },
      notification_read: {
        schema: NotificationReadBody,
        summary: "A notification was read, here or on another device; or all up to one.",
        example: { id: 118, room: "order:0b4a4c1e-7b62-4f0a-93b5-3d1c5f1a9e77" },
      },
      erased: ERASED,
      gone: GONE,
    },
    documented: null,
  },
];
