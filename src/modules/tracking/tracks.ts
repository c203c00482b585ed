/** Somebody's way through time: what is still in the database, and the days that are objects by now. */
import { and, asc, eq, gte, isNull, lte, sql } from "drizzle-orm";
import { runBatch } from "../../platform/db/client.ts";
import type { Place } from "../../platform/geo.ts";
import { log } from "../../platform/log.ts";
import type { Scope } from "../../platform/runtime.ts";
import { type DayPoint, unpackDay } from "./days.ts";
import { trackRoom } from "./storing.ts";
import { locationReports, trackDays } from "./tables.ts";

export interface TrackPoint extends Place {
  /** Epoch ms. */
  readonly at: number;
}

export interface Track {
  readonly userId: number;
  readonly username: string;
  /** In the order of their times. */
  readonly points: readonly TrackPoint[];
}

export interface TrackFilter {
  /** Epoch ms, both included. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** With points that are not taken at their word. */
  readonly flagged?: boolean | undefined;
}

/** What somebody's socket was told to be saved is in the database after this, unless that refuses just now. */
export async function flushTrack(scope: Scope, userId: number): Promise<void> {
  const name = trackRoom(userId);
  try {
    await scope.runtime.room(name)?.flush(name);
  } catch (error) {
    log("warn", "tracking.flush", { userId }, error);
  }
}

/** With an account goes its track's room: its sockets, and every place in its journal. */
export async function eraseTrack(scope: Scope, userId: number): Promise<void> {
  const name = trackRoom(userId);
  await scope.runtime.room(name)?.retire(name, { kind: "gone", ref: "gone", body: {} });
}

/** Null when there is no such person. Three statements in one trip, and an object for each rolled day in range. */
export async function readTrack(scope: Scope, userId: number, filter: TrackFilter): Promise<Track | null> {
  // A day that was merged meanwhile has another object, and what it took in is no row any more: read all again.
  for (let tries = 3; tries > 0; tries--) {
    const { username, points, days } = await readParts(scope, userId, filter);
    if (username === undefined) return null;
    const rolled = await readDays(scope, days);
    if (rolled === null) continue;
    const kept = rolled.filter((point) => isWanted(point, filter));
    const all = kept.length > 0 ? [...kept, ...points].sort(byTime) : points;
    return { userId, username, points: all };
  }
  throw new Error(`a rolled day of user ${userId} has no object`);
}

async function readParts(scope: Scope, userId: number, { from, to, flagged }: TrackFilter) {
  const reports = scope.db
    .select({
      id: locationReports.id,
      at: locationReports.at,
      latitude: locationReports.latitude,
      longitude: locationReports.longitude,
    })
    .from(locationReports)
    .where(
      and(
        eq(locationReports.userId, userId),
        from === undefined ? undefined : gte(locationReports.at, from),
        to === undefined ? undefined : lte(locationReports.at, to),
        flagged ? undefined : isNull(locationReports.flag),
      ),
    )
    .orderBy(asc(locationReports.at), asc(locationReports.id));
  const days = scope.db
    .select({ key: trackDays.key })
    .from(trackDays)
    .where(
      and(
        eq(trackDays.userId, userId),
        from === undefined ? undefined : gte(trackDays.endsAt, from),
        to === undefined ? undefined : lte(trackDays.startsAt, to),
      ),
    )
    .orderBy(asc(trackDays.day));
  const person = scope.db.run(sql`SELECT username FROM users WHERE id = ${userId}`);
  const [people, rows, keys] = (await runBatch(scope.db, [person, reports, days])) as [
    { results: { username: string }[] },
    (TrackPoint & { id: number })[],
    { key: string }[],
  ];
  return { username: people.results[0]?.username, points: rows, days: keys };
}

/** Objects that are read at a time. */
const AT_ONCE = 6;

async function readDays(scope: Scope, days: readonly { key: string }[]): Promise<DayPoint[] | null> {
  const points: DayPoint[] = [];
  for (let from = 0; from < days.length; from += AT_ONCE) {
    const read = await Promise.all(days.slice(from, from + AT_ONCE).map(({ key }) => readDay(scope, key)));
    for (const day of read) {
      if (day === null) return null;
      for (const point of day) points.push(point);
    }
  }
  return points;
}

/** Null when there is no such object. */
export async function readDay(scope: Scope, key: string): Promise<DayPoint[] | null> {
  const object = await scope.runtime.bucket.get(key);
  if (!object) log("warn", "tracking.day", { missing: key });
  return object && unpackDay(object.body);
}

function isWanted(point: DayPoint, { from, to, flagged }: TrackFilter): boolean {
  return (
    (flagged || point.flag === null) &&
    (from === undefined || point.at >= from) &&
    (to === undefined || point.at <= to)
  );
}

const byTime = (one: TrackPoint & { id: number }, other: TrackPoint & { id: number }) =>
  one.at - other.at || one.id - other.id;
