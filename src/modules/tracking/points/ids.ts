/**
 * Numbers of points. A point gets its number in the room, without asking the database: it names the user, and counts that
 * user's points. Reports from before have small numbers of their own.
 */

/** The most points of one user: 2^28. With 2^25 users the numbers stay exact in JSON. */
const PER_USER = 2 ** 28;
/** A room that has lost its journal counts on from the clock, a number every few seconds since then. Epoch ms, ms. */
const SINCE = Date.UTC(2020, 0, 1);
const TICK = 4000;

export function pointId(userId: number, nth: number): number {
  return userId * PER_USER + nth;
}

/** Whose point has this number; null for a report from before, whose number does not tell. */
export function userOfPoint(id: number): number | null {
  return id < PER_USER ? null : Math.floor(id / PER_USER);
}

/** The next point's count, where `after` were given before. */
export function nextPoint(after: number, now: number): number {
  return Math.max(after, Math.floor((now - SINCE) / TICK));
}

/** The count of a point that an older room stored without one, by its place in the journal. */
export function pointAt(seq: number, index: number): number {
  return seq * 100 + index;
}
