/** The recent entries that a room keeps; older ones are in D1 only. */
import { type JournalStorage, oldestIn } from "./rows.ts";

/** How many archived entries stay: at most this many, and those older than the last page at most this long. */
export const WINDOW = { entries: 10_000, age: 72 * 3600_000, page: 300 } as const;

/** The most that is deleted at once. */
export const PRUNED = 1_000;

interface Ends {
  /** The newest position. */
  readonly head: number;
  /** Entries after this one may not be deleted. */
  readonly archived: number;
  /** Epoch ms. */
  readonly now: number;
}

/** Deletes what fell out of the window. Returns the oldest position that is left; null when there was nothing to delete. */
export function prune(sql: JournalStorage, { head, archived, now }: Ends): number | null {
  const oldest = oldestIn(sql);
  if (!oldest) return null;
  const most = Math.min(archived, oldest.seq + PRUNED - 1);
  const beyond = Math.min(most, head - WINDOW.entries);
  // The last page stays whatever its age, so that positions continue from the newest entry.
  const old = Math.min(most, head - WINDOW.page);
  const before = now - WINDOW.age;
  if (oldest.seq > beyond && (oldest.seq > old || oldest.at >= before)) return null;
  sql.exec("DELETE FROM entries WHERE seq <= ? AND (seq <= ? OR at < ?)", old, beyond, before);
  return oldestIn(sql)?.seq ?? head;
}

/** A log, as far as it can be read. */
export interface Readable {
  readonly epoch: string;
  /** The newest position. */
  readonly head: number;
  /** The oldest position that is left; undefined when there is none. */
  readonly oldest: () => number | undefined;
}

/** Whether a log still has everything after a client's position. */
export function coversPosition(log: Readable, epoch: string | null, since: number): boolean {
  if (since > log.head || since < 0) return false;
  if (epoch === null ? since > 0 : epoch !== log.epoch) return false;
  if (since === log.head) return true;
  const oldest = log.oldest();
  return oldest !== undefined && oldest <= since + 1;
}
