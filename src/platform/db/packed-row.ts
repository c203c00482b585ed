/**
 * Rows of another table within a statement's row, as JSON arrays: half as long as objects with their names, and a page of a
 * list reads hundreds. The names stand once, here.
 */
import { type SQL, sql } from "drizzle-orm";

export interface PackedRow<Row> {
  /** SQL: one row as a JSON array. */
  readonly json: SQL<string>;
  /** The row of a JSON array that is parsed already. */
  read(values: readonly unknown[]): Row;
  /** The same; null for none. */
  one(values: readonly unknown[] | null): Row | null;
  /** The rows of a JSON array of them that is parsed already. */
  all(rows: readonly (readonly unknown[])[]): Row[];
}

/** `columns`: for each field its column, or an SQL value. What a value of JSON is within the row, it is in the field. */
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
    let index = 0;
    for (const name of names) row[name] = values[index++];
    return row as Row;
  };
  return {
    json: sql<string>`json_array(${sql.join(values, sql`, `)})`,
    read,
    one: (values) => (values === null ? null : read(values)),
    all: (rows) => rows.map(read),
  };
}

/** SQL: a column of 0 and 1 as `false` and `true` of JSON. */
export const packedBoolean = (column: string): SQL =>
  sql`iif(${sql.raw(column)}, json('true'), json('false'))`;
