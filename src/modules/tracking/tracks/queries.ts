/** Reads a user's track, from the database and from day archives in the bucket. */
import { and, asc, eq, gte, isNull, lte, sql } from "drizzle-orm";
import { runBatch } from "../../../platform/db/client.ts";
import type { Place } from "../../../platform/geo.ts";
import { log } from "../../../platform/log.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { trackRoom, type Viewer, visibleNameSql } from "../../identity/index.ts";
import { locationReports, trackDays } from "../tables.ts";
import { type DayPoint, unpackDay } from "./day-archive.ts";

export interface TrackPoint extends Place {
  /** Epoch ms. */
  readonly at: number;
}

export interface Track {
  readonly userId: number;
  readonly username: string;
  readonly total: number;
  /** Times of the first and the last point, epoch ms; null for an empty track. */
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  /** The points in the order of their times, in pages: a long track is never in memory as a whole. */
  parts(): Iterable<readonly TrackPoint[]> | AsyncIterable<readonly TrackPoint[]>;
}

export interface TrackFilter {
  /** Epoch ms, both included. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Includes flagged points. */
  readonly flagged?: boolean | undefined;
  /** When the right to see the track began, epoch ms. Points that are older or arrived earlier are left out. */
  readonly visibleFrom?: number | undefined;
  /** Who reads the track: decides which of the owner's names is shown. */
  readonly viewer?: Viewer;
}

/** Archives the entries of a track room that the database does not have yet. A failure is logged and not thrown. */
export async function flushTrack(ctx: RequestContext, userId: number): Promise<void> {
  const name = trackRoom(userId);
  try {
    await ctx.runtime.room(name)?.flush(name);
  } catch (error) {
    log("warn", "tracking.flush", { userId }, error);
  }
}

/** Retires the track room of a deleted account: closes its sockets and deletes its journal. */
export async function eraseTrack(ctx: RequestContext, userId: number): Promise<void> {
  const name = trackRoom(userId);
  await ctx.runtime.room(name)?.retire(name, { kind: "gone", ref: "gone", body: {} });
}

/** Rows read by one statement, and archive objects read at a time. */
const PAGE = 10_000;
const AT_ONCE = 6;
/** A track of up to this many points is kept in memory between counting and writing. A longer track is read twice. */
const KEPT = 2 * PAGE;

/**
 * Opens a user's track; null when there is no such user. Each step takes three statements in one round trip, and one
 * object for each archived day in it. Points that arrive while the track is read are left out, so the total stays right.
 */
export async function openTrack(
  ctx: RequestContext,
  userId: number,
  filter: TrackFilter,
): Promise<Track | null> {
  const begin = Math.max(filter.from ?? 0, filter.visibleFrom ?? 0);
  const first = await readStep(ctx, userId, filter, { at: begin, id: 0 });
  if (!first.person) return null;
  const { username, newest } = first.person;
  const steps = () => walk(ctx, userId, { ...filter, newest }, first);
  const kept: TrackPoint[][] = [];
  const ends: { startsAt: number | null; endsAt: number | null } = { startsAt: null, endsAt: null };
  let total = 0;
  for await (const points of steps()) {
    total += points.length;
    ends.startsAt ??= points[0]?.at ?? null;
    ends.endsAt = points.at(-1)?.at ?? null;
    if (total <= KEPT) kept.push(points);
    else kept.length = 0;
  }
  return { userId, username, total, ...ends, parts: () => (total <= KEPT ? kept : steps()) };
}

/** The position of a point. A step begins after the last point of the step before. */
interface Position {
  readonly at: number;
  readonly id: number;
}

interface Step {
  readonly person: { readonly username: string; readonly newest: number } | undefined;
  readonly points: TrackPoint[];
  /** Null at the end. */
  readonly next: Position | null;
}

type Bounded = TrackFilter & { readonly newest?: number };

async function* walk(ctx: RequestContext, userId: number, filter: Bounded, first: Step) {
  for (let step: Step | null = first; step; ) {
    if (step.points.length > 0) yield step.points;
    step = step.next && (await readStep(ctx, userId, filter, step.next));
  }
}

