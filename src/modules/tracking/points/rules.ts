/** What a point is, and which points are not taken at their word. Pure: facts in, verdict out. */
import { distanceBetween, type Place } from "../../../platform/geo.ts";
import { parseInstant } from "../../../platform/time.ts";
import type { POINT_FLAGS } from "../tables.ts";

export const MAX_POINTS_PER_BATCH = 100;

export type Flag = (typeof POINT_FLAGS)[number];

/** A point as a receiver sends it. */
export interface Point extends Place {
  /** When the receiver stood there, epoch ms; null when it does not say: then it is the moment of arrival. */
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

/** A point that others are compared with. */
export type Fix = Pick<FilteredPoint, "latitude" | "longitude" | "at" | "accuracy" | "flag">;

/** Points of the same person around the new ones in time, good ones and jumps, each with a time of its own. In any order. */
export type KnownFixes = readonly Fix[];

/** Beyond these a point is not believed, ms. */
export const MAX_AHEAD = 2 * 60_000;
const MAX_AGE = 30 * 24 * 3600_000;
/** Metres a second and metres: faster and farther than this nobody moves between two good points. */
const MAX_SPEED = 150;
const MAX_LEAP = 200;
/** About a centimetre, in degrees: what a text of coordinates may lose. */
export const SAME_PLACE = 1e-7;
/** So many jumps that agree with a point, and it is the good ones before them that were wrong, or far away. */
const AGREEING_JUMPS = 2;

/**
 * Why a point is not taken at its word; null for a good one. Without a time of its own nothing can be said: what an
 * app sends late arrives in one go, and the speed from one to the next means nothing.
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

/** Points in the order in which they came: each is judged in the light of those before it. */
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

/** Faster than anybody moves, by more than the receivers' own uncertainty explains. */
function isLeap(from: Fix, to: Fix): boolean {
  const metres = distanceBetween(from, to) - (from.accuracy ?? 0) - (to.accuracy ?? 0);
  const seconds = Math.abs(to.at - from.at) / 1000;
  return metres > MAX_LEAP && metres > MAX_SPEED * seconds;
}

/**
 * A time as clients write it: ISO 8601 (UTC where it names no zone) or epoch ms. Null when it is neither. Whatever a
 * clock shows is a time, also 1970 and the year 10000: it is for `judge` to say what it is worth.
 */
export function readTime(value: string | number): number | null {
  const at = /^\s*-?\d+(\.\d+)?\s*$/.test(String(value)) ? Number(value) : readWords(String(value));
  if (at === null || !Number.isFinite(at)) return null;
  return Math.round(Math.min(Math.max(at, FIRST), LAST));
}

/** The years of a clock that was never set, or runs wild, are none that other fields know. */
function readWords(words: string): number | null {
  if (!/^(?:[+-]\d{6}|00\d\d)-/.test(words)) return parseInstant(words, "UTC");
  const at = Date.parse(words);
  return Number.isNaN(at) ? null : at;
}

/** What the wire can write: the years 1 to 9999. */
const FIRST = Date.parse("0001-01-01T00:00:00Z");
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
