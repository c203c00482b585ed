/** Effects outside the database, written in the same batch as the change they follow from. */
import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { newOrderedId } from "../ids.ts";
import type { RequestContext } from "../runtime.ts";
import { LEASE, overdue } from "./claims.ts";
import { type BatchStatement, runBatch, says } from "./client.ts";
import { runDirectly, type StoredEffect } from "./direct-effects.ts";
import { enqueue, QUEUE_BATCH } from "./enqueue.ts";
import { type FixedStatement, fixedText } from "./fixed-text.ts";

/**
 * What runs for an effect right after its commit, with the change's result and those of the statements that came with it,
 * in their order. Throws when it must be tried again.
 */
export type DirectRun = (ctx: RequestContext, changed: unknown, rest: readonly unknown[]) => Promise<unknown>;

/** One effect. `payload` is what the handler of `kind` expects. */
export interface Effect {
  /** The row's id, where the transaction needs to know it. */
  readonly id?: string;
  readonly kind: string;
  readonly address: string;
  readonly payload: object;
  /** Runs right after the commit, before `commit` returns or beside the response. Absent: the queue delivers it. */
  readonly direct?: "now" | "soon";
  /** Runs instead of the kind's handler, when the facts are already loaded. */
  readonly run?: DirectRun;
  /** The user whose mail budget it counts against: see `lettersSentBy`. */
  readonly sender?: number;
}

type Statement = BatchItem<"sqlite">;

/**
 * Runs one change, its effects and the statements that depend on it as one transaction, then runs the direct effects and
 * hands the others to the queue. Returns the result of the change; null when it changed fewer rows than `atLeast`: then
 * nothing is written.
 *
 * The guard is the outbox row itself: its id becomes NULL when `changes()` of the statement before it is below
 * `atLeast`, and the NOT NULL constraint rolls the whole batch back. Without effects an overflow does (`checkMoved`). So
 * `change` must be the statement whose row count decides.
 */
export async function commit<Change extends BatchStatement>(
  ctx: RequestContext,
  change: Change,
  effects: readonly Effect[],
  rest: readonly BatchStatement[] = [],
  atLeast = 1,
): Promise<Change["_"]["result"] | null> {
  if (effects.length === 0 && rest.length === 0 && atLeast === 1) return runAlone(ctx, change);
  const rows = effects.map((effect) => ({ id: newOrderedId(ctx.now()), ...effect }));
  let results: unknown[];
  const [written, ...more] = inPieces(rows.map(storedFacts));
  // Only the first piece runs right after the change and can read its `changes()`.
  const inserts = [
    written === undefined ? checkMoved(ctx, atLeast) : insertEffects(ctx, written, atLeast),
    ...more.map((piece) => insertEffects(ctx, piece, 0)),
  ];
  const all = [change, ...inserts, ...rest];
  try {
    results = await runBatch(ctx.db, all);
  } catch (error) {
    if (says(error, "NOT NULL constraint failed: outbox.id") || says(error, OVERFLOW)) return null;
    throw error;
  }
  if (all.some((statement, index) => emitting.has(statement) && moved(results[index]))) enqueueDueSoon(ctx);
  const [first] = (results[1] as Partial<D1Result<{ answer: string | null }>>)?.results ?? [];
  followUp(ctx, first?.answer);
  const queued = rows.filter(({ direct }) => !direct).map(({ id }) => id);
  if (queued.length > 0) ctx.defer("outbox.enqueue", enqueue(ctx.runtime.queue, queued, { isNew: true }));
  await runDirectly(
    ctx,
    rows.filter(({ direct }) => direct),
    { changed: results[0], rest: results.slice(1 + inserts.length) },
  );
  return results[0] as Change["_"]["result"];
}

/** Runs a change that nothing depends on: one statement needs no guard. Null when it changed no row. */
async function runAlone<Change extends BatchStatement>(
  ctx: RequestContext,
  change: Change,
): Promise<Change["_"]["result"] | null> {
  const [result] = await runBatch(ctx.db, [change]);
  if (emitting.has(change) && moved(result)) enqueueDueSoon(ctx);
  const changed = Array.isArray(result) ? result.length > 0 : moved(result);
  return changed ? (result as Change["_"]["result"]) : null;
}

/** What the row of an effect is made from. */
const storedFacts = ({ id, kind, address, payload, sender }: StoredEffect) => ({
  id,
  kind,
  address,
  payload,
  sender,
});

/** Runs `afterCommit` with its answer, beside the response. */
export function followUp(ctx: RequestContext, answer: string | null | undefined): void {
  if (answer) ctx.defer("commit.after", ctx.runtime.afterCommit.run(ctx, answer));
}

const emitting = new WeakSet<BatchStatement>();

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

/** UTF-16 units per piece, of at most three bytes each: a bound value may hold at most 2 MB in D1 (not enforced locally). */
const PIECE = 500_000;

/** Rows as JSON arrays that can be bound; none without rows. */
export function inPieces(rows: readonly object[]): string[] {
  const pieces: string[][] = [];
  let size = PIECE;
  for (const row of rows) {
    const words = JSON.stringify(row);
    size += words.length;
    if (size > PIECE) {
      pieces.push([]);
      size = words.length;
    }
    pieces.at(-1)?.push(words);
  }
  return pieces.map((piece) => `[${piece.join()}]`);
}

