/** The filter that flags doubtful points. Pure: facts in, verdict out. */
import { distanceBetween, type Place } from "../../../platform/geo.ts";
import { parseInstant } from "../../../platform/time.ts";
import type { POINT_FLAGS } from "../tables.ts";

export const MAX_POINTS_PER_BATCH = 100;

export type Flag = (typeof POINT_FLAGS)[number];

/** A point as a receiver sends it. */
export interface Point extends Place {
  /** When the receiver was there, epoch ms; null when it does not say: then the time of arrival counts. */
  readonly at: number | null;
  /** Radius of uncertainty, metres. */
  readonly accuracy: number | null;
  /** Metres a second. */
  readonly speed: number | null;
  /** Degrees clockwise from north. */
  readonly heading: number | null;
}

export interface FilteredPoint extends Point {
  readonly at: number;
  readonly flag: Flag | null;
}

/** A stored point that new points are compared with. */
export type Fix = Pick<FilteredPoint, "latitude" | "longitude" | "at" | "accuracy" | "flag">;

/** The user's points near the new ones in time: unflagged points and jumps, each with a time of its own. In any order. */
export type KnownFixes = readonly Fix[];

/** How far ahead of the server's clock, and how old, a point may be, ms. */
export const MAX_AHEAD = 2 * 60_000;
const MAX_AGE = 30 * 24 * 3600_000;
/** A move between two points that is both faster (metres a second) and farther (metres) than these is a jump. */
const MAX_SPEED = 150;
const MAX_LEAP = 200;
/** About a centimetre, in degrees: the rounding of coordinates in text. */
export const SAME_PLACE = 1e-7;
/** If this many flagged jumps agree with a point, it is accepted: the earlier fixes were wrong or far away. */
const AGREEING_JUMPS = 2;

/**
 * The flag of a new point; null for a good one. A point without a time of its own is not checked: buffered points arrive
 * all at once, so times of arrival say nothing about speed.
 */
export function filterPoint(point: Point, known: KnownFixes, now: number): Flag | null {
  const { at } = point;
  if (at === null) return null;
  if (at > now + MAX_AHEAD) return "future";
  if (at < now - MAX_AGE) return "stale";
  const fix = { ...point, at, flag: null };
  if (known.some((other) => other.at === at && isSamePlace(other, fix))) return "duplicate";
  const near = nearest(
    known.filter((other) => other.flag === null),
    at,
  );
  if (!near || !isLeap(near, fix)) return null;
  const witnesses = known.filter((other) => other.flag === "jump" && other.at > near.at && other.at < at);
  return witnesses.filter((other) => !isLeap(other, fix)).length >= AGREEING_JUMPS ? null : "jump";
}

/** Filters points in the order of arrival. Each is compared with the known fixes and the points before it. */
export function filterAll(points: readonly Point[], known: KnownFixes, now: number): FilteredPoint[] {
  const seen = [...known];
  return points.map((point) => {
    const filtered = { ...point, at: point.at ?? now, flag: filterPoint(point, seen, now) };
    if (point.at !== null && (filtered.flag === null || filtered.flag === "jump")) seen.push(filtered);
    return filtered;
  });
}

function isSamePlace(one: Place, other: Place): boolean {
  return (
    Math.abs(one.latitude - other.latitude) < SAME_PLACE &&
    Math.abs(one.longitude - other.longitude) < SAME_PLACE
  );
}

function nearest(fixes: KnownFixes, at: number): Fix | undefined {
  const apart = (fix: Fix) => Math.abs(fix.at - at);
  return fixes.reduce<Fix | undefined>(
    (best, fix) => (best && apart(best) < apart(fix) ? best : fix),
    undefined,
  );
}

/** True when the move is a jump even after subtracting both receivers' uncertainty. */
function isLeap(from: Fix, to: Fix): boolean {
  // Most moves are a few metres, which need no exact distance.
  if (farthest(from, to) <= MAX_LEAP) return false;
  const metres = distanceBetween(from, to) - (from.accuracy ?? 0) - (to.accuracy ?? 0);
  const seconds = Math.abs(to.at - from.at) / 1000;
  return metres > MAX_LEAP && metres > MAX_SPEED * seconds;
}

/** The longest degree, of latitude at the poles, in metres, rounded up. */
const LONGEST_DEGREE = 111_700;

/** Metres that two places are not farther apart than: the way along a meridian, then along a parallel. */
function farthest(from: Place, to: Place): number {
  const degrees = Math.abs(to.latitude - from.latitude) + Math.abs(to.longitude - from.longitude);
  return degrees * LONGEST_DEGREE;
}

/**
 * A time as clients write it: ISO 8601 (UTC when it names no zone) or epoch ms. Null when it is neither. Times of wrong
 * clocks, such as 1970 or the year 10000, are accepted here: `filterPoint` flags them.
 */
export function readTime(value: string | number): number | null {
  const plain = typeof value === "string" ? readPlain(value) : null;
  if (plain !== null) return plain;
  const at = /^\s*-?\d+(\.\d+)?\s*$/.test(String(value)) ? Number(value) : readWords(String(value));
  if (at === null || !Number.isFinite(at)) return null;
  return Math.round(Math.min(Math.max(at, FIRST), LAST));
}

/** A time as programs write it, `2026-11-29T12:00:00.000Z`, as nearly all are; null for any other. */
function readPlain(words: string): number | null {
  if (words.length !== 24) return null;
  const at = Date.parse(words);
  // A date that the calendar does not have is written differently.
  return at >= FIRST && at <= LAST && new Date(at).toISOString() === words ? at : null;
}

/** Wrong clocks write years that `parseInstant` refuses, such as 0012 or +010000. They are read here. */
function readWords(words: string): number | null {
  if (!/^(?:[+-]\d{6}|00\d\d)-/.test(words)) return parseInstant(words, "UTC");
  const at = Date.parse(words);
  return Number.isNaN(at) ? null : at;
}

/** The responses can express the years 1 to 9999. */
const FIRST = Date.parse("0001-01-01T00:00:00Z");
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
