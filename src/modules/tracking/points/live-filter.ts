/** Filters points that arrive in a track room, by the points in its journal. */
import type { Journal } from "../../../platform/realtime/log/journal/journal.ts";
import { type FilteredPoint, type Fix, filterAll, MAX_AHEAD, type Point } from "./filter-rules.ts";

/** How many of the latest entries are read for comparison. */
const RECENT = 10;
/** How many points before the first new one are compared with. */
const BEFORE = 5;
/** The journal's fact in which older rooms kept the time of the newest point, epoch ms. */
const NEWEST = "newest_point";

/**
 * Adds the time of arrival to points without a time, and a flag to doubtful points. `body.known`: further fixes to compare
 * with, from the database.
 */
export function filterPoints(
  body: Readonly<Record<string, unknown>>,
  journal: Journal,
  now: number,
): FilteredPoint[] {
  const { points, known = [] } = body as { points: Point[]; known?: Fix[] };
  const times = points.flatMap(({ at }) => at ?? []);
  if (times.length === 0) return filterAll(points, [], now);
  const recent = [...recentFixes(journal), ...known];
  return filterAll(points, [...fixesAround(recent, times), ...sameMoments(journal, recent, times)], now);
}

/** The time of the newest point with these, epoch ms. A track room keeps it in its entries, so that it costs no row. */
export function newestTime(journal: Journal, filtered: readonly FilteredPoint[]): number {
  const times = filtered.flatMap(({ at, flag }) => (flag === null || flag === "jump" ? at : []));
  return Math.max(newestIn(journal), ...times);
}

function newestIn(journal: Journal): number {
  const kept = journal.latest(RECENT).map(({ body }) => Number(body.newest ?? 0));
  return Math.max(Number(journal.fact(NEWEST) ?? 0), ...kept);
}

/** The fixes near the new points in time: a few before them, those between, and the next one after. */
function fixesAround(recent: readonly Fix[], times: readonly number[]): Fix[] {
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const byTime = (one: Fix, other: Fix) => one.at - other.at;
  const late = recent.filter(({ at }) => at > first).sort(byTime);
  const between = late.filter(({ at }) => at <= last);
  const after = late.find(({ at }) => at > last);
  return [...newestBefore(recent, first), ...between, ...(after ? [after] : [])];
}

/** The newest fixes up to a time, oldest first. A live track has hundreds of them, so they are not sorted. */
function newestBefore(fixes: readonly Fix[], time: number): Fix[] {
  const newest: Fix[] = [];
  for (const fix of fixes) {
    if (fix.at > time) continue;
    if (newest.length === BEFORE && fix.at < (newest[0]?.at ?? 0)) continue;
    const place = newest.findLastIndex(({ at }) => at <= fix.at) + 1;
    newest.splice(place, 0, fix);
    if (newest.length > BEFORE) newest.shift();
  }
  return newest;
}

/**
 * Points with the same times as new ones, however long ago they arrived. A point newer than all before can't be a repeat,
 * so a live track reads nothing. A repeat of a point that has left the journal is found when the points are archived.
 */
function sameMoments(journal: Journal, recent: readonly Fix[], times: readonly number[]): Fix[] {
  const newest = Math.max(newestIn(journal), ...recent.map(({ at }) => at));
  const late = times.filter((at) => at <= newest);
  if (late.length === 0) return [];
  const wanted = { list: "points", field: "at", values: late };
  // A point can't arrive before its time, apart from the difference of the clocks.
  const entries = journal.withElements("points", wanted, Math.min(...late) - MAX_AHEAD);
  const moments = new Set(late);
  return [...entries.flatMap(fixesIn), ...recent].filter(({ at }) => moments.has(at));
}

function recentFixes(journal: Journal): Fix[] {
  return journal.latest(RECENT).flatMap(fixesIn);
}

/** The fixes in an entry's body. Each of the latest entries is asked with every frame. */
const fixesOf = new WeakMap<object, readonly Fix[]>();

function fixesIn({ kind, at, body }: ReturnType<Journal["latest"]>[number]): readonly Fix[] {
  if (kind !== "points") return [];
  const read = fixesOf.get(body);
  if (read) return read;
  const { points } = body as { points: FilteredPoint[] };
  // A point whose time is its time of arrival says nothing about speed.
  const fixes = points.filter((point) => point.at !== at && (point.flag === null || point.flag === "jump"));
  fixesOf.set(body, fixes);
  return fixes;
}
