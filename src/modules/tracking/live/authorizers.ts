/** Authorizes a track's sockets: the owner reports, and users with a right to see the owner's locations watch. */
import { notFound } from "../../../platform/http/errors.ts";
import { numberIn } from "../../../platform/ids.ts";
import { type RoomAuthorizer, requireCaller } from "../../../platform/realtime/handshake/authorizer.ts";
import { CLOSE } from "../../../platform/realtime/socket/frames.ts";
import { trackRoom } from "../../identity/index.ts";
import { auditView } from "../visibility/audit.ts";
import { visibilityOf } from "../visibility/queries.ts";

/** The caller's own track, as the Eurorace app documents it: a refused socket is opened and closed with 4003. */
const ownTrackAuthorizer: RoomAuthorizer = {
  kind: "location",
  path: "/ws/location",
  asksNothing: true,
  refusedWith: CLOSE.forbidden,
  async authorize(_ctx, who) {
    const caller = requireCaller(who);
    return { room: trackRoom(caller.userId) };
  },
};

/** A user's track: its owner reports, and users who may see it by `visibility/rules.ts` watch. */
const trackAuthorizer: RoomAuthorizer = {
  kind: "user",
  path: "/ws/users/:id/location",
  async authorize(ctx, who, id) {
    const caller = requireCaller(who);
    const userId = numberIn(id);
    if (userId === null) throw notFound();
    const room = trackRoom(userId);
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