/** Reads one page of reports and a few archived days. Both come from one transaction, so each point is in only one of them. */
async function readStep(
  ctx: RequestContext,
  userId: number,
  filter: Bounded,
  after: Position,
): Promise<Step> {
  const missed = new Set<string>();
  for (;;) {
    const { person, reports, days } = await readParts(ctx, userId, filter, after);
    const [lastReport, lastDay] = [reports.at(-1), days.at(-1)];
    // Reports are read up to the end of the last archived day at most, so a full page ends first.
    const byDay = days.length === AT_ONCE && lastDay ? { at: lastDay.endsAt + 1, id: 0 } : null;
    const next = reports.length === PAGE && lastReport ? { at: lastReport.at, id: lastReport.id } : byDay;
    const inReach = days.filter(({ startsAt }) => !next || startsAt <= next.at);
    const opened = await Promise.all(inReach.map(({ key }) => readDay(ctx, key)));
    // A day that was merged meanwhile has another object: read again. An object that is missing twice is lost.
    const missing = inReach.flatMap(({ key }, index) => (opened[index] ? [] : key));
    if (missing.some((key) => !missed.has(key))) {
      for (const key of missing) missed.add(key);
      continue;
    }
    const archived = opened
      .flatMap((day) => day ?? [])
      .filter((point) => isWanted(point, filter) && isAfter(point, after) && !(next && isAfter(point, next)));
    return { person, points: archived.length > 0 ? [...archived, ...reports].sort(byTime) : reports, next };
  }
}

async function readParts(ctx: RequestContext, userId: number, filter: Bounded, after: Position) {
  const { to, flagged, newest, visibleFrom } = filter;
  const { db } = ctx;
  const ahead = and(
    eq(trackDays.userId, userId),
    gte(trackDays.endsAt, after.at),
    to === undefined ? undefined : lte(trackDays.startsAt, to),
  );
  const days = db
    .select({ key: trackDays.key, startsAt: trackDays.startsAt, endsAt: trackDays.endsAt })
    .from(trackDays)
    .where(ahead)
    .orderBy(asc(trackDays.day))
    .limit(AT_ONCE);
  const lastDay = sql`(SELECT ${trackDays.endsAt} FROM ${trackDays} WHERE ${ahead}
    ORDER BY ${trackDays.day} LIMIT 1 OFFSET ${AT_ONCE - 1})`;
  const { id, at, receivedAt, latitude, longitude, flag } = locationReports;
  const reports = db
    .select({ id, at, latitude, longitude })
    .from(locationReports)
    .where(
      and(
        eq(locationReports.userId, userId),
        sql`(${at}, ${id}) > (${after.at}, ${after.id})`,
        sql`${at} <= coalesce(${lastDay}, ${to ?? Number.MAX_SAFE_INTEGER})`,
        to === undefined ? undefined : lte(at, to),
        visibleFrom === undefined ? undefined : gte(receivedAt, visibleFrom),
        flagged ? undefined : isNull(flag),
        newest === undefined ? undefined : lte(id, newest),
      ),
    )
    .orderBy(asc(at), asc(id))
    .limit(PAGE);
  const person = db.run(sql`SELECT ${visibleNameSql(filter.viewer ?? null)} AS username,
    (SELECT seq FROM sqlite_sequence WHERE name = 'location_reports') AS newest FROM users WHERE id = ${userId}`);
  const [people, rows, keys] = (await runBatch(db, [person, reports, days])) as [
    { results: { username: string; newest: number | null }[] },
    (TrackPoint & Position)[],
    { key: string; startsAt: number; endsAt: number }[],
  ];
  const [found] = people.results;
  return { person: found && { ...found, newest: found.newest ?? 0 }, reports: rows, days: keys };
}

/** The newest good point of archived days that are newer than all of the user's reports except `besides`. Usually null. */
export async function newestArchived(
  ctx: RequestContext,
  userId: number,
  besides: number,
): Promise<DayPoint | null> {
  const days = await ctx.db.all<{ key: string }>(sql`
    SELECT key FROM track_days WHERE user_id = ${userId} AND ends_at > coalesce(
      (SELECT max(at) FROM location_reports WHERE user_id = ${userId} AND flag IS NULL AND id <> ${besides}), -1)
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

function isWanted(point: DayPoint, { from, to, flagged, newest, visibleFrom = 0 }: Bounded): boolean {
  return (
    point.at >= visibleFrom &&
    point.receivedAt >= visibleFrom &&
    (flagged || point.flag === null) &&
    (from === undefined || point.at >= from) &&
    (to === undefined || point.at <= to) &&
    (newest === undefined || point.id <= newest)
  );
}

const byTime = (one: Position, other: Position) => one.at - other.at || one.id - other.id;
const isAfter = (one: Position, other: Position) => byTime(one, other) > 0;
