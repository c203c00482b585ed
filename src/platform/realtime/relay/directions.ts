/** Which of a room's relays a socket goes to. Pure. */

/** From a room to the Worker, with the status 421: the socket opens in another object. */
export interface Direction {
  /** The number of the relay, from 1. */
  readonly relay: number;
  /** How many relays the room needs: another socket may go to any of them. */
  readonly of: number;
}

/** The status with which a room names a relay, or a relay has no place. */
export const MISDIRECTED = 421;
/**
 * From the Worker: it follows directions. To a room the value is the number of a relay that had no place, or empty; to a
 * relay `DIRECTED` when the room has named it just now.
 */
export const FOLLOWS_HEADER = "x-caravan-relays";
export const DIRECTED = "directed";
/** From the room to the Worker: the direction as JSON. */
export const DIRECTION_HEADER = "x-caravan-relay";

/** Where the search for a relay begins: one person's sockets meet in one relay, where they are counted. */
export function startOf(userId: number | undefined): number {
  return userId ?? Math.floor(Math.random() * 2 ** 31);
}

/** One of `of` relays. */
export function relayAt(start: number, of: number): number {
  return 1 + (start % of);
}

/**
 * The relay for one more socket. No more relays are used than needed, and those with the lowest numbers, so that the
 * others empty and dissolve when people leave.
 * @param counts the sockets of each relay, by number
 * @param most how many sockets one relay takes
 */
export function direct(counts: ReadonlyMap<number, number>, most: number, start: number): Direction {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const of = Math.max(1, Math.ceil((total + 1) / most));
  for (let step = 0; step < of; step++) {
    const relay = relayAt(start + step, of);
    if ((counts.get(relay) ?? 0) < most) return { relay, of };
  }
  // They are not all full: together they would hold more than there are.
  return { relay: of, of };
}
