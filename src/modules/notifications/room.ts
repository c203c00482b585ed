/** A person's own socket: what they are told, and whatever other rooms they follow from here. */
import * as v from "valibot";
import type { SocketDocument } from "../../platform/realtime/asyncapi.ts";
import type { RoomHandler } from "../../platform/realtime/handler.ts";
import { type RoomAuthorizer, requireCaller } from "../../platform/realtime/socket/authorizer.ts";
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

/** One that was read, here or on another device; or all of them up to one. */
const NotificationReadBody = v.union([
  v.object({ id: v.number(), room: v.nullable(v.string()) }),
  v.object({ up_to: v.pipe(v.number(), v.description("All with this id or a lower one are read.")) }),
]);

const meSocket: SocketDocument = {
  name: "me",
  address: "/ws/me/",
  description:
    "One's own socket: notifications, and by `subscribe` any rooms one may enter, each with its own position. Frames of a followed room carry its name as `room`.",
  says: {},
  entries: { notification: NotificationBody, notification_read: NotificationReadBody },
  documented: { fromClient: {}, fromServer: {} },
};

/** `me` is whoever asks. */
export const meAuthorizer: RoomAuthorizer = {
  kind: "me",
  path: "/ws/me",
  document: meSocket,
  async authorize(_ctx, who) {
    const caller = requireCaller(who);
    return { room: `inbox:${caller.userId}` };
  },
};

/** Whether somebody may follow a room, by its name; a `Fault` says why not. */
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
    // Every notification is a row already, in the batch of the change that it tells of.
    archive: async () => {},
    authenticate: socketTokenRefresh(openRequestContext),
    authorizeSubscription: (...asked) => authorizeSubscription(openRequestContext(), ...asked),
  });
}
