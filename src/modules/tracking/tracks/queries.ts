/** Somebody's way through time: what is still in the database, and the days that are objects by now. */
import { and, asc, eq, gte, isNull, lte, sql } from "drizzle-orm";
import { runBatch } from "../../../platform/db/client.ts";
import type { Place } from "../../../platform/geo.ts";
import { log } from "../../../platform/log.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { userRoom, type Viewer, visibleNameSql } from "../../identity/index.ts";
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
  /** Of the first and the last point, epoch ms; null where there is none. */
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  /** The points in the order of their times, some at a time: a long track is never whole in memory. */
  parts(): Iterable<readonly TrackPoint[]> | AsyncIterable<readonly TrackPoint[]>;
}

export interface TrackFilter {
  /** Epoch ms, both included. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** With points that are not taken at their word. */
  readonly flagged?: boolean | undefined;
  /** Nothing that was from before this, or was heard of before it: when the right to see the track began, epoch ms. */
  readonly visibleFrom?: number | undefined;
  /** Who reads it: the person's name is the one that they may see. */
  readonly viewer?: Viewer;
}

/** What somebody's socket was told to be saved is in the database after this, unless that refuses just now. */
export async function flushTrack(ctx: RequestContext, userId: number): Promise<void> {
  const name = userRoom(userId);
  try {
    await ctx.runtime.room(name)?.flush(name);
  } catch (error) {
    log("warn", "tracking.flush", { userId }, error);
  }
}

/** With an account goes its track's room: its sockets, and every place in its journal. */
export async function eraseTrack(ctx: RequestContext, userId: number): Promise<void> {
  const name = userRoom(userId);
  await ctx.runtime.room(name)?.retire(name, { kind: "gone", ref: "gone", body: {} });
}

/** Rows of a statement, and objects that are read at a time. */
const PAGE = 10_000;
const AT_ONCE = 6;
/** So many points are kept between counting and showing; of a longer track each is read twice. */
const KEPT = 2 * PAGE;

/**
 * Null when there is no such person. Three statements in one trip and an object for each rolled day in range, for
 * every page of reports or handful of days. What comes in meanwhile is left out, so that the total holds.
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

/** Of a point; the next step begins after it. */
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

/** As far as a page of reports and a handful of days reach. Both are of one moment, so a point is in one of them. */
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
    // Reports are read up to the end of the last day, so a full page ends first.
    const byDay = days.length === AT_ONCE && lastDay ? { at: lastDay.endsAt + 1, id: 0 } : null;
    const next = reports.length === PAGE && lastReport ? { at: lastReport.at, id: lastReport.id } : byDay;
    const inReach = days.filter(({ startsAt }) => !next || startsAt <= next.at);
    const opened = await Promise.all(inReach.map(({ key }) => readDay(ctx, key)));
    // A day that was merged meanwhile has another object: read again. One that is missed twice is lost.
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

/** Somebody's newest good point in days that are newer than every report of theirs but one; usually there is no such day. */
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

/** Null when there is no such object. */
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
