/** When a room copies its journal to D1. Pure arithmetic over a clock; `room.ts` does the copying. */

/**
 * Rows and characters a batch, and the quiet time between two batches of one room in ms. A batch is one bound
 * parameter, of which D1 takes 2 MB: https://developers.cloudflare.com/d1/platform/limits/
 */
export const ARCHIVE = { rows: 100, characters: 500_000, pause: 1000, longestPause: 60_000 } as const;

/** What the schedule depends on. Lost with the object on purpose: a fresh one may archive at once. */
export interface ArchiveState {
  /** End of the last batch, epoch ms; 0 for none in this life. */
  readonly lastAt: number;
  /** Batches that failed in a row. */
  readonly failures: number;
}

/**
 * When the next batch may run: at once after a quiet second, so that a single entry is in D1 immediately;
 * else a second after the last one; longer and longer while D1 refuses.
 */
export function archiveDue(state: ArchiveState, now: number): number {
  const pause = Math.min(ARCHIVE.longestPause, ARCHIVE.pause * 2 ** state.failures);
  return Math.max(now, state.lastAt + pause);
}
