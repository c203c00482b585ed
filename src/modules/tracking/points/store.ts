/** Stores points in the database: from REST one by one or in batches, from a room's journal by its archive. */
import { type SQL, sql } from "drizzle-orm";
import { runBatch } from "../../../platform/db/client.ts";
import { cellOf } from "../../../platform/geo.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { trackRoom } from "../../identity/index.ts";
import { geofencesNear, readGeofences, recordArrivals } from "../tasks/geofence.ts";
import { flushTrack } from "../tracks/queries.ts";
import {
  type FilteredPoint,
  type Flag,
  filterAll,
  type KnownFixes,
  type Point,
  SAME_PLACE,
} from "./filter-rules.ts";

/** An entry of a track room's journal. `at`: when the room received it, epoch ms. */
export interface PointsEntry {
  readonly seq: number;
  readonly at: number;
  readonly points: readonly FilteredPoint[];
  /** The points came by REST and are in the database already. */
  readonly stored?: boolean;
}

export interface StoredPoint extends FilteredPoint {
  readonly id: number;
}

/** A point's position in a room's journal. */
interface Origin {
  readonly epoch: string;
  readonly seq: number;
  readonly nth: number;
}

interface IncomingPoint {
  readonly point: FilteredPoint;
  readonly receivedAt: number;
  readonly origin: Origin | null;
}

/**
 * Archives entries of a user's track room in one transaction. Safe to repeat. A trigger updates the latest location; the
 * newest points are inserted first, so that it updates once.
 */
export async function archivePoints(
  ctx: RequestContext,
  userId: number,
  epoch: string,
  entries: readonly PointsEntry[],
): Promise<void> {
  const incoming = entries
    .filter(({ stored }) => !stored)
    .flatMap(({ seq, at, points }) =>
      points.map((point, nth) => ({ point, receivedAt: at, origin: { epoch, seq, nth } })),
    );
  if (incoming.length === 0) return;
  const points = incoming.map(({ point }) => point);
  const [, watch] = await runBatch(ctx.db, [
    ctx.db.run(insertPoints(userId, newestFirst(incoming))),
    ctx.db.run(sql`SELECT ${geofencesNear(userId, points)} AS geofences`),
  ]);
  const [row] = (watch as { results: { geofences: string | null }[] }).results;
  await recordArrivals(ctx, userId, readGeofences(row?.geofences), points);
}

/**
 * Stores points that came by REST: one statement reads the points to compare with, one writes. Entries that the track room
 * has not archived yet are flushed first, so that both filter by the same points. The room is told after the response.
 * Returns the points in the order of arrival; null when there is no such user.
 */
export async function storePoints(
  ctx: RequestContext,
  userId: number,
  points: readonly Point[],
): Promise<StoredPoint[] | null> {
  const now = ctx.now();
  // Only a point with a time of its own can be a repeat.
  if (points.some(({ at }) => at !== null)) await flushTrack(ctx, userId);
  const { known, geofences } = await readNeighbors(ctx, userId, points, now);
  const filtered = filterAll(points, known, now);
  const incoming = newestFirst(filtered.map((point) => ({ point, receivedAt: now, origin: null })));
  const written = await ctx.db.all<{ id: number; flag: Flag | null }>(
    sql`${insertPoints(userId, incoming)} RETURNING id, flag`,
  );
  if (written.length < filtered.length) return null;
  written.sort((one, other) => one.id - other.id);
  // The insert decides on duplicates: of two concurrent requests with the same point it flags the second.
  const stored = new Map(incoming.map(({ point }, index) => [point, written[index]]));
  const answer = filtered.map((point) => ({ ...point, id: 0, ...stored.get(point) }));
  ctx.defer("tracking.tell", tellRoom(ctx, userId, answer), { userId });
  ctx.defer("tracking.arrive", recordArrivals(ctx, userId, geofences, answer), { userId });
  return answer;
}

async function tellRoom(ctx: RequestContext, userId: number, points: readonly StoredPoint[]): Promise<void> {
  const name = trackRoom(userId);
  const body = { points: points.map(({ id: _, ...point }) => point), stored: true };
  const draft = { kind: "points", ref: `report:${points[0]?.id}`, body };
  await ctx.runtime.room(name)?.publish(name, draft);
}

