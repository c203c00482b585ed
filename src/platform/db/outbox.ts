/** Effects outside the database, written in the same batch as the change they follow from. */
import { type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { log } from "../log.ts";
import type { JobMessage, RequestContext } from "../runtime.ts";
import { ENQUEUE_GRACE, overdue } from "./claims.ts";
import { runBatch, says } from "./client.ts";
import { outbox } from "./tables.ts";

/** One effect. `payload` is what the handler of `kind` expects. */
export interface Effect {
  readonly kind: string;
  readonly address: string;
  readonly payload: object;
  /** Also runs right after the commit, beside the response. The outbox repeats it, so it must be idempotent. */
  readonly urgent?: boolean;
  /** The user whose mail budget it counts against: see `lettersSentBy`. */
  readonly sender?: number;
}

type Statement = BatchItem<"sqlite">;

/** Queue.sendBatch takes at most 100 messages. */
const QUEUE_BATCH = 100;

/**
 * Runs one change, its effects and the statements that depend on it as one transaction, then hands the effects
 * to the queue. Returns the result of the change; null when it changed fewer rows than `atLeast`: then nothing is written.
 *
 * The guard is the outbox row itself: its id becomes NULL when `changes()` of the statement before it is below
 * `atLeast`, and the NOT NULL constraint rolls the whole batch back. So `change` must be the statement whose row
 * count decides.
 */
export async function commit<Change extends Statement>(
  ctx: RequestContext,
  change: Change,
  effects: readonly Effect[],
  rest: readonly Statement[] = [],
  atLeast = 1,
): Promise<Change["_"]["result"] | null> {
  const rows = effects.map((effect) => ({ id: crypto.randomUUID(), ...effect }));
  try {
    // Only the first piece runs right after the change and can read its `changes()`.
    const [first = [], ...more] = inPieces(rows);
    const inserts = [
      insertEffects(ctx, first, atLeast),
      ...more.map((piece) => insertEffects(ctx, piece, 0)),
    ];
    const all = [change, ...inserts, ...rest];
    const results = await runBatch(ctx.db, all);
    const [changed] = results;
    for (const row of rows)
      if (row.urgent)
        ctx.defer(row.kind, ctx.runtime.runEffect(ctx, { ...row, attempts: 0 }), { id: row.id });
    if (all.some((statement, index) => emitting.has(statement) && moved(results[index]))) enqueueDueSoon(ctx);
    if (rows.length > 0)
      ctx.defer(
        "outbox.enqueue",
        enqueue(
          ctx.runtime.queue,
          rows.map((row) => row.id),
        ),
      );
    return changed as Change["_"]["result"];
  } catch (error) {
    if (says(error, "NOT NULL constraint failed: outbox.id")) return null;
    throw error;
  }
}

const emitting = new WeakSet<Statement>();

/** Marks a statement whose triggers write effects when it changes a row: `commit` sends those to the queue, too. */
export function emitsEffects<S extends Statement>(statement: S): S {
  emitting.add(statement);
  return statement;
}

const moved = (result: unknown) => ((result as Partial<D1Result>).meta?.changes ?? 0) > 0;

/** Ms by which the clocks of database and isolate may differ. */
const SKEW = 1000;

/** Sends the rows that a trigger has just written to the queue, after the response. The sweep finds any others. */
export function enqueueDueSoon(ctx: RequestContext): void {
  const due = overdue(ctx.db, ctx.now() + SKEW, QUEUE_BATCH);
  ctx.defer(
    "outbox.due",
    due.then((ids) => enqueue(ctx.runtime.queue, ids)),
  );
}

/** Characters per piece: a bound value may hold at most 2 MB in D1 (not enforced locally). */
const PIECE = 400_000;

export function inPieces<Row extends object>(rows: readonly Row[]): Row[][] {
  const pieces: Row[][] = [];
  let size = PIECE;
  for (const row of rows) {
    size += JSON.stringify(row).length;
    if (size > PIECE) {
      pieces.push([]);
      size = JSON.stringify(row).length;
    }
    pieces.at(-1)?.push(row);
  }
  return pieces;
}

/**
 * Limits mails per address: anybody can invite any address to an event. Mails beyond the limit are not written. Mails
 * with a secret are always written; they were counted where they were requested.
 */
function insertEffects(ctx: RequestContext, rows: readonly object[], atLeast: number): Statement {
  const now = ctx.now();
  const { limit, seconds } = ctx.runtime.settings.rates.letters;
  // One statement and one parameter for any number of rows; without rows it still checks that the change moved one.
  const source = rows.length
    ? sql`SELECT iif(changes() >= ${atLeast}, effect ->> 'id', NULL), effect ->> 'kind', effect ->> 'address', effect -> 'payload',
        ${now + ENQUEUE_GRACE}, ${now}, effect ->> 'sender'
        FROM (SELECT value AS effect, row_number() OVER (PARTITION BY value ->> 'address' ORDER BY key) AS nth
          FROM json_each(${JSON.stringify(rows)}))
        WHERE changes() < ${atLeast} OR effect ->> 'kind' <> 'mail' OR effect -> 'payload' ->> 'secret'
          OR nth + (SELECT count(*) FROM (SELECT 1 FROM outbox AS past WHERE past.address = effect ->> 'address'
            AND past.created_at > ${now - seconds * 1000} LIMIT ${limit})) <= ${limit}`
    : sql`SELECT NULL, '', '', '{}', 0, 0, NULL WHERE changes() < ${atLeast}`;
  return ctx.db.run(
    sql`INSERT INTO outbox (id, kind, address, payload, next_attempt_at, created_at, sender_id) ${source}`,
  );
}

/**
 * For the batch of a commit, after its effects: sets values that only the transaction knows in the payloads written to
 * this address. `pairs` are the arguments of SQLite's `json_set`: path, value, path, value.
 */
export function amendPayload(ctx: RequestContext, address: string, pairs: SQL): Statement {
  return ctx.db.run(sql`UPDATE outbox SET payload = json_set(payload, ${pairs}) WHERE address = ${address}`);
}

/** For a batch: deletes mails and messages to addresses that no account has any more, sent or not. */
export function dropEffectsTo(ctx: RequestContext, addresses: readonly string[]): Statement {
  return ctx.db
    .delete(outbox)
    .where(sql`${outbox.address} IN (SELECT value FROM json_each(${JSON.stringify(addresses)}))`);
}

/** SQL: number of mails counted against a user's budget in the current window. */
export function lettersSentBy(ctx: RequestContext, senderId: number): SQL<number> {
  const { limit, seconds } = ctx.runtime.settings.rates.lettersSent;
  return sql`(SELECT count(*) FROM (SELECT 1 FROM outbox WHERE sender_id = ${senderId}
    AND created_at > ${ctx.now() - seconds * 1000} LIMIT ${limit}))`;
}

/** Sends row ids to the queue. A failure is only logged: the sweep finds the rows. */
export async function enqueue(queue: Queue<JobMessage>, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += QUEUE_BATCH) {
    const batch = ids.slice(from, from + QUEUE_BATCH).map((outbox) => ({ body: { outbox } }));
    try {
      await queue.sendBatch(batch);
    } catch (error) {
      log("warn", "outbox.enqueue", { count: batch.length }, error);
    }
  }
}
