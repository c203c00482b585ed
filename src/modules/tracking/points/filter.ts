/** Points that arrive in a room, judged in the light of those that are in its journal. */
import type { Journal } from "../../../platform/realtime/log/journal.ts";
import { type FilteredPoint, type Fix, filterAll, MAX_AHEAD, type Point } from "./rules.ts";

/** Entries that new points are judged by. */
const RECENT = 10;
/** And points of these before the first new one. */
const BEFORE = 5;
/** The journal's fact: the time of the newest point that arrived here, epoch ms. */
const NEWEST = "newest_point";

/** Adds the time of arrival where a point has none, and what is not to be believed about it. */
export function filterPoints(
  body: Readonly<Record<string, unknown>>,
  journal: Journal,
  now: number,
): FilteredPoint[] {
  const points = body.points as Point[];
  const times = points.flatMap(({ at }) => at ?? []);
  if (times.length === 0) return filterAll(points, [], now);
  const recent = recentFixes(journal);
  const known = [...fixesAround(recent, times), ...sameMoments(journal, recent, times)];
  const filtered = filterAll(points, known, now);
  recordNewest(journal, filtered);
  return filtered;
}

/** A few before, those between, the next after: what is farther away in time has no say, and a batch asks everybody. */
function fixesAround(recent: readonly Fix[], times: readonly number[]): Fix[] {
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const fixes = [...recent].sort((one, other) => one.at - other.at);
  const before = fixes.filter(({ at }) => at <= first).slice(-BEFORE);
  const between = fixes.filter(({ at }) => at > first && at <= last);
  const after = fixes.filter(({ at }) => at > last).slice(0, 1);
  return [...before, ...between, ...after];
}

/**
 * Points of the same moments, however long ago they arrived. What is newer than everything before can't be a repeat, so
 * a live track asks for nothing; what the journal's newest part does not hold is found when the table gets the points.
 */
function sameMoments(journal: Journal, recent: readonly Fix[], times: readonly number[]): Fix[] {
  const newest = Math.max(Number(journal.fact(NEWEST) ?? 0), ...recent.map(({ at }) => at));
  const late = times.filter((at) => at <= newest);
  if (late.length === 0) return [];
  const wanted = { list: "points", field: "at", values: late };
  // Nothing arrives earlier than it happened, but for the clocks' difference.
  const entries = journal.withElements("points", wanted, Math.min(...late) - MAX_AHEAD);
  const moments = new Set(late);
  return entries.flatMap(fixesIn).filter(({ at }) => moments.has(at));
}

function recordNewest(journal: Journal, filtered: readonly FilteredPoint[]): void {
  const times = filtered.flatMap(({ at, flag }) => (flag === null || flag === "jump" ? at : []));
  const newest = Math.max(...times, 0);
  if (newest > Number(journal.fact(NEWEST) ?? 0)) journal.setFact(NEWEST, String(newest));
}

function recentFixes(journal: Journal): Fix[] {
  return journal.latest(RECENT).flatMap(fixesIn);
}

function fixesIn({ kind, at, body }: ReturnType<Journal["latest"]>[number]): Fix[] {
  if (kind !== "points") return [];
  const { points } = body as { points: FilteredPoint[] };
  // A point that got its time here can't witness a speed.
  return points.filter((point) => point.at !== at && (point.flag === null || point.flag === "jump"));
}
