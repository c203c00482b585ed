/** Compaction of tracks: days past the retention become archive objects in the bucket, and their rows are deleted. */
import { and, eq, gt, gte, lt, lte, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { randomToken } from "../../../platform/crypto/digest.ts";
import { defineEffect } from "../../../platform/db/effects.ts";
import { commit, type Effect } from "../../../platform/db/outbox.ts";
import { log } from "../../../platform/log.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { checkObjects } from "../../../platform/storage/orphans.ts";
import { readChunks } from "../chunks/queries.ts";
import { settleLatest } from "../reports/latest.ts";
import { locationReports, trackDays } from "../tables.ts";
import { type DayPoint, dayName, packDay, startOfDay } from "./day-archive.ts";
import { readDay } from "./pages.ts";

const DAY = 24 * 3600_000;
const FOLDER = "private/tracks/";

/** Days compacted in one run. Each takes about six of the thousand statements that an invocation may make. */
const DAYS_PER_RUN = 60;

/** Continues with the next days at once, until none is due. */
export const trackCompaction = defineEffect<object>("track_roll", {
  address: () => "tracks",
  run: (ctx) => compactTracks(ctx),
});

interface OldDay {
  readonly userId: number;
  /** Start of the UTC day, epoch ms. */
  readonly start: number;
}

/**
 * Nightly: compacts days older than `TRACK_RETENTION_DAYS`, oldest first. Late reports for a compacted day are merged into
 * its archive. The object is written before the row that names it, and one transaction inserts the row and deletes the
 * reports and chunks. So a crash leaves at worst an object without a row, which `checkTracks` deletes.
 */
export async function compactTracks(ctx: RequestContext): Promise<{ days: number }> {
  const before = startOfDay(ctx.now() - ctx.runtime.settings.trackRetentionDays * DAY);
  let days = 0;
  for (let more = true; more && days < DAYS_PER_RUN; ) {
    more = false;
    for (const day of await oldestDays(ctx, before)) {
      if (days === DAYS_PER_RUN) break;
      try {
        await compactDay(ctx, day, days === DAYS_PER_RUN - 1 ? [trackCompaction.row({})] : []);
        days += 1;
        more = true;
      } catch (error) {
        // A day that fails keeps its rows until the next night and does not stop the others.
        log("error", "tracking.compact", { userId: day.userId, day: dayName(day.start) }, error);
      }
    }
  }
  return { days };
}

/** The oldest day of users who have one that is due. With the plus signs SQLite does not read in the order of users. Reads the index of what is due, and two entries for each of these users. */
async function oldestDays(ctx: RequestContext, before: number): Promise<OldDay[]> {
  const rows = await ctx.db.all<{ userId: number; oldest: number }>(sql`
    SELECT userId, min(coalesce(report, chunk), coalesce(chunk, report)) AS oldest FROM (
      SELECT u.id AS userId, (SELECT min(r.at) FROM location_reports r WHERE r.user_id = u.id) AS report,
        (SELECT min(c.bucket) FROM track_chunks c WHERE c.user_id = u.id) AS chunk
      FROM (SELECT +user_id AS id FROM track_chunks WHERE bucket < ${before}
        UNION SELECT +user_id FROM location_reports WHERE at < ${before} LIMIT ${DAYS_PER_RUN}) u)`);
  return rows.map(({ userId, oldest }) => ({ userId, start: startOfDay(oldest) }));
}

async function compactDay(
  ctx: RequestContext,
  { userId, start }: OldDay,
  effects: readonly Effect[],
): Promise<void> {
  const day = dayName(start);
  const { reports, chunks } = await readRows(ctx, userId, start);
  if (reports.length + chunks.length === 0) return;
  const former = and(eq(trackDays.userId, userId), eq(trackDays.day, day));
  const [row] = await ctx.db.select({ key: trackDays.key }).from(trackDays).where(former);
  const archived = row && (await readDay(ctx, row.key));
  if (archived === null) log("error", "tracking.lost", { userId, day });
  const points = merge(archived ?? [], [...reports, ...chunks.flatMap((chunk) => chunk.points)]);
  // Guard: if another run replaced the day's object since it was merged here, nothing is written.
  const asRead = sql`(SELECT ${trackDays.key} FROM ${trackDays} WHERE ${former}) IS ${row?.key ?? null}`;
  const [remove, ...rest] = removals(ctx, userId, { reports, chunks }, asRead);
  if (!remove) return;
  const replacement = points.length > 0 ? await putDay(ctx, userId, day, points) : null;
  await settleLatest(ctx, userId, start, start + DAY);
  // All or nothing: what another writer has changed since it was read stays for the next run.
  const atLeast = chunks.length || Math.min(reports.length, IDS);
  await commit(
    ctx,
    remove,
    effects,
    replacement
      ? [
          ...rest,
          // Deleted instead of updated: the trigger on deletion removes the former object.
          ctx.db.delete(trackDays).where(former),
          ctx.db.insert(trackDays).values(replacement),
        ]
      : rest,
    atLeast,
  );
}

async function readRows(ctx: RequestContext, userId: number, start: number) {
  const ofDay = and(
    eq(locationReports.userId, userId),
    gte(locationReports.at, start),
    lt(locationReports.at, start + DAY),
  );
  const reports = await ctx.db.select().from(locationReports).where(ofDay);
  const chunks = await readChunks(ctx, userId, sql`bucket >= ${start} AND bucket < ${start + DAY}`);
  return { reports, chunks };
}

/** Ids per statement: a bound value may hold at most 2 MB. */
const IDS = 50_000;

/** Statements that delete what was merged, chunks first, and each only as it was read. */
function removals(
  ctx: RequestContext,
  userId: number,
  { reports, chunks }: Awaited<ReturnType<typeof readRows>>,
  asRead: SQL,
): BatchItem<"sqlite">[] {
  const keys = chunks.map(({ bucket, part, version }) => [bucket, part, version]);
  const pieces = Array.from({ length: Math.ceil(reports.length / IDS) }, (_, n) =>
    reports.slice(n * IDS, (n + 1) * IDS).map(({ id }) => id),
  );
  return [
    ...(keys.length > 0
      ? [
          ctx.db.run(sql`DELETE FROM track_chunks WHERE user_id = ${userId} AND ${asRead} AND (bucket, part, version) IN (
            SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(${JSON.stringify(keys)}))`),
        ]
      : []),
    ...pieces.map((ids) =>
      ctx.db.run(sql`DELETE FROM location_reports WHERE user_id = ${userId} AND ${asRead}
        AND id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`),
    ),
  ];
}

/** Stores a day's object and returns its row. */
async function putDay(ctx: RequestContext, userId: number, day: string, points: readonly DayPoint[]) {
  const packed = await packDay(points);
  const key = `${FOLDER}${userId}/${day}-${randomToken(9)}`;
  await ctx.runtime.bucket.put(key, packed, { httpMetadata: { contentType: "application/gzip" } });
  return {
    userId,
    day,
    key,
    points: points.length,
    size: packed.length,
    startsAt: points[0]?.at ?? 0,
    endsAt: points.at(-1)?.at ?? 0,
  };
}

/** Merges points in the order of their times, without those that a repeated archive of a room's journal brought twice. */
function merge(archived: readonly DayPoint[], reports: readonly DayPoint[]): DayPoint[] {
  const points = new Map<string, DayPoint>();
  for (const point of [...reports, ...archived])
    points.set(
      [point.at, point.latitude.toFixed(7), point.longitude.toFixed(7), point.flag].join(" "),
      point,
    );
  return [...points.values()].sort((one, other) => one.at - other.at || one.id - other.id);
}

/** Nightly: days and their objects belong together. */
export const checkTracks = (ctx: RequestContext) =>
  checkObjects(ctx, {
    name: "tracking",
    folder: FOLDER,
    keysBetween: async (after, last) => {
      const rows = await ctx.db
        .select({ key: trackDays.key })
        .from(trackDays)
        .where(and(gt(trackDays.key, after), lte(trackDays.key, last)))
        .orderBy(trackDays.key);
      return rows.map(({ key }) => key);
    },
  });
