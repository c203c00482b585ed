/** `/api/v1/notification/…` of Find Friend. Clients can't create notifications. */
import { methodNotAllowed, notFound } from "../../platform/http/errors.ts";
import { boolean } from "../../platform/http/input/fields.ts";
import { MAX_LIMIT, pageQuery } from "../../platform/http/lists/paging.ts";
import { type Route, respond, route } from "../../platform/http/route.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { z } from "../../platform/zod.ts";
import { idParam } from "../identity/index.ts";
import { removeNotification } from "./commands.ts";
import type { Notification } from "./notices.ts";
import { findNotification, newestNotifications } from "./queries.ts";
import { markNotification } from "./reading.ts";
import { FriendNotificationWire, NotificationSettingsWire, toFriendNotificationWire } from "./schemas.ts";
import { changeSettings } from "./settings/commands.ts";
import { findSettings } from "./settings/queries.ts";

const tag = "Find Friend notifications";
const challenge = "Token";
const access = "signedIn";
const path = "/api/v1/notification";

/** Limit of the list without pages; `/api/v1/notifications/` has the rest. */
const LONGEST = 10 * MAX_LIMIT;

const list = route({
  method: "get",
  path,
  tag,
  challenge,
  access,
  summary: "List your notifications without pages, the newest first",
  query: pageQuery.pick({ limit: true }),
  responses: { 200: z.array(FriendNotificationWire) },
  async handle({ ctx, caller, query }) {
    const window = { limit: query.limit ?? LONGEST, offset: 0 };
    const rows = await newestNotifications(ctx, caller.userId, window);
    return respond(200, rows.map(toFriendNotificationWire));
  },
});

function orNone(row: Notification | null): z.input<typeof FriendNotificationWire> {
  if (!row) throw notFound();
  return toFriendNotificationWire(row);
}

const one = { path: `${path}/:id`, tag, challenge, access, params: idParam } as const;

const read = route({
  ...one,
  method: "get",
  summary: "Read a notification",
  responses: { 200: FriendNotificationWire },
  handle: async ({ ctx, caller, params }) =>
    respond(200, orNone(await findNotification(ctx, caller.userId, params.id))),
});

/** PUT behaves as PATCH. */
const change = (method: "put" | "patch") =>
  route({
    ...one,
    method,
    summary: "Mark a notification as read or unread",
    description: "Only `read` can be changed.",
    body: z.object({ read: boolean().optional() }).openapi("NotificationChange"),
    responses: { 200: FriendNotificationWire },
    async handle({ ctx, caller, params, body }) {
      const marked =
        body.read === undefined
          ? findNotification(ctx, caller.userId, params.id)
          : markNotification(ctx, caller.userId, params.id, body.read);
      return respond(200, orNone(await marked));
    },
  });

const remove = route({
  ...one,
  method: "delete",
  summary: "Delete a notification",
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    if (!(await removeNotification(ctx, caller.userId, params.id))) throw notFound();
    return respond(204, null);
  },
});

const settings = { path: `${path}/notification_settings`, tag, challenge } as const;

async function settingsWire(
  ctx: RequestContext,
  user: number,
): Promise<z.input<typeof NotificationSettingsWire>> {
  const settings = await findSettings(ctx, user);
  return { id: user, receive_notifications: settings?.receives ?? true, user };
}

const switchAll = route({
  ...settings,
  method: "patch",
  access,
  summary: "Turn notifications on or off",
  description: "An empty body changes nothing and returns the current setting.",
  body: z.object({ receive_notifications: boolean().optional() }).openapi("NotificationSettingsChange"),
  responses: { 200: NotificationSettingsWire },
  async handle({ ctx, caller, body }) {
    const wanted = body.receive_notifications;
    if (wanted !== undefined) await changeSettings(ctx, caller.userId, { receives: wanted });
    return respond(200, await settingsWire(ctx, caller.userId));
  },
});

/** Otherwise this path would be read as a notification's id. */
const noSettingsToRead = route({
  ...settings,
  method: "get",
  access,
  summary: "Not allowed",
  hidden: true,
  responses: {},
  async handle() {
    throw methodNotAllowed("GET", ["PATCH", "OPTIONS"]);
  },
});

export const friendNotificationRoutes: readonly Route[] = [
  list,
  switchAll,
  noSettingsToRead,
  read,
  change("put"),
  change("patch"),
  remove,
];
