/** Keeps tracks small: days that are old enough become objects, and their rows go. */
import { and, eq, gte, lt, lte, sql } from "drizzle-orm";
import { randomToken } from "../../platform/crypto/digest.ts";
import { commit, type Effect } from "../../platform/db/outbox.ts";
import { log } from "../../platform/log.ts";
import type { Scope } from "../../platform/runtime.ts";
import { type DayPoint, dayName, packDay, startOfDay } from "./days.ts";
import { locationReports, trackDays } from "./tables.ts";
import { readDay } from "./tracks.ts";

const DAY = 24 * 3600_000;
const FOLDER = "private/tracks/";

/** Days a run: each takes some six statements, of which an invocation has a thousand. */
const PORTION = 60;

/** Asks for the next portion at once, until nothing is left. */
const GO_ON: Effect = { kind: "track_roll", address: "tracks", payload: {} };

interface OldDay {
  readonly userId: number;
  /** When it begins, epoch ms. */
  readonly start: number;
}

/**
 * Nightly: rolls days that ended longer ago than the settings keep them, oldest first. What came late for a day that
 * is rolled already is merged into it. The object is there before the row that names it; the row comes and the
 * reports go in one transaction, so a crash leaves an object without a row at worst, and that `checkTracks` removes.
 */
export async function rollTracks(scope: Scope): Promise<{ days: number }> {
  const before = startOfDay(scope.now() - scope.runtime.settings.trackRetentionDays * DAY);
  let days = 0;
  for (let more = true; more && days < PORTION; ) {
    more = false;
    for (const day of await oldestDays(scope, before)) {
      if (days === PORTION) break;
      try {
        await rollDay(scope, day, days === PORTION - 1 ? [GO_ON] : []);
        days += 1;
        more = true;
      } catch (error) {
        // One that can't be rolled keeps its rows until the next night, and holds nobody up.
        log("error", "tracking.roll", { userId: day.userId, day: dayName(day.start) }, error);
      }
    }
  }
  return { days };
}

/** Everybody's oldest day that is due: one look into an index a person, not one at every report. */
async function oldestDays(scope: Scope, before: number): Promise<OldDay[]> {
  const rows = await scope.db.all<{ userId: number; oldest: number }>(sql`
    SELECT userId, oldest FROM (
      SELECT u.id AS userId, (SELECT min(r.at) FROM location_reports r WHERE r.user_id = u.id) AS oldest FROM users u)
    WHERE oldest < ${before} LIMIT ${PORTION}`);
  return rows.map(({ userId, oldest }) => ({ userId, start: startOfDay(oldest) }));
}

async function rollDay(scope: Scope, { userId, start }: OldDay, effects: readonly Effect[]): Promise<void> {
  const day = dayName(start);
  const ofDay = and(
    eq(locationReports.userId, userId),
    gte(locationReports.at, start),
    lt(locationReports.at, start + DAY),
  );
  const reports = await scope.db.select().from(locationReports).where(ofDay);
  if (reports.length === 0) return;
  const former = and(eq(trackDays.userId, userId), eq(trackDays.day, day));
  const [row] = await scope.db.select({ key: trackDays.key }).from(trackDays).where(former);
  const rolled = row ? await readDay(scope, row.key) : [];
  if (rolled === null) throw new Error(`the rolled day ${userId}/${day} has no object`);
  const points = merge(rolled, reports);
  const packed = await packDay(points);
  const key = `${FOLDER}${userId}/${day}-${randomToken(9)}`;
  await scope.runtime.bucket.put(key, packed, { httpMetadata: { contentType: "application/gzip" } });
  const last = Math.max(...reports.map(({ id }) => id));
  const remove = scope.db.delete(locationReports).where(and(ofDay, lte(locationReports.id, last)));
  await commit(scope, remove, effects, [
    // Deleted and not updated: a trigger takes the former object along.
    scope.db.delete(trackDays).where(former),
    scope.db.insert(trackDays).values({
      userId,
      day,
      key,
      points: points.length,
      size: packed.length,
      startsAt: points[0]?.at ?? start,
      endsAt: points.at(-1)?.at ?? start,
    }),
  ]);
}

/** In the order of their times; what a repeated copy of a room's journal brought twice is there once. */
function merge(rolled: readonly DayPoint[], reports: readonly DayPoint[]): DayPoint[] {
  const points = new Map<string, DayPoint>();
  for (const point of [...reports, ...rolled])
    points.set(
      [point.at, point.latitude.toFixed(7), point.longitude.toFixed(7), point.flag].join(" "),
      point,
    );
  return [...points.values()].sort((one, other) => one.at - other.at || one.id - other.id);
}

/** Nightly: deletes objects without a row. What is younger than a day may be on its way. */
export async function checkTracks(scope: Scope): Promise<{ orphans: number }> {
  const { bucket } = scope.runtime;
  let orphans = 0;
  for (let cursor: string | undefined, more = true; more; ) {
    const page = await bucket.list({ prefix: FOLDER, limit: 500, ...(cursor ? { cursor } : {}) });
    const old = page.objects.filter(({ uploaded }) => uploaded.getTime() < scope.now() - DAY);
    const keys = old.map(({ key }) => key);
    const rows = await scope.db
      .select({ key: trackDays.key })
      .from(trackDays)
      .where(sql`${trackDays.key} IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`);
    const known = new Set(rows.map(({ key }) => key));
    const lost = keys.filter((key) => !known.has(key));
    if (lost.length > 0) await bucket.delete(lost);
    orphans += lost.length;
    cursor = page.truncated ? page.cursor : undefined;
    more = page.truncated;
  }
  if (orphans > 0) log("warn", "tracking.orphans", { count: orphans });
  return { orphans };
}
