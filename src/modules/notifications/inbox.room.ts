/** Room handler for a person's inbox: notifications, and subscriptions to other rooms. */
import * as v from "valibot";
import type { SocketDocument } from "../../platform/realtime/asyncapi.ts";
import type { RoomHandler } from "../../platform/realtime/handler.ts";
import { type RoomAuthorizer, requireCaller } from "../../platform/realtime/handshake/authorizer.ts";
import { fault } from "../../platform/realtime/socket/frames.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { socketTokenRefresh } from "../identity/index.ts";

const NotificationBody = v.object({
  id: v.number(),
  type: v.string(),
  title: v.string(),
  message: v.string(),
  about: v.nullable(v.string()),
  room: v.pipe(
    v.nullable(v.string()),
    v.description("The room that it is about; null when it is about none."),
  ),
  created_at: v.string(),
});

/** One notification was read, here or on another device; or all up to one. */
const NotificationReadBody = v.union([
  v.object({ id: v.number(), room: v.nullable(v.string()) }),
  v.object({ up_to: v.pipe(v.number(), v.description("All with this id or a lower one are read.")) }),
]);

const meSocket: SocketDocument = {
  name: "me",
  address: "/ws/me/",
  description:
    "The caller's own socket. It carries notifications and, after `subscribe`, any room that the caller may enter, each with its own position. Frames of a subscribed room carry its name as `room`.",
  says: {},
  entries: { notification: NotificationBody, notification_read: NotificationReadBody },
  documented: { fromClient: {}, fromServer: {} },
};

/** `me` is the caller. */
export const meAuthorizer: RoomAuthorizer = {
  kind: "me",
  path: "/ws/me",
  document: meSocket,
  asksNothing: true,
  async authorize(_ctx, who) {
    const caller = requireCaller(who);
    return { room: `inbox:${caller.userId}` };
  },
};

/** Authorizes a subscription to a room by its name; a `Fault` says why not. */
export type Authorize = (
  ctx: RequestContext,
  ...asked: Parameters<NonNullable<RoomHandler["authorizeSubscription"]>>
) => ReturnType<NonNullable<RoomHandler["authorizeSubscription"]>>;

export function inboxRoomHandler(
  authorizeSubscription: Authorize,
): (openRequestContext: () => RequestContext) => RoomHandler {
  return (openRequestContext) => ({
    says: {},
    mayWrite: () => null,
    fromDocumented: () => fault("bad_frame", "This socket speaks caravan.v1."),
    toDocumented: () => null,
    // Without an archive: every notification is already a row, written with the change it reports.
    authenticate: socketTokenRefresh(openRequestContext),
    authorizeSubscription: (...asked) => authorizeSubscription(openRequestContext(), ...asked),
  });
}
