/** Keeps each person's latest location true when a report is changed or removed. */
import { inArray, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { cellOf } from "../../../platform/cells.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { latestLocations } from "../tables.ts";
import { newestArchived } from "../tracks/pages.ts";

/** Statements after a change of report `id`: the latest locations of its owners are found again. */
export async function refreshLatest(
  ctx: RequestContext,
  id: number,
  owners: readonly number[],
): Promise<BatchItem<"sqlite">[]> {
  const forget = ctx.db.delete(latestLocations).where(inArray(latestLocations.userId, [...owners]));
  const find = owners.map(async (userId) => [
    advanceLatest(
      ctx,
      sql`SELECT user_id, id, at, received_at, latitude, longitude, accuracy, speed, heading, cell, NULL, NULL FROM location_reports
        WHERE user_id = ${userId} AND flag IS NULL ORDER BY at DESC, id DESC LIMIT 1`,
    ),
    advanceLatest(
      ctx,
      sql`SELECT user_id, newest ->> 0, newest ->> 1, newest ->> 2, newest ->> 3, newest ->> 4, newest ->> 5, newest ->> 6,
          newest ->> 7, newest ->> 8, bucket, part FROM track_chunks
        WHERE user_id = ${userId} AND newest IS NOT NULL ORDER BY bucket DESC, newest ->> 1 DESC, newest ->> 0 DESC LIMIT 1`,
    ),
    ...(await latestFromArchive(ctx, userId, id)),
  ]);
  return [forget, ...(await Promise.all(find)).flat()];
}

/** Takes the newest good point from the day archives, where only the touched report is newer. */
async function latestFromArchive(
  ctx: RequestContext,
  userId: number,
  touched: number,
): Promise<BatchItem<"sqlite">[]> {
  const point = await newestArchived(ctx, userId, touched);
  if (!point) return [];
  const { id, at, receivedAt, latitude, longitude, accuracy, speed, heading } = point;
  return [
    advanceLatest(
      ctx,
      sql`
      SELECT id, ${id}, ${at}, ${receivedAt}, ${latitude}, ${longitude}, ${accuracy}, ${speed}, ${heading}, ${await cellOf(point)}, NULL, NULL
      FROM users WHERE id = ${userId}`,
    ),
  ];
}

/** Moves a latest location forward to the chosen row, never back in time. */
export function advanceLatest(ctx: RequestContext, chosen: SQL): BatchItem<"sqlite"> {
  return ctx.db.run(sql`
    INSERT INTO latest_locations (user_id, report_id, at, received_at, latitude, longitude, accuracy, speed, heading, cell, bucket, part)
    SELECT * FROM (${chosen}) WHERE true
    ON CONFLICT (user_id) DO UPDATE SET report_id = excluded.report_id, at = excluded.at,
      received_at = excluded.received_at, latitude = excluded.latitude, longitude = excluded.longitude,
      accuracy = excluded.accuracy, speed = excluded.speed, heading = excluded.heading, cell = excluded.cell,
      bucket = excluded.bucket, part = excluded.part
    WHERE (excluded.at, excluded.report_id) > (latest_locations.at, latest_locations.report_id)`);
}

/** A statement that makes a latest location independent of the chunks that begin between these times. */
export function settleLatest(ctx: RequestContext, userId: number, from: number, to: number) {
  return ctx.db.run(sql`
    UPDATE latest_locations SET (report_id, at, received_at, latitude, longitude, accuracy, speed, heading, bucket, part) =
      (SELECT report_id, at, received_at, latitude, longitude, accuracy, speed, heading, NULL, NULL FROM latest_places
        WHERE user_id = ${userId})
    WHERE user_id = ${userId} AND bucket >= ${from} AND bucket < ${to}`);
}
