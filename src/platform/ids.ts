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

/** The id of a request: a uuid of version 7, whose first 48 bits are epoch ms. `at`: when the request came. */
export function newRequestId(at: number): string {
  const time = orderedIdAt(at);
  const [, , third = "", fourth = "", fifth = ""] = crypto.randomUUID().split("-");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${third.slice(1)}-${fourth}-${fifth}`;
}

/** When the request with this id came, epoch ms; null for what is no such id. */
export function timeOfRequest(id: string): number | null {
  const [, head = "", tail = ""] = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-/i.exec(id) ?? [];
  return head ? Number.parseInt(head + tail, 16) : null;
}
