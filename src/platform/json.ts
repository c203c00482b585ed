/** What shape a value from outside may have, whatever it means. Looked at before anything is made of it. */

/** How deep a value from outside may nest. What walks it later by recursion relies on it; SQLite's JSON reads 1,000 levels. */
export const MAX_DEPTH = 64;

/** How many values a JSON text may hold, all told: parsing costs by the value, not by the byte. */
export const MAX_VALUES = 20_000;

/** How many items a list may hold; of objects fewer, because each of their wrong fields is answered. */
export const MAX_ITEMS = 10_000;
export const MAX_OBJECTS = 2000;

/** True when arrays and objects nest in each other more than `levels` deep. Looks no deeper than that itself. */
export function isDeeper(value: unknown, levels = MAX_DEPTH): boolean {
  if (value === null || typeof value !== "object") return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

const QUOTE = 34;
const BACKSLASH = 92;
const [COMMA, COLON, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [44, 58, 91, 93, 123, 125];

/** Why a JSON text is not worth parsing: too deep or too many values. One pass over its bytes; null when it may be parsed. */
export function shapeFault(bytes: Uint8Array): string | null {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case QUOTE:
        at = endOfString(bytes, at + 1);
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        values += 1;
        depth += 1;
        if (depth > MAX_DEPTH) return "nested too deeply";
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth -= 1;
        break;
      case COMMA:
      case COLON:
        values += 1;
        break;
    }
    if (values > MAX_VALUES) return `more than ${MAX_VALUES} values`;
  }
  return null;
}

/** Where the string that began before `from` has its closing quote. */
function endOfString(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

/** Which list in a value that is not too deep is longer than lists may be; null when none is. */
export function longListIn(value: unknown): string | null {
  if (value === null || typeof value !== "object") return null;
  if (Array.isArray(value)) {
    if (value.length > MAX_ITEMS) return `a list of more than ${MAX_ITEMS} items`;
    if (value.length > MAX_OBJECTS && value.filter((item) => typeof item === "object").length > MAX_OBJECTS)
      return `a list of more than ${MAX_OBJECTS} objects`;
  }
  for (const inner of Object.values(value)) {
    const fault = longListIn(inner);
    if (fault) return fault;
  }
  return null;
}
