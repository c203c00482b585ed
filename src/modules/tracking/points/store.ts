/** Stores points that came by REST: they become an entry of the track room, as if they had come by its socket. */
import { sql } from "drizzle-orm";
import type { RequestContext } from "../../../platform/runtime.ts";
import { trackRoom } from "../../identity/index.ts";
import { canBeRepeated } from "../chunks/merging.ts";
import { BUCKET, bucketOf } from "../chunks/packing.ts";
import { readChunks } from "../chunks/queries.ts";
import { geofencesNear, readGeofences, recordArrivals } from "../tasks/geofence.ts";
import type { FilteredPoint, Fix, Point } from "./filter-rules.ts";
import { pointId } from "./ids.ts";

export interface ReportedPoint extends FilteredPoint {
  readonly id: number;
}

/** The room compares a point with its own newest ones. For points older than this, it also gets those in the database. Ms. */
const LATE = 600_000;
/** The most points that are read to compare with. */
const KNOWN = 500;
/** How many points before the first new one. */
const BEFORE = 5;

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
  const entry = await ctx.runtime.room(name)?.submit(name, draft);
  if (!entry) return null;
  const body = entry.body as { readonly points: readonly FilteredPoint[]; readonly first: number };
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

/**
 * Stored points that new ones are compared with: some before them, those between, the next one after, and those with the
 * same times. Only points with a time of their own count.
 */
async function knownAround(ctx: RequestContext, userId: number, times: readonly number[]): Promise<Fix[]> {
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const buckets = JSON.stringify([...new Set(times.map(bucketOf))]);
  const [moments, own] = [
    JSON.stringify(times),
    sql`SELECT bucket FROM track_chunks WHERE user_id = ${userId}`,
  ];
  const [chunks, singles] = await Promise.all([
    readChunks(
      ctx,
      userId,
      sql`(bucket IN (SELECT value FROM json_each(${buckets}))
        OR bucket = (${own} AND bucket < ${bucketOf(first)} ORDER BY bucket DESC LIMIT 1)
        OR bucket = (${own} AND bucket > ${bucketOf(last)} ORDER BY bucket LIMIT 1))`,
    ),
    ctx.db.all<Fix & { readonly receivedAt: number }>(sql`
      SELECT at, received_at AS receivedAt, latitude, longitude, accuracy, flag FROM location_reports
      WHERE user_id = ${userId} AND (at IN (SELECT value FROM json_each(${moments}))
        OR at BETWEEN ${first - BUCKET} AND ${last + BUCKET}) LIMIT ${KNOWN}`),
  ]);
  const fixes = [...chunks.flatMap(({ points }) => points), ...singles]
    .filter(canBeRepeated)
    .sort((one, other) => one.at - other.at);
  const same = new Set(times);
  return [
    ...fixes.filter(({ at }) => at <= first).slice(-BEFORE),
    ...fixes.filter(({ at }) => at > first && at <= last).slice(0, KNOWN),
    ...fixes.filter(({ at }) => at > last).slice(0, 1),
    ...fixes.filter(({ at }) => same.has(at)).slice(0, KNOWN),
  ];
}
