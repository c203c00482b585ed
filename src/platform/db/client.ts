/** D1 sessions: a caller reads data at least as fresh as what it has already seen. */
import type { BatchItem } from "drizzle-orm/batch";
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import type { FixedStatement } from "./fixed-text.ts";

export type Db = DrizzleD1Database & { $client: D1Database };

/** Header and cookie in which a client sends its bookmark back. */
export const BOOKMARK_HEADER = "x-d1-bookmark";
export const BOOKMARK_COOKIE = "d1_bookmark";

export interface D1Session {
  readonly db: Db;
  /** The position of this session, for the caller's next request. */
  bookmark(): string | null;
}

/**
 * Opens a session. A caller with a bookmark may read from any replica that has caught up with it; one without
 * starts at the primary, so that nobody misses their own write.
 * Source: D1 read replication, https://developers.cloudflare.com/d1/best-practices/read-replication/
 */
export function openD1Session(database: D1Database, bookmark: string | null): D1Session {
  const session = database.withSession(bookmark ?? "first-primary");
  // The session has the two calls that drizzle makes (`prepare`, `batch`), but not the rest of D1Database.
  return { db: drizzle(session as unknown as D1Database), bookmark: () => session.getBookmark() };
}

/** Reads at the primary, for rights: a caller's own session may be older than another person's change. */
export function atPrimary(database: D1Database): Db {
  return openD1Session(database, null).db;
}

/** A statement of a batch. */
export type BatchStatement = BatchItem<"sqlite"> | FixedStatement<unknown>;

/** Drizzle's prepared form of a statement: its SQL, and how to read its result. */
export interface Prepared {
  getQuery(): { sql: string; params: unknown[] };
  mapResult(result: unknown, fromBatch: boolean): unknown;
}

/**
 * Runs statements as one transaction; returns the result of each. Drizzle's own `batch` can't bind the
 * parameters of a raw statement (0.45: its prepared query has no `stmt`), so the binding is done here.
 * A raw statement's rows are in its `results`.
 */
export async function runBatch(db: Db, statements: readonly BatchStatement[]): Promise<unknown[]> {
  const prepared = prepareAll(statements);
  const bound = prepared.map((each) => {
    const { sql, params } = each.getQuery();
    return db.$client.prepare(sql).bind(...params);
  });
  return mapResults(prepared, await db.$client.batch(bound));
}

/** Statements in their prepared form, for those who run them elsewhere. */
export function prepareAll(statements: readonly BatchStatement[]): Prepared[] {
  return statements.map((statement) => (statement as unknown as { _prepare(): Prepared })._prepare());
}

/** The results of a batch as each statement reads its own. */
export function mapResults(prepared: readonly Prepared[], results: readonly unknown[]): unknown[] {
  return results.map((result, index) => prepared[index]?.mapResult(result, true));
}

/** True for a unique-constraint failure; `column` narrows it to `table.column`. */
export function isUniqueViolation(error: unknown, column?: string): boolean {
  return says(error, "UNIQUE constraint failed") && (!column || says(error, column));
}

/** Also searches the causes: drizzle wraps D1's errors. */
export function says(error: unknown, words: string): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if (at.message.includes(words)) return true;
  return false;
}
