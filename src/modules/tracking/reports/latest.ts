/** Keeps each person's latest location true when a report is changed or removed. */
import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { cellOf } from "../../../platform/geo.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { latestLocations } from "../tables.ts";
import { newestArchived } from "../tracks/queries.ts";

/** Statements after a change of report `id`: the owners' latest locations are found again where they came from it. */
export async function refreshLatest(
  ctx: RequestContext,
  id: number,
  owners: readonly number[],
): Promise<BatchItem<"sqlite">[]> {
  const forget = ctx.db
    .delete(latestLocations)
    .where(and(inArray(latestLocations.userId, [...owners]), eq(latestLocations.reportId, id)));
  const find = owners.map(async (userId) => [
    advance(
      ctx,
      sql`
      SELECT user_id, id, at, received_at, latitude, longitude, accuracy, speed, heading, cell FROM location_reports
      WHERE user_id = ${userId} AND flag IS NULL ORDER BY at DESC, id DESC LIMIT 1`,
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
    advance(
      ctx,
      sql`
      SELECT id, ${id}, ${at}, ${receivedAt}, ${latitude}, ${longitude}, ${accuracy}, ${speed}, ${heading}, ${cellOf(point)}
      FROM users WHERE id = ${userId}`,
    ),
  ];
}

/** Moves a latest location forward to the chosen row, never back in time. */
function advance(ctx: RequestContext, chosen: SQL) {
  return ctx.db.run(sql`
    INSERT INTO latest_locations (user_id, report_id, at, received_at, latitude, longitude, accuracy, speed, heading, cell)
    SELECT * FROM (${chosen}) WHERE true
    ON CONFLICT (user_id) DO UPDATE SET report_id = excluded.report_id, at = excluded.at,
      received_at = excluded.received_at, latitude = excluded.latitude, longitude = excluded.longitude,
      accuracy = excluded.accuracy, speed = excluded.speed, heading = excluded.heading, cell = excluded.cell
    WHERE (excluded.at, excluded.report_id) > (latest_locations.at, latest_locations.report_id)`);
}
