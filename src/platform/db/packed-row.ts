/**
 * Rows of another table within a statement's row, as JSON arrays: half as long as objects with their names, and a page of a
 * list reads hundreds. The names stand once, here.
 */
import { type SQL, sql } from "drizzle-orm";

export interface PackedRow<Row> {
  /** SQL: one row as a JSON array. */
  readonly json: SQL<string>;
  /** The row that a statement returned; null for none. */
  one(words: string | null): Row | null;
  /** The rows that a statement returned, as a JSON array of them. */
  all(words: string): Row[];
}

/** `columns`: for each field its column, or an SQL value. */
export function packedRow<Row extends object>(
  columns: {
    readonly [Name in keyof Row & string]-?: string | SQL;
  },
): PackedRow<Row> {
  const names = Object.keys(columns);
  const values = Object.values<string | SQL>(columns).map((column) =>
    typeof column === "string" ? sql.raw(column) : column,
  );
  const read = (values: readonly unknown[]) => {
    const row: Record<string, unknown> = {};
    for (const [index, name] of names.entries()) row[name] = values[index];
    return row as Row;
  };
  return {
    json: sql<string>`json_array(${sql.join(values, sql`, `)})`,
    one: (words) => (words === null ? null : read(JSON.parse(words) as unknown[])),
    all: (words) => (JSON.parse(words) as unknown[][]).map(read),
  };
}
