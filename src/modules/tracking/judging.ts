/** Points that arrive in a room, judged in the light of those that are in its journal. */
import type { Journal } from "../../platform/realtime/journal.ts";
import { type Fix, type JudgedPoint, judgeAll, type Point } from "./points.ts";

/** Entries that new points are judged by. */
const RECENT = 10;

/** Adds the time of arrival where a point has none, and what is not to be believed about it. */
export function judgePoints(
  body: Readonly<Record<string, unknown>>,
  journal: Journal,
  now: number,
): JudgedPoint[] {
  return judgeAll(body.points as Point[], recentFixes(journal), now);
}

function recentFixes(journal: Journal): Fix[] {
  return journal.latest(RECENT).flatMap(({ kind, at, body }) => {
    if (kind !== "points") return [];
    const { points } = body as { points: JudgedPoint[] };
    // A point that got its time here can't witness a speed.
    return points.filter((point) => point.at !== at && (point.flag === null || point.flag === "jump"));
  });
}
