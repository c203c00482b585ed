/**
 * Reads a track page by page, from the three places where its points may be: single reports and chunks in the database, and
 * day archives in the bucket. The database is read in one transaction, so that a point that is being moved is seen once.
 */
import { and, asc, eq, gte, isNull, lte, type SQL, sql } from "drizzle-orm";
import { runBatch } from "../../../platform/db/client.ts";
import { log } from "../../../platform/log.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { visibleNameSql } from "../../identity/index.ts";
import { BUCKET, type ChunkRow, unpackChunk } from "../chunks/packing.ts";
import { CHUNK_COLUMNS } from "../chunks/queries.ts";
import { userOfPoint } from "../points/ids.ts";
import { locationReports } from "../tables.ts";
import { type DayPoint, unpackDay } from "./day-archive.ts";
import type { TrackFilter, TrackPoint } from "./queries.ts";

/** The most that one page reads: single reports, times with chunks, and archived days. */
export const PAGE = 10_000;
const BUCKETS = 24;
const DAYS = 6;

/** The position of a point. A page begins after the last point of the page before. */
interface Position {
  readonly at: number;
  readonly id: number;
}

export interface Page {
  /** `newest`: the highest number of the user's points. */
  readonly person: { readonly username: string; readonly newest: number } | undefined;
  readonly points: TrackPoint[];
  /** Null at the end. */
  readonly next: Position | null;
}

interface Day {
  readonly key: string;
  readonly startsAt: number;
  readonly endsAt: number;
}

type Bounded = TrackFilter & { readonly newest?: number };

/** The points after a position, up to where one of the three places has more. */
export async function readPage(
  ctx: RequestContext,
  userId: number,
  filter: Bounded,
  after: Position,
): Promise<Page> {
  const missed = new Set<string>();
  for (;;) {
    const { person, reports, chunked, days, ends } = await readParts(ctx, userId, filter, after);
    const next = ends.toSorted(byTime)[0] ?? null;
    const inReach = days.filter(({ startsAt }) => !next || startsAt <= next.at);
    const opened = await Promise.all(inReach.map(({ key }) => readDay(ctx, key)));
    // A day that was merged meanwhile has another object: read again. An object that is missing twice is lost.
    const missing = inReach.flatMap(({ key }, index) => (opened[index] ? [] : key));
    if (missing.some((key) => !missed.has(key))) {
      for (const key of missing) missed.add(key);
      continue;
    }
    const packed = [...chunked, ...opened.flatMap((day) => day ?? [])].filter((point) =>
      isWanted(point, userId, filter),
    );
    const points = [...packed, ...reports]
      .filter((point) => isAfter(point, after) && !(next && isAfter(point, next)))
      .sort(byTime);
    // A room that archives an old entry again brings its points once more, until the next night.
    return { person, points: points.filter((point, index) => point.id !== points[index - 1]?.id), next };
  }
}

