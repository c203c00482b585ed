/** What shape a value from outside may have, whatever it means. */

/** How deep a value from outside may nest. What walks it later by recursion relies on it; SQLite's JSON reads 1,000 levels. */
export const MAX_DEPTH = 64;

/** True when arrays and objects nest in each other more than `levels` deep. Looks no deeper than that itself. */
export function isDeeper(value: unknown, levels = MAX_DEPTH): boolean {
  if (value === null || typeof value !== "object") return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/** How many items a list may hold: each wrong one costs an issue and an entry in the answer, many times its own size. */
export const MAX_ITEMS = 10_000;

/** True when a list in a value that is not too deep holds more than `items`. */
export function hasLongList(value: unknown, items = MAX_ITEMS): boolean {
  if (value === null || typeof value !== "object") return false;
  if (Array.isArray(value) && value.length > items) return true;
  return Object.values(value).some((inner) => hasLongList(inner, items));
}
