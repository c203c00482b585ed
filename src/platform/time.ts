/** Parses ISO 8601 instants; the app's own time zone applies when the client names none. */
import { zoneOffset } from "./time-zones.ts";

const PATTERN =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/**
 * Epoch ms; null for any other text. `2026-11-21T10:00:00.5+02:00`, `2026-11-21 10:00`, `2026-11-21`;
 * without an offset it is local time in `zone` (IANA name).
 */
export function parseInstant(words: string, zone: string): number | null {
  const match = PATTERN.exec(words.trim());
  if (!match) return null;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", offset] = match;
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const wall = Date.UTC(y, mo - 1, d, h, mi, s, Number(fraction.padEnd(3, "0").slice(0, 3)));
  const read = new Date(wall);
  // Date.UTC rolls 31 February over and takes the year 50 for 1950; a real calendar does neither.
  if (
    read.getUTCFullYear() !== y ||
    read.getUTCMonth() !== mo - 1 ||
    read.getUTCDate() !== d ||
    h > 23 ||
    mi > 59 ||
    s > 59
  )
    return null;
  if (!offset) return wall - zoneOffset(wall - zoneOffset(wall, zone), zone);
  const ahead = offsetMinutes(offset);
  const at = wall - (ahead ?? 0) * 60_000;
  return ahead === null || at > LAST ? null : at;
}

/** Later years have five digits, which no client reads. */
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Null for an offset of a day or more. */
function offsetMinutes(offset: string): number | null {
  if (/^z$/i.test(offset)) return 0;
  const digits = offset.replace(/\D/g, "").padEnd(4, "0");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  if (minutes >= 24 * 60) return null;
  return offset.startsWith("-") ? -minutes : minutes;
}

/** What was written last: an ack and its entry, the two times of a new row, have the same moment. */
let written = { at: 0, words: new Date(0).toISOString() };

export function isoTime(at: number): string {
  if (at !== written.at) written = { at, words: new Date(at).toISOString() };
  return written.words;
}