async function readParts(ctx: RequestContext, userId: number, filter: Bounded, after: Position) {
  const { to, flagged, visibleFrom } = filter;
  const { db } = ctx;
  const { id, at, receivedAt, latitude, longitude, flag } = locationReports;
  const reports = db
    .select({ id, at, latitude, longitude })
    .from(locationReports)
    .where(
      and(
        eq(locationReports.userId, userId),
        sql`(${at}, ${id}) > (${after.at}, ${after.id})`,
        to === undefined ? undefined : lte(at, to),
        visibleFrom === undefined ? undefined : gte(receivedAt, visibleFrom),
        flagged ? undefined : isNull(flag),
      ),
    )
    .orderBy(asc(at), asc(id))
    .limit(PAGE);
  const inTime = sql`user_id = ${userId} AND bucket > ${after.at - BUCKET} AND bucket <= ${to ?? Number.MAX_SAFE_INTEGER}`;
  const chunks =
    db.run(sql`SELECT ${CHUNK_COLUMNS} FROM track_chunks WHERE user_id = ${userId} AND bucket IN (
    SELECT DISTINCT bucket FROM track_chunks WHERE ${inTime} ORDER BY bucket LIMIT ${BUCKETS}) ORDER BY bucket, part`);
  const person = db.run(sql`SELECT ${visibleNameSql(filter.viewer ?? null)} AS username,
    (SELECT max(last_id) FROM track_chunks WHERE user_id = ${userId}) AS newest, ${daysAfter(userId, after.at, to)} AS days
    FROM users WHERE id = ${userId}`);
  const [people, rows, packed] = (await runBatch(db, [person, reports, chunks])) as [
    { results: { username: string; newest: number | null; days: string }[] },
    (TrackPoint & Position)[],
    { results: ChunkRow[] },
  ];
  const [found] = people.results;
  const days = (JSON.parse(found?.days ?? "[]") as [string, number, number][]).map(
    ([key, startsAt, endsAt]): Day => ({ key, startsAt, endsAt }),
  );
  const buckets = new Set(packed.results.map(({ bucket }) => bucket));
  const [lastReport, lastBucket, lastDay] = [rows.at(-1), packed.results.at(-1), days.at(-1)];
  // Where each place has more.
  const ends: Position[] = [
    ...(rows.length === PAGE && lastReport ? [{ at: lastReport.at, id: lastReport.id }] : []),
    ...(buckets.size === BUCKETS && lastBucket ? [{ at: lastBucket.bucket + BUCKET, id: 0 }] : []),
    ...(days.length === DAYS && lastDay ? [{ at: lastDay.endsAt + 1, id: 0 }] : []),
  ];
  return {
    person: found && { username: found.username, newest: found.newest ?? 0 },
    reports: rows,
    chunked: packed.results.flatMap((row) => unpackChunk(row).points),
    days,
    ends,
  };
}

/** SQL value: the next archived days, as JSON. */
function daysAfter(userId: number, at: number, to: number | undefined): SQL {
  return sql`(SELECT json_group_array(json_array(key, starts_at, ends_at)) FROM (
    SELECT key, starts_at, ends_at FROM track_days WHERE user_id = ${userId} AND ends_at >= ${at}
      AND starts_at <= ${to ?? Number.MAX_SAFE_INTEGER} ORDER BY day LIMIT ${DAYS}))`;
}

/**
 * The newest good point of archived days that are newer than all of the user's reports in the database. Report `besides` and
 * its chunk do not count. Usually null.
 */
export async function newestArchived(
  ctx: RequestContext,
  userId: number,
  besides: number,
): Promise<DayPoint | null> {
  const days = await ctx.db.all<{ key: string }>(sql`
    SELECT key FROM track_days WHERE user_id = ${userId} AND ends_at > max(
      coalesce((SELECT max(at) FROM location_reports WHERE user_id = ${userId} AND flag IS NULL AND id <> ${besides}), -1),
      coalesce((SELECT newest ->> 1 FROM track_chunks WHERE user_id = ${userId} AND newest IS NOT NULL
        AND NOT (first_id <= ${besides} AND last_id >= ${besides}) ORDER BY bucket DESC LIMIT 1), -1))
    ORDER BY day DESC`);
  for (const { key } of days) {
    const point = (await readDay(ctx, key))?.findLast(({ flag }) => flag === null);
    if (point) return point;
  }
  return null;
}

/** Reads one day archive; null when there is no such object. */
export async function readDay(ctx: RequestContext, key: string): Promise<DayPoint[] | null> {
  const object = await ctx.runtime.bucket.get(key);
  if (!object) log("warn", "tracking.day", { missing: key });
  return object && unpackDay(object.body);
}

function isWanted(
  point: DayPoint,
  userId: number,
  { from, to, flagged, newest, visibleFrom = 0 }: Bounded,
): boolean {
  return (
    point.at >= visibleFrom &&
    point.receivedAt >= visibleFrom &&
    (flagged || point.flag === null) &&
    (from === undefined || point.at >= from) &&
    (to === undefined || point.at <= to) &&
    (newest === undefined || userOfPoint(point.id) !== userId || point.id <= newest)
  );
}

const byTime = (one: Position, other: Position) => one.at - other.at || one.id - other.id;
const isAfter = (one: Position, other: Position) => byTime(one, other) > 0;