/** Reads the stored points near the new ones in time, and the task geofences near them in space. */
async function readNeighbors(ctx: RequestContext, userId: number, points: readonly Point[], now: number) {
  const times = points.flatMap(({ at }) => at ?? []);
  const [row] = await ctx.db.all<{ known: string | null; geofences: string | null }>(sql`
    SELECT ${times.length > 0 ? knownAround(userId, times) : sql`NULL`} AS known,
      ${geofencesNear(
        userId,
        points.map((point) => ({ ...point, at: point.at ?? now })),
      )} AS geofences`);
  const known = JSON.parse(row?.known ?? "[]") as [number, number, number, number | null, Flag | null][];
  return {
    known: known.map(([at, latitude, longitude, accuracy, flag]): KnownFixes[number] => ({
      at,
      latitude,
      longitude,
      accuracy,
      flag,
    })),
    geofences: readGeofences(row?.geofences),
  };
}

/**
 * SQL value: stored points that new ones are compared with: a few before, those between, the next one after, and those
 * with the same times. Only points with a time of their own count.
 */
function knownAround(userId: number, times: readonly number[]): SQL {
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const chosen = sql`SELECT at, latitude, longitude, accuracy, flag FROM location_reports
    WHERE user_id = ${userId} AND at <> received_at AND (flag IS NULL OR flag = 'jump')`;
  return sql`(SELECT json_group_array(json_array(at, latitude, longitude, accuracy, flag)) FROM (
    SELECT * FROM (${chosen} AND at <= ${first} ORDER BY at DESC LIMIT 5)
    UNION ALL SELECT * FROM (${chosen} AND at > ${first} AND at <= ${last} ORDER BY at LIMIT 500)
    UNION ALL SELECT * FROM (${chosen} AND at > ${last} ORDER BY at LIMIT 1)
    UNION ALL SELECT * FROM (${chosen} AND at IN (SELECT value FROM json_each(${JSON.stringify(times)})) LIMIT 500)))`;
}

/**
 * SQL: inserts any number of points with one parameter. Skips points that are stored already and points of a deleted
 * user. A good point that repeats a stored one is flagged as a duplicate, however long ago and by whatever way that came.
 */
function insertPoints(userId: number, incoming: readonly IncomingPoint[]): SQL {
  const rows = incoming.map(({ point, receivedAt, origin }) => [
    point.at,
    receivedAt,
    point.latitude,
    point.longitude,
    point.accuracy,
    point.speed,
    point.heading,
    cellOf(point),
    point.flag,
    origin?.epoch ?? null,
    origin?.seq ?? null,
    origin?.nth ?? null,
  ]);
  return sql`
    INSERT INTO location_reports (user_id, at, received_at, latitude, longitude, accuracy, speed, heading, cell, flag, epoch, seq, nth)
    SELECT ${userId}, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
      value ->> 7, iif(${isRepeat(userId)}, 'duplicate', value ->> 8), value ->> 9, value ->> 10, value ->> 11
    FROM json_each(${JSON.stringify(rows)})
    WHERE EXISTS (SELECT 1 FROM users WHERE id = ${userId})
    ORDER BY key
    ON CONFLICT DO NOTHING`;
}

/** SQL condition on a row of `insertPoints`: another row has the same time and place. Both have a time of their own. */
function isRepeat(userId: number): SQL {
  return sql`coalesce(value ->> 8, 'jump') = 'jump' AND value ->> 0 <> value ->> 1 AND EXISTS (
        SELECT 1 FROM location_reports AS other WHERE other.user_id = ${userId} AND other.at = value ->> 0
          AND other.at <> other.received_at AND (other.flag IS NULL OR other.flag = 'jump')
          AND abs(other.latitude - (value ->> 2)) < ${SAME_PLACE} AND abs(other.longitude - (value ->> 3)) < ${SAME_PLACE}
          AND (value ->> 9 IS NULL OR (other.epoch, other.seq, other.nth) IS NOT (value ->> 9, value ->> 10, value ->> 11)))`;
}

/** A stable sort: of two points with the same time, the later one in the batch gets the higher id and wins the tie. */
function newestFirst(incoming: readonly IncomingPoint[]): IncomingPoint[] {
  return [...incoming].sort((one, other) => other.point.at - one.point.at);
}