/**
 * Limits mails per address: anybody can invite any address to an event. Mails beyond the limit are not written. Mails
 * with a secret are always written; they were counted where they were requested.
 */
function insertEffects(ctx: RequestContext, rows: string, atLeast: number): FixedStatement<unknown> {
  const now = ctx.now();
  const { limit, seconds } = ctx.runtime.settings.rates.letters;
  const { asks } = ctx.runtime.afterCommit;
  const insert = inserts.get(asks) ?? insertAsking(asks);
  inserts.set(asks, insert);
  const until = now + LEASE;
  return insert({ atLeast, now, until, since: now - seconds * 1000, limit, rows });
}

/** By what is asked after a commit: the same SQL in all of an isolate. */
const inserts = new WeakMap<SQL, ReturnType<typeof insertAsking>>();

/** One statement and one parameter for any number of rows. */
function insertAsking(asks: SQL) {
  return fixedText<
    { atLeast: number; now: number; until: number; since: number; limit: number; rows: string },
    unknown
  >((db, value) =>
    db.run(sql`INSERT INTO outbox (id, kind, address, payload, leased_until, created_at, sender_id)
      SELECT iif(changes() >= ${value("atLeast")}, effect ->> 'id', NULL), effect ->> 'kind', effect ->> 'address', effect -> 'payload',
        ${value("until")}, ${value("now")}, effect ->> 'sender'
        FROM (SELECT value AS effect, row_number() OVER (PARTITION BY value ->> 'address' ORDER BY key) AS nth
          FROM json_each(${value("rows")}))
        WHERE changes() < ${value("atLeast")} OR effect ->> 'kind' <> 'mail' OR effect -> 'payload' ->> 'secret'
          OR nth + (SELECT count(*) FROM (SELECT 1 FROM outbox AS past WHERE past.kind IN ('mail', 'sms')
            AND past.address = effect ->> 'address' AND past.created_at > ${value("since")} LIMIT ${value("limit")})) <= ${value("limit")}
      RETURNING ${asks} AS answer`),
  );
}

const OVERFLOW = "integer overflow";

/** Without effects: fails when the change moved fewer rows than `atLeast`, because SQLite has no magnitude of the least integer. */
function checkMoved(ctx: RequestContext, atLeast: number): Statement {
  return ctx.db.run(
    sql`SELECT ${ctx.runtime.afterCommit.asks} AS answer, abs(-9223372036854775807 - (changes() < ${atLeast})) AS moved`,
  );
}

/**
 * For the batch of a commit, after its effects: sets values that only the transaction knows in the payload of the effect
 * with this id. `pairs` are the arguments of SQLite's `json_set`: path, value, path, value.
 */
export function amendPayload(ctx: RequestContext, id: string, pairs: SQL): Statement {
  return ctx.db.run(sql`UPDATE outbox SET payload = json_set(payload, ${pairs}) WHERE id = ${id}`);
}

/**
 * For a batch: writes those of these effects whose condition holds in the transaction, for the queue. `condition` reads
 * the payload of `effect.value`. The ids are the caller's, so that a repeat writes none; they must sort above ordered ones.
 */
export function effectsWhere(
  ctx: RequestContext,
  effects: readonly Required<Pick<Effect, "id" | "kind" | "address" | "payload">>[],
  condition: SQL,
): Statement {
  const now = ctx.now();
  return emitsEffects(
    ctx.db.run(sql`
      INSERT OR IGNORE INTO outbox (id, kind, address, payload, next_attempt_at, created_at)
      SELECT effect.value ->> 'id', effect.value ->> 'kind', effect.value ->> 'address', effect.value -> 'payload', ${now}, ${now}
      FROM json_each(${JSON.stringify(effects)}) AS effect WHERE ${condition}`),
  );
}

/** For a batch: deletes mails and messages to addresses that no account has any more, sent or not. */
export function dropLettersTo(ctx: RequestContext, addresses: readonly string[]): Statement {
  return ctx.db.run(sql`DELETE FROM outbox WHERE kind IN ('mail', 'sms')
    AND address IN (SELECT value FROM json_each(${JSON.stringify(addresses)}))`);
}

/** The parameters of `lettersSentBy`: the window begins `since` (epoch ms), and admits `limit` mails. */
export type LettersWindow = { readonly since: number; readonly limit: number };

export function lettersWindow(ctx: RequestContext): LettersWindow {
  const { limit, seconds } = ctx.runtime.settings.rates.lettersSent;
  return { since: ctx.now() - seconds * 1000, limit };
}

/** SQL: number of mails counted against a user's budget in the current window, at most its limit. */
export function lettersSentBy(
  sender: SQLWrapper | number,
  { since, limit }: Readonly<Record<keyof LettersWindow, SQLWrapper | number>>,
): SQL<number> {
  return sql`(SELECT count(*) FROM (SELECT 1 FROM outbox WHERE sender_id = ${sender}
    AND created_at > ${since} LIMIT ${limit}))`;
}
