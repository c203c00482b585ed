/** Stores points that came by REST: they become an entry of the track room, as if they had come by its socket. */
import { sql } from "drizzle-orm";
import { isOutdated } from "../../../platform/realtime/stubs.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { trackRoom } from "../../identity/index.ts";
import { geofencesNear, readGeofences, recordArrivals } from "../tasks/geofence.ts";
import type { FilteredPoint, Point } from "./filter-rules.ts";
import { pointId } from "./ids.ts";
import { knownAround } from "./known-fixes.ts";
import { storeBesideRoom } from "./outdated-room.ts";

/** Points as a room has judged and counted them. */
export interface StoredPoints {
  readonly points: readonly FilteredPoint[];
  /** The count of the first one. */
  readonly first: number;
}

export interface ReportedPoint extends FilteredPoint {
  readonly id: number;
}

/** The room compares a point with its own newest ones. For points older than this, it also gets those in the database. Ms. */
const LATE = 600_000;

/** Stores points. Returns them in the order of arrival, with their numbers; null when there is no such user. */
export async function storePoints(
  ctx: RequestContext,
  userId: number,
  points: readonly Point[],
): Promise<ReportedPoint[] | null> {
  const times = points.flatMap(({ at }) => at ?? []);
  const isLate = times.some((at) => at < ctx.now() - LATE);
  const known = isLate ? await knownAround(ctx, userId, times) : [];
  const name = trackRoom(userId);
  const draft = { author: userId, ref: null, kind: "points", body: { points, known } };
  let body: StoredPoints;
  try {
    const entry = await ctx.runtime.room(name)?.submit(name, draft);
    if (!entry) return null;
    body = entry.body as unknown as StoredPoints;
  } catch (error) {
    if (!isOutdated(error)) throw error;
    body = await storeBesideRoom(ctx, userId, points);
  }
  const stored = body.points.map((point, index) => ({ ...point, id: pointId(userId, body.first + index) }));
  ctx.defer("tracking.arrive", arrive(ctx, userId, stored), { userId });
  return stored;
}

/** The archive looks for arrivals, too. Here they are found at once. */
async function arrive(ctx: RequestContext, userId: number, points: readonly FilteredPoint[]): Promise<void> {
  const [row] = await ctx.db.all<{ geofences: string | null }>(
    sql`SELECT ${geofencesNear(userId, points)} AS geofences`,
  );
  await recordArrivals(ctx, userId, readGeofences(row?.geofences), points);
}
