/** Who may open a track's socket: its owner to report, and whoever may watch. */
import { notFound } from "../../../platform/http/errors.ts";
import { numberIn } from "../../../platform/ids.ts";
import { type RoomAuthorizer, requireCaller } from "../../../platform/realtime/socket/authorizer.ts";
import { CLOSE } from "../../../platform/realtime/socket/frames.ts";
import { userRoom } from "../../identity/index.ts";
import { auditView } from "../visibility/audit.ts";
import { visibilityOf } from "../visibility/queries.ts";
import { trackSocket, watchedSocket } from "./room.ts";

/** One's own track, as the Eurorace app documents it: refused sockets open and close with 4003. */
const ownTrackAuthorizer: RoomAuthorizer = {
  kind: "location",
  path: "/ws/location",
  document: trackSocket,
  refusedWith: CLOSE.forbidden,
  async authorize(_ctx, who) {
    const caller = requireCaller(who);
    return { room: userRoom(caller.userId) };
  },
};

/** Anybody's track: its owner reports, and those watch whom `visibility.ts` lets. */
const trackAuthorizer: RoomAuthorizer = {
  kind: "user",
  path: "/ws/users/:id/location",
  document: watchedSocket,
  async authorize(ctx, who, id) {
    const caller = requireCaller(who);
    const userId = numberIn(id);
    if (userId === null) throw notFound();
    const room = userRoom(userId);
    if (userId === caller.userId) return { room };
    const right = await visibilityOf(ctx, userId, caller.userId);
    if (!right.may) throw notFound();
    const { visibleFrom, until } = right;
    return {
      room,
      readOnly: true,
      visibleFrom,
      ...(until === null ? {} : { until }),
      ...(right.as === "staff"
        ? { beforeOpen: () => auditView(ctx, caller, userId, { door: "socket" }) }
        : {}),
    };
  },
};

export const trackingAuthorizers: readonly RoomAuthorizer[] = [ownTrackAuthorizer, trackAuthorizer];
