/** Reads stored points that late ones are compared with. */
import { sql } from "drizzle-orm";
import type { RequestContext } from "../../../platform/runtime.ts";
import { canBeRepeated } from "../chunks/merging.ts";
import { BUCKET, bucketOf } from "../chunks/packing.ts";
import { readChunks } from "../chunks/queries.ts";
import type { Fix } from "./filter-rules.ts";

/** The most points that are read to compare with. */
const KNOWN = 500;
/** How many points before the first new one. */
const BEFORE = 5;

/**
 * Stored points that new ones are compared with: some before them, those between, the next one after, and those with the
 * same times. Only points with a time of their own count.
 */
export async function knownAround(
  ctx: RequestContext,
  userId: number,
  times: readonly number[],
): Promise<Fix[]> {
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
