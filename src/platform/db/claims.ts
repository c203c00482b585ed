/** Outbox rows on their way: claimed by one consumer, completed, tried again, dead, requeued, purged. */
import { and, eq, gte, lte, or, sql } from "drizzle-orm";
import type { RequestContext } from "../runtime.ts";
import type { Db } from "./client.ts";
import { outbox } from "./tables.ts";

export interface OutboxRow {
  readonly id: string;
  readonly kind: string;
  readonly address: string;
  readonly payload: unknown;
  readonly attempts: number;
}

/** Ms that the direct hand-off to the queue may take before the sweep repeats it. */
export const ENQUEUE_GRACE = 60_000;
/** Ms for which one consumer has a row to itself. */
const LEASE = 60_000;
export const MAX_ATTEMPTS = 8;

/**
 * Claims the rows that no other consumer has. A repeated delivery finds them sent or leased and gets none; one that
 * comes before a failed row's next attempt (sweep and queue may both send it) gets none either.
 */
export async function claim(db: Db, ids: readonly string[], now: number): Promise<OutboxRow[]> {
  return db
    .update(outbox)
    .set({ leasedUntil: now + LEASE, attempts: sql`${outbox.attempts} + 1` })
    .where(
      and(
        among(ids),
        eq(outbox.status, "pending"),
        lte(outbox.leasedUntil, now),
        or(eq(outbox.attempts, 0), lte(outbox.nextAttemptAt, now)),
      ),
    )
    .returning({
      id: outbox.id,
      kind: outbox.kind,
      address: outbox.address,
      payload: outbox.payload,
      attempts: outbox.attempts,
    });
}

/** `id IN (…)` with one bound parameter: a statement takes at most 100. */
const among = (ids: readonly string[]) =>
  sql`${outbox.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;

/** Marks rows as delivered; `forget` empties a payload that held a secret. */
export async function complete(
  db: Db,
  done: readonly { id: string; forget: boolean }[],
  now: number,
): Promise<void> {
  if (done.length === 0) return;
  await db.run(sql`UPDATE outbox SET status = 'sent', sent_at = ${now}, last_error = NULL,
      payload = iif(done.value ->> 'forget', '{}', outbox.payload)
    FROM json_each(${JSON.stringify(done)}) AS done WHERE outbox.id = done.value ->> 'id'`);
}

export interface Failure {
  readonly row: OutboxRow;
  readonly error: string;
  /** No later attempt can succeed. */
  readonly final: boolean;
}

/** Records a failed attempt. Returns the delay in seconds until the next one; null when the row is dead. */
export async function retryLater(db: Db, failure: Failure, now: number): Promise<number | null> {
  const { row, error, final } = failure;
  const dead = final || row.attempts >= MAX_ATTEMPTS;
  const seconds = backOff(row.attempts);
  await db
    .update(outbox)
    .set({
      leasedUntil: 0,
      lastError: error.slice(0, 500),
      status: dead ? "dead" : "pending",
      nextAttemptAt: now + seconds * 1000,
    })
    .where(eq(outbox.id, row.id));
  return dead ? null : seconds;
}

/** 10 s, 20 s, 40 s … at most an hour. */
export function backOff(attempts: number): number {
  return Math.min(3600, 10 * 2 ** Math.max(0, attempts - 1));
}

/**
 * Marks rows as dead that used all attempts and never reported back, because their consumer died each time. Dead rows
 * are visible and can be sent again. A row with attempts left stays pending even when the queue gave up on its message:
 * the sweep sends it again.
 */
export async function deadLetter(db: Db, now: number): Promise<void> {
  await db
    .update(outbox)
    .set({ status: "dead", lastError: sql`coalesce(${outbox.lastError}, 'its consumer died each time')` })
    .where(
      and(
        eq(outbox.status, "pending"),
        lte(outbox.nextAttemptAt, now),
        gte(outbox.attempts, MAX_ATTEMPTS),
        lte(outbox.leasedUntil, now),
      ),
    );
}

/** For a batch: dead rows become pending again. Then pass their ids to `enqueue`. */
export function requeue(db: Db, ids: readonly string[], now: number) {
  return db
    .update(outbox)
    .set({ status: "pending", attempts: 0, leasedUntil: 0, nextAttemptAt: now + ENQUEUE_GRACE })
    .where(and(among(ids), eq(outbox.status, "dead")))
    .returning({ id: outbox.id });
}

/** Ids of rows that are overdue: lost between commit and queue, or by a crash. */
export async function overdue(db: Db, now: number, limit = 1000): Promise<string[]> {
  const rows = await db
    .select({ id: outbox.id })
    .from(outbox)
    .where(and(eq(outbox.status, "pending"), lte(outbox.nextAttemptAt, now), lte(outbox.leasedUntil, now)))
    .orderBy(outbox.nextAttemptAt)
    .limit(limit);
  return rows.map((row) => row.id);
}

/** Number of mails and messages that wait or have failed for good, and the oldest wait in seconds. One statement. */
export async function outboxHealth(
  db: Db,
  now: number,
): Promise<{ pending: number; dead: number; oldestPending: number | null }> {
  const [health] = await db.all<{ pending: number; dead: number; oldestPending: number | null }>(sql`
    SELECT count(*) FILTER (WHERE status = 'pending') AS pending, count(*) FILTER (WHERE status = 'dead') AS dead,
      CAST((${now} - min(created_at) FILTER (WHERE status = 'pending')) / 1000 AS INTEGER) AS oldestPending
    FROM outbox WHERE status IN ('pending', 'dead') AND kind IN ('mail', 'sms')`);
  return health ?? { pending: 0, dead: 0, oldestPending: null };
}

/** Ms for which sent rows are kept; dead rows stay until somebody decides. */
const KEPT = 30 * 24 * 3600_000;

export async function purgeOutbox(ctx: RequestContext): Promise<void> {
  await ctx.db.delete(outbox).where(and(eq(outbox.status, "sent"), lte(outbox.createdAt, ctx.now() - KEPT)));
}
