/** Room handler for a person's inbox: notifications, and subscriptions to other rooms. */
import type { RoomHandler } from "../../../platform/realtime/handler.ts";
import { type RoomAuthorizer, requireCaller } from "../../../platform/realtime/handshake/authorizer.ts";
import { fault } from "../../../platform/realtime/socket/frames.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { socketTokenRefresh } from "../../identity/index.ts";
import { toldBefore } from "./beginning.ts";

/** `me` is the caller. */
export const meAuthorizer: RoomAuthorizer = {
  kind: "me",
  path: "/ws/me",
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
    toldBefore: (room) => toldBefore(openRequestContext(), Number(room.slice("inbox:".length))),
    hasOlderJournals: true,
    authenticate: socketTokenRefresh(openRequestContext),
    authorizeSubscription: (...asked) => authorizeSubscription(openRequestContext(), ...asked),
  });
}
