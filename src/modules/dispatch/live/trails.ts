/** Trails of trucks: packed rows, written by the trucks' rooms, read by operators, deleted after `TRUCK_TRAIL_DAYS`. */
import { sql } from "drizzle-orm";
import type { RequestContext } from "../../../platform/runtime.ts";
import { truckRoom } from "../room-names.ts";
import { type TrailPoint, unpackTrail } from "./trail-codec.ts";

const DAY = 24 * 3600_000;

/** What a truck's room archives at once: from its first entry on. */
export interface Stretch {
  readonly epoch: string;
  readonly seq: number;
  /** When the first entry was stored, and the time of the newest position, epoch ms. */
  readonly startsAt: number;
  readonly endsAt: number;
  /** The positions of all its entries (`packTrail`). */
  readonly packed: Uint8Array;
}

/** Stores a stretch. Safe to repeat: a repeated batch begins with the same entry, and replaces the row. */
export function keepTrail(
  ctx: RequestContext,
  truckId: number,
  { epoch, seq, startsAt, endsAt, packed }: Stretch,
) {
  return ctx.db.run(sql`INSERT OR REPLACE INTO truck_trails (truck_id, starts_at, epoch, seq, ends_at, points)
    SELECT id, ${startsAt}, ${epoch}, ${seq}, ${endsAt}, ${packed} FROM tow_trucks WHERE id = ${truckId}`);
}

/** Rows read at a time. */
const PAGE = 50;

/** The newest points since a time (epoch ms), at most `most`, the oldest first. Also those that its room has not archived yet. */
export async function trailSince(
  ctx: RequestContext,
  truckId: number,
  since: number,
  most: number,
): Promise<TrailPoint[]> {
  await flush(ctx, truckId);
  const points = await rowsSince(ctx, truckId, since, most);
  for (let offset = 0; ; offset += PAGE) {
    const stretches = await ctx.db.all<{ startsAt: number; points: number[] }>(sql`
      SELECT starts_at AS startsAt, points FROM truck_trails
      WHERE truck_id = ${truckId} AND starts_at >= ${since - DAY} AND ends_at >= ${since}
      ORDER BY starts_at DESC, epoch DESC, seq DESC LIMIT ${PAGE} OFFSET ${offset}`);
    for (const stretch of stretches) {
      const unpacked = await unpackTrail(new Uint8Array(stretch.points));
      points.push(...unpacked.filter(({ at }) => at >= since));
    }
    // A position is stored after it was measured: earlier rows have only older ones.
    const from = stretches.at(-1)?.startsAt ?? 0;
    const isEnough = onlyOnce(points).filter(({ at }) => at >= from).length >= most;
    if (stretches.length < PAGE || isEnough) break;
  }
  return onlyOnce(points)
    .sort((one, other) => one.at - other.at)
    .slice(-most);
}

/** A room that lost its mark archives entries again, in batches that begin elsewhere. */
function onlyOnce(points: readonly TrailPoint[]): TrailPoint[] {
  const keyOf = ({ at, latitude, longitude }: TrailPoint) =>
    `${at} ${latitude.toFixed(7)} ${longitude.toFixed(7)}`;
  return [...new Map(points.map((point) => [keyOf(point), point])).values()];
}

/** Points that older versions stored, one in a row. */
function rowsSince(ctx: RequestContext, truckId: number, since: number, most: number): Promise<TrailPoint[]> {
  return ctx.db.all<TrailPoint>(sql`SELECT at, latitude, longitude, speed, heading FROM truck_points
    WHERE truck_id = ${truckId} AND at >= ${since} ORDER BY at DESC LIMIT ${most}`);
}

/** A truck that was never located has no room to ask. */
async function flush(ctx: RequestContext, truckId: number): Promise<void> {
  const located = await ctx.db.all(
    sql`SELECT 1 FROM tow_trucks WHERE id = ${truckId} AND located_at IS NOT NULL`,
  );
  const name = truckRoom(truckId);
  if (located.length > 0) await ctx.runtime.room(name)?.flush(name);
}

/** Rows deleted by one statement, and statements in one night. */
const DELETED = { rows: 5_000, times: 100 } as const;

/** Nightly: deletes trails older than `TRUCK_TRAIL_DAYS`, and the rows that older versions stored. */
export async function purgeTrails(ctx: RequestContext): Promise<void> {
  const before = ctx.now() - ctx.runtime.settings.truckTrailDays * DAY;
  // Truck by truck, so that the keys are used.
  const trucks = sql`truck_id IN (SELECT id FROM tow_trucks)`;
  const statements = [
    sql`DELETE FROM truck_trails WHERE (truck_id, starts_at, epoch, seq) IN (SELECT truck_id, starts_at, epoch, seq
      FROM truck_trails WHERE ${trucks} AND starts_at < ${before} LIMIT ${DELETED.rows})`,
    sql`DELETE FROM truck_points WHERE rowid IN (SELECT rowid
      FROM truck_points WHERE ${trucks} AND at < ${before} LIMIT ${DELETED.rows})`,
  ];
  for (const statement of statements)
    for (let times = 0; times < DELETED.times; times++) {
      const { meta } = await ctx.db.run(statement);
      if (meta.changes === 0) break;
    }
}
