/** Points that arrive in a room, judged in the light of those that are in its journal. */
import type { Journal } from "../../platform/realtime/journal.ts";
import { type Fix, type JudgedPoint, judgeAll, type Point } from "./points.ts";

/** Entries that new points are judged by. */
const RECENT = 10;
/** And points of these before the first new one. */
const BEFORE = 5;

/** Adds the time of arrival where a point has none, and what is not to be believed about it. */
export function judgePoints(
  body: Readonly<Record<string, unknown>>,
  journal: Journal,
  now: number,
): JudgedPoint[] {
  const points = body.points as Point[];
  const times = points.flatMap(({ at }) => at ?? []);
  return judgeAll(points, times.length > 0 ? fixesAround(journal, times) : [], now);
}

/** A few before, those between, the next after: what is farther away in time has no say, and a batch asks everybody. */
function fixesAround(journal: Journal, times: readonly number[]): Fix[] {
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const fixes = recentFixes(journal).sort((one, other) => one.at - other.at);
  const before = fixes.filter(({ at }) => at <= first).slice(-BEFORE);
  const between = fixes.filter(({ at }) => at > first && at <= last);
  const after = fixes.filter(({ at }) => at > last).slice(0, 1);
  return [...before, ...between, ...after];
}

function recentFixes(journal: Journal): Fix[] {
  return journal.latest(RECENT).flatMap(({ kind, at, body }) => {
    if (kind !== "points") return [];
    const { points } = body as { points: JudgedPoint[] };
    // A point that got its time here can't witness a speed.
    return points.filter((point) => point.at !== at && (point.flag === null || point.flag === "jump"));
  });
}
