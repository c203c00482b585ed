/** Who may open a track's socket: its owner to report, and whoever may watch. */
import { sql } from "drizzle-orm";
import { notFound } from "../../platform/http/errors.ts";
import { numberIn } from "../../platform/ids.ts";
import { CLOSE } from "../../platform/realtime/frames.ts";
import { type Gate, known } from "../../platform/realtime/handshake.ts";
import type { Scope } from "../../platform/runtime.ts";
import { trackSocket, watchedSocket } from "./room.ts";

/** One's own track, as the Eurorace app documents it: refused sockets open and close with 4003. */
const ownTrackGate: Gate = {
  kind: "location",
  path: "/ws/location",
  document: trackSocket,
  refusedWith: CLOSE.forbidden,
  async enter(_scope, who) {
    const caller = known(who);
    return { room: `user:${caller.userId}` };
  },
};

/** Anybody's track: its owner reports, friends whom they let, fellow members of an event that is on, and staff watch. */
const trackGate: Gate = {
  kind: "user",
  path: "/ws/users/:id/location",
  document: watchedSocket,
  async enter(scope, who, id) {
    const caller = known(who);
    const userId = numberIn(id);
    if (userId === null) throw notFound();
    const room = `user:${userId}`;
    if (userId === caller.userId) return { room };
    if (!(await mayWatch(scope, caller.userId, userId, caller.isStaff))) throw notFound();
    return { room, readOnly: true };
  },
};

export const trackingGates: readonly Gate[] = [ownTrackGate, trackGate];

async function mayWatch(scope: Scope, watcher: number, userId: number, isStaff: boolean): Promise<boolean> {
  const [low, high] = [Math.min(watcher, userId), Math.max(watcher, userId)];
  const now = scope.now();
  const [row] = await scope.db.all<{ friend: number; fellow: number; blocked: number }>(sql`SELECT
    EXISTS (SELECT 1 FROM friendships f JOIN social_profiles p ON p.user_id = u.id AND p.is_geoip_allowed = 1
      WHERE f.low_id = ${low} AND f.high_id = ${high}) AS friend,
    EXISTS (SELECT 1 FROM event_members mine JOIN event_members theirs ON theirs.event_id = mine.event_id
      JOIN events e ON e.id = mine.event_id
      WHERE mine.user_id = ${watcher} AND theirs.user_id = u.id AND e.starts_at <= ${now} AND e.ends_at > ${now}) AS fellow,
    EXISTS (SELECT 1 FROM blocks b WHERE (b.user_id = u.id AND b.blocked_id = ${watcher})
      OR (b.user_id = ${watcher} AND b.blocked_id = u.id)) AS blocked
    FROM users u WHERE u.id = ${userId}`);
  if (!row) return false;
  return isStaff || ((row.friend === 1 || row.fellow === 1) && row.blocked === 0);
}
