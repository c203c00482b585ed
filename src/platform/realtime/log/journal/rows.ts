/** The rows of a journal's entries as storage has them. */
import type { Entry } from "../entry.ts";

/** The part of an object's storage that the journal needs; a test can pass a plain SQLite. */
export interface JournalStorage {
  exec<T extends Record<string, SqlStorageValue>>(query: string, ...bindings: unknown[]): Iterable<T>;
}

export const COLUMNS = "seq, at, author, ref, kind, body";

export type Row = { seq: number; at: number; author: number; ref: string | null; kind: string; body: string };

export function toEntry(row: Row): Entry {
  return { ...row, body: JSON.parse(row.body) as Record<string, unknown> };
}

export function oldestIn(sql: JournalStorage): { seq: number; at: number } | undefined {
  return [...sql.exec<{ seq: number; at: number }>("SELECT seq, at FROM entries ORDER BY seq LIMIT 1")][0];
}

/** The most that a search reads. */
const SEARCHED = { entries: 1000, characters: 1_000_000 };

/** See `Journal.withElements`. */
export function rowsWithElements(
  sql: JournalStorage,
  kind: string,
  { list, field, values }: { list: string; field: string; values: readonly number[] },
  since: number,
): Row[] {
  const query = `SELECT ${COLUMNS} FROM (
      SELECT *, sum(length(body)) OVER (ORDER BY seq DESC) AS read FROM entries ORDER BY seq DESC LIMIT ?)
    WHERE read <= ? AND kind = ? AND at >= ? AND EXISTS (
      SELECT 1 FROM json_each(body, '$.' || ?) AS element
      WHERE element.value ->> ? IN (SELECT value FROM json_each(?))) ORDER BY seq`;
  const { entries, characters } = SEARCHED;
  return [...sql.exec<Row>(query, entries, characters, kind, since, list, field, JSON.stringify(values))];
}
