/** Limits on the shape of input JSON, checked before it is parsed or used. */

/** Maximum nesting of input. Later recursion relies on it; SQLite's JSON reads 1,000 levels. */
export const MAX_DEPTH = 64;

/** Maximum number of values in a JSON text: the cost of parsing depends on values, not on bytes. */
export const MAX_VALUES = 20_000;

/** Maximum number of items in a list; fewer objects, because each of their wrong fields is reported. */
export const MAX_ITEMS = 10_000;
export const MAX_OBJECTS = 2000;

/** True when arrays and objects nest in each other more than `levels` deep. Reads no deeper itself. */
export function isDeeper(value: unknown, levels = MAX_DEPTH): boolean {
  if (value === null || typeof value !== "object") return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

const QUOTE = 34;
const BACKSLASH = 92;
const [COMMA, COLON, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [44, 58, 91, 93, 123, 125];

/** Why a JSON text must not be parsed: too deep or too many values. One pass over its bytes; null when it may be parsed. */
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

/** Position of the closing quote of the string that began before `from`. */
function endOfString(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

/** A description of the first list that is too long; null without one. The value must not be too deep. */
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
