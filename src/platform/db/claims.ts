/** Outbox rows on their way: claimed by one consumer, completed, tried again, dead, requeued, purged. */
import { and, eq, gt, gte, inArray, isNull, lt, lte, or, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { orderedIdAt } from "../ids.ts";
import { type Suppression, suppressionOf } from "../mail/suppressions.ts";
import type { RequestContext } from "../runtime.ts";
import { type Db, runBatch } from "./client.ts";
import { fixedText, runFixed } from "./fixed-text.ts";
import { outbox, sweeps } from "./tables.ts";

export interface OutboxRow {
  readonly id: string;
  readonly kind: string;
  readonly address: string;
  readonly payload: unknown;
  readonly attempts: number;
  /** Of a mail: why its address gets none. */
  readonly suppression?: Suppression | null;
}

/** Ms for which one consumer has a row to itself. */
export const LEASE = 60_000;
export const MAX_ATTEMPTS = 8;

const FACTS = {
  id: outbox.id,
  kind: outbox.kind,
  address: outbox.address,
  payload: outbox.payload,
  suppression: sql<Suppression | null>`iif(${outbox.kind} = 'mail', ${suppressionOf(sql`${outbox.address}`)}, NULL)`,
};

/**
 * The rows among these that were never tried. The first delivery of a new row's own message takes it so, without writing:
 * a new row is leased to it for a minute. What comes twice all the same carries the same idempotency key to the provider.
 */
export async function untried(db: Db, ids: readonly string[]): Promise<OutboxRow[]> {
  if (ids.length === 0) return [];
  const rows = await runFixed(db, untriedAmong({ ids: JSON.stringify(ids) }));
  return rows.map((row) => ({ ...row, attempts: 1 }));
}

const untriedAmong = fixedText<{ ids: string }, Omit<OutboxRow, "attempts">[]>((db, value) =>
  db
    .select(FACTS)
    .from(outbox)
    .where(
      and(
        among(value("ids")),
        eq(outbox.status, "pending"),
        eq(outbox.attempts, 0),
        isNull(outbox.nextAttemptAt),
      ),
    ),
);

/**
 * Claims the rows that no other consumer has. A repeated delivery finds them sent or leased and gets none; one that
 * comes before a failed row's next attempt (sweep and queue may both send it) gets none either.
 */
export async function claim(db: Db, ids: readonly string[], now: number): Promise<OutboxRow[]> {
  if (ids.length === 0) return [];
  return db
    .update(outbox)
    .set({
      leasedUntil: now + LEASE,
      attempts: sql`${outbox.attempts} + 1`,
      // If this consumer dies, the sweep finds the row by this time.
      nextAttemptAt: sql`coalesce(${outbox.nextAttemptAt}, ${now + LEASE})`,
    })
    .where(
      and(
        among(JSON.stringify(ids)),
        eq(outbox.status, "pending"),
        lte(outbox.leasedUntil, now),
        or(eq(outbox.attempts, 0), lte(outbox.nextAttemptAt, now)),
      ),
    )
    .returning({ ...FACTS, attempts: outbox.attempts });
}

/** `id IN (…)` with one bound parameter, a JSON array: a statement takes at most 100. */
function among(ids: string | SQLWrapper): SQL {
  return sql`${outbox.id} IN (SELECT value FROM json_each(${ids}))`;
}

export interface Done {
  readonly id: string;
  readonly attempts: number;
  /** Empties a payload that held a secret. */
  readonly forget?: boolean;
  /** It was not sent: its address gets no letters. */
  readonly withheld?: Suppression | undefined;
}

/** Marks rows as delivered, or as withheld. */
export async function complete(db: Db, done: readonly Done[], now: number): Promise<void> {
  if (done.length === 0) return;
  const facts = done.map(({ id, attempts, forget = false, withheld = null }) => ({
    ...{ id, attempts, forget, withheld },
  }));
  await runBatch(db, [markDone({ now, facts: JSON.stringify(facts) })]);
}

const markDone = fixedText<{ now: number; facts: string }, unknown>((db, value) =>
  db.run(sql`UPDATE outbox SET status = iif(done.value ->> 'withheld' IS NULL, 'sent', 'suppressed'),
      sent_at = iif(done.value ->> 'withheld' IS NULL, ${value("now")}, NULL), last_error = done.value ->> 'withheld', next_attempt_at = NULL,
      attempts = done.value ->> 'attempts', payload = iif(done.value ->> 'forget', '{}', outbox.payload)
    FROM json_each(${value("facts")}) AS done WHERE outbox.id = done.value ->> 'id'`),
);

export interface Failure {
  readonly row: OutboxRow;
  readonly error: string;
  /** No later attempt can succeed. */
  readonly final: boolean;
}

/** Records a failed attempt. Returns the delay in seconds until the next one; null when the row is dead. */
export async function retryLater(
  db: Db,
  failure: Failure,
  now: number,
  seconds = backOff(failure.row.attempts),
): Promise<number | null> {
  const { row, error, final } = failure;
  const dead = final || row.attempts >= MAX_ATTEMPTS;
  await db
    .update(outbox)
    .set({
      leasedUntil: 0,
      attempts: row.attempts,
      lastError: error.slice(0, 500),
      status: dead ? "dead" : "pending",
      nextAttemptAt: dead ? null : now + seconds * 1000,
    })
    // Another delivery of the same row may have succeeded meanwhile.
    .where(and(eq(outbox.id, row.id), eq(outbox.status, "pending")));
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
    .set({
      status: "dead",
      nextAttemptAt: null,
      lastError: sql`coalesce(${outbox.lastError}, 'its consumer died each time')`,
    })
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
    .set({ status: "pending", attempts: 0, leasedUntil: 0, nextAttemptAt: now + LEASE })
    .where(and(among(JSON.stringify(ids)), eq(outbox.status, "dead")))
    .returning({ id: outbox.id });
}

/** Ids of rows whose next attempt is overdue. */
export async function overdue(db: Db, now: number, limit = 1000): Promise<string[]> {
  const rows = await db
    .select({ id: outbox.id })
    .from(outbox)
    .where(and(eq(outbox.status, "pending"), lte(outbox.nextAttemptAt, now), lte(outbox.leasedUntil, now)))
    .orderBy(outbox.nextAttemptAt)
    .limit(limit);
  return rows.map((row) => row.id);
}

/** How far back the sweep looks again each time, ms: clocks differ, and a commit takes a while. */
const OVERLAP = 600_000;

/**
 * Notes the time of the next attempt of rows that were lost between commit and queue, or whose first consumer died: they
 * are pending without one, and their lease is over. Ids are in order of time, so only rows are read that are younger than
 * the last sweep or than ten minutes.
 */
export async function noteLost(db: Db, now: number, limit = 1000): Promise<void> {
  const [sweep] = await db.select().from(sweeps).where(eq(sweeps.name, SWEEP));
  const from = Math.min(sweep?.sweptTo ?? 0, now - OVERLAP);
  const lost = await db.all<{ createdAt: number }>(sql`
    UPDATE outbox SET next_attempt_at = ${now} WHERE id IN (
      SELECT id FROM outbox WHERE id >= ${orderedIdAt(from)} AND id < ${orderedIdAt(now)}
        AND status = 'pending' AND next_attempt_at IS NULL AND leased_until <= ${now} ORDER BY id LIMIT ${limit})
    RETURNING created_at AS createdAt`);
  const sweptTo = lost.length < limit ? now - LEASE : Math.max(...lost.map(({ createdAt }) => createdAt));
  await db
    .insert(sweeps)
    .values({ name: SWEEP, sweptTo })
    .onConflictDoUpdate({ target: sweeps.name, set: { sweptTo } });
}

const SWEEP = "outbox";

/** Number of mails and messages that wait or have failed for good, and the oldest wait in seconds. One statement. */
export async function outboxHealth(
  db: Db,
  now: number,
): Promise<{ pending: number; dead: number; oldestPending: number | null }> {
  // What is new is among the youngest ids; what waits longer has a time for its next attempt.
  const [health] = await db.all<{ pending: number; dead: number; oldestPending: number | null }>(sql`
    SELECT count(*) FILTER (WHERE status = 'pending') AS pending, count(*) FILTER (WHERE status = 'dead') AS dead,
      CAST((${now} - min(created_at) FILTER (WHERE status = 'pending')) / 1000 AS INTEGER) AS oldestPending
    FROM (SELECT kind, status, created_at FROM outbox
        WHERE id >= ${orderedIdAt(now - OVERLAP)} AND status = 'pending' AND next_attempt_at IS NULL
      UNION ALL SELECT kind, status, created_at FROM outbox WHERE next_attempt_at IS NOT NULL
      UNION ALL SELECT kind, status, created_at FROM outbox WHERE status = 'dead')
    WHERE kind IN ('mail', 'sms')`);
  return health ?? { pending: 0, dead: 0, oldestPending: null };
}

/**
 * Ms for which rows are kept that were sent or withheld; dead rows stay until somebody decides, but pushes, which nobody
 * waits for by then.
 */
const KEPT = 3 * 24 * 3600_000;

export async function purgeOutbox(ctx: RequestContext): Promise<void> {
  const before = ctx.now() - KEPT;
  // Ids that a trigger made are in no order: most are above all times.
  const { id, kind, status, createdAt } = outbox;
  const isOver = or(inArray(status, ["sent", "suppressed"]), and(eq(status, "dead"), eq(kind, "push")));
  const isOld = or(lt(id, orderedIdAt(before)), gt(id, orderedIdAt(ctx.now() + KEPT)));
  await ctx.db.delete(outbox).where(and(isOld, isOver, lte(createdAt, before)));
}
