/**
 * Stores points that came by REST while their track room runs the version before, which can't take them. That lasts some
 * minutes of a deploy; a release later this file goes.
 */
import { sql } from "drizzle-orm";
import type { RequestContext } from "../../../platform/runtime.ts";
import { trackRoom } from "../../identity/index.ts";
import type { StoredPointsBody } from "../live/entries.ts";
import { flushTrack } from "../tracks/queries.ts";
import { archivePoints } from "./archive.ts";
import { filterAll, type Point } from "./filter-rules.ts";
import { nextPoint, pointId } from "./ids.ts";
import { knownAround } from "./known-fixes.ts";
import type { StoredPoints } from "./store.ts";

/** Judges points by what is in the database, stores them there, and tells the room afterwards. */
export async function storeBesideRoom(
  ctx: RequestContext,
  userId: number,
  points: readonly Point[],
): Promise<StoredPoints> {
  const now = ctx.now();
  const times = points.flatMap(({ at }) => at ?? []);
  if (times.length > 0) await flushTrack(ctx, userId);
  const filtered = filterAll(points, times.length > 0 ? await knownAround(ctx, userId, times) : [], now);
  const [last] = await ctx.db.all<{ id: number | null }>(
    sql`SELECT max(last_id) AS id FROM track_chunks WHERE user_id = ${userId}`,
  );
  const first = nextPoint(Math.max(0, (last?.id ?? 0) - pointId(userId, 0) + 1), now);
  await archivePoints(ctx, userId, [{ seq: 0, at: now, points: filtered, first }]);
  const name = trackRoom(userId);
  const draft = {
    kind: "points",
    ref: `report:${pointId(userId, first)}`,
    body: { points: filtered, stored: true } satisfies StoredPointsBody,
  };
  ctx.defer("tracking.tell", Promise.resolve(ctx.runtime.room(name)?.publish(name, draft)), { userId });
  return { points: filtered, first };
}
