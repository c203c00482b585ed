/** When a client tries again, and when it pings. Pure. */

/** The longest pause between two attempts, ms. */
const LONGEST = 30_000;
const FIRST = 500;
/** The shortest pause after the server said "too fast" or "bad frames", ms. */
const COOL_DOWN = 5_000;

/** Full jitter: anything from 0 to a bound that doubles from half a second to thirty. Milliseconds. */
export function backoff(attempt: number, random: number): number {
  return Math.round(Math.min(LONGEST, FIRST * 2 ** Math.min(attempt, 10)) * random);
}

/** The same after a close by which the server asks for a longer pause. Milliseconds. */
export function coolDown(attempt: number, random: number): number {
  return COOL_DOWN + backoff(attempt + 2, random);
}

/** Delays of timers are 31 bits. Milliseconds. */
const MOST = 2 ** 31 - 1;
/** How long before its end a credential is renewed, seconds. */
const EARLY = 30;

/** When to renew a credential that ends in so many seconds: 30 s before, or after 80% of a short life. Milliseconds. */
export function renewIn(ttl: number): number {
  return Math.min(MOST, Math.max(1, Math.max(ttl - EARLY, ttl * 0.8)) * 1000);
}
