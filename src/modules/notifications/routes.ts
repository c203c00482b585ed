/** `/api/v1/notifications/…`, as the Tow Truck app documents it, with settings for all apps, and the routes of Find Friend. */

import { notFound } from "../../platform/http/errors.ts";
import { ownList } from "../../platform/http/lists/list-route.ts";
import { type Route, respond, route } from "../../platform/http/route.ts";
import { text } from "../../platform/http/text.ts";
import { z } from "../../platform/zod.ts";
import { idParam } from "../identity/index.ts";
import { friendNotificationRoutes } from "./find-friend-routes.ts";
import { letterRoutes } from "./letters/routes.ts";
import { pushRoutes } from "./push/routes.ts";
import { countUnread, listNotifications } from "./queries.ts";
import { markAllRead, markNotification } from "./reading.ts";
import { NotificationWire, toNotificationWire } from "./schemas.ts";
import { settingsRoutes } from "./settings/routes.ts";

const tag = "Notifications";
const path = "/api/v1/notifications";

const READ = text("The notification is marked as read.", "Уведомление отмечено как прочитанное.");
const ALL_READ = text("All notifications are marked as read.", "Все уведомления отмечены как прочитанные.");

const list = ownList({
  path,
  tag,
  summary: "List your notifications, the newest first",
  item: NotificationWire,
  size: 20,
  load: (ctx, caller, window) => listNotifications(ctx, caller.userId, window),
  toWire: toNotificationWire,
});

const unreadCount = route({
  method: "get",
  path: `${path}/unread-count`,
  tag,
  summary: "Count your unread notifications",
  access: "signedIn",
  responses: { 200: z.object({ count: z.number().int() }) },
  handle: async ({ ctx, caller }) => respond(200, { count: await countUnread(ctx, caller.userId) }),
});

const read = route({
  method: "post",
  path: `${path}/:id/read`,
  tag,
  summary: "Mark a notification as read",
  access: "signedIn",
  params: idParam,
  responses: { 200: z.object({ message: z.string() }) },
  async handle({ ctx, caller, params }) {
    if (!(await markNotification(ctx, caller.userId, params.id, true))) throw notFound();
    return respond(200, { message: READ[ctx.locale] });
  },
});

const readAll = route({
  method: "post",
  path: `${path}/read-all`,
  tag,
  summary: "Mark all your notifications as read",
  description: "`count` is the number that were unread.",
  access: "signedIn",
  responses: { 200: z.object({ message: z.string(), count: z.number().int() }) },
  async handle({ ctx, caller }) {
    const count = await markAllRead(ctx, caller.userId);
    return respond(200, { message: ALL_READ[ctx.locale], count });
  },
});

export const notificationRoutes: readonly Route[] = [
  list,
  unreadCount,
  read,
  readAll,
  ...settingsRoutes,
  ...pushRoutes,
  ...letterRoutes,
  ...friendNotificationRoutes,
];
