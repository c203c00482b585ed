/** How deep a value from outside may nest. What walks it later by recursion relies on it; SQLite's JSON reads 1,000 levels. */
export const MAX_DEPTH = 64;

/** True when arrays and objects nest in each other more than `levels` deep. Looks no deeper than that itself. */
export function isDeeper(value: unknown, levels = MAX_DEPTH): boolean {
  if (value === null || typeof value !== "object") return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
