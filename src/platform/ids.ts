/** Parses ids from paths and room names. */

/** A row number; null for any other text. */
export function numberIn(word: string): number | null {
  return /^[1-9]\d{0,14}$/.test(word) ? Number(word) : null;
}

/** A uuid in lower case, as stored; null for any other text. */
export function uuidIn(word: string): string | null {
  const uuid = word.toLowerCase();
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid) ? uuid : null;
}

let lastTime = 0;
let inSameTime = 0;

/**
 * A new id that sorts by time: 12 hex digits of epoch milliseconds, 4 of a counter for those of one isolate and
 * millisecond, 16 random ones.
 */
export function newOrderedId(now: number): string {
  inSameTime = now === lastTime ? inSameTime + 1 : 0;
  lastTime = now;
  const random = crypto.getRandomValues(new Uint8Array(8)).toHex();
  return `${orderedIdAt(now)}${(inSameTime % 0x10000).toString(16).padStart(4, "0")}${random}`;
}

/** Sorts before every ordered id of this time or later, and after all earlier ones. */
export const orderedIdAt = (time: number): string =>
  Math.max(0, Math.floor(time)).toString(16).padStart(12, "0");
