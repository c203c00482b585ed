/** How long the other side asks to be left alone. Pure. */

/** `Retry-After` is heeded up to a day. Milliseconds. */
const LONGEST_WAIT = 24 * 3600_000;

/** Milliseconds that a `Retry-After` header asks for (seconds, or an HTTP date); 0 without one, or for nonsense. */
export function waitAsked(retryAfter: string | null, now: number): number {
  if (retryAfter === null) return 0;
  const seconds = /^\s*\d{1,9}\s*$/.test(retryAfter) ? Number(retryAfter) : null;
  const wait = seconds === null ? Date.parse(retryAfter) - now : seconds * 1000;
  return Number.isFinite(wait) ? Math.min(LONGEST_WAIT, Math.max(0, wait)) : 0;
}
