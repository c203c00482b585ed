/**
 * Reads the rows of a SELECT as drizzle does, by a plan that is made once for a statement. Drizzle finds out anew what each
 * column of each row is, which takes longer than anything else about a page.
 */
import { Column, is, SQL } from "drizzle-orm";

/** A row's values in the order of its columns → the object. */
export type ReadRow = (values: readonly unknown[]) => Record<string, unknown>;

/** What drizzle keeps in a prepared SELECT; its types hide it. */
interface Selecting {
  readonly fields?: readonly { readonly path: readonly string[]; readonly field: unknown }[];
  readonly joinsNotNullableMap?: Readonly<Record<string, boolean>>;
}

interface Decoder {
  mapFromDriverValue(value: unknown): unknown;
}

/**
 * The reader for a statement; null where drizzle has to read the rows: without named fields, with objects within
 * objects, and where a joined table may be missing whose columns are an object of their own, which is null then.
 */
export function rowReader(prepared: object): ReadRow | null {
  const { fields, joinsNotNullableMap = {} } = prepared as Selecting;
  if (!fields) return null;
  const isNested = fields.some(({ path }) => path.length > 1);
  if (isNested && Object.values(joinsNotNullableMap).includes(false)) return null;
  if (fields.some(({ path }) => path.length > 2)) return null;
  const columns = fields.map(({ path: [first = "", second], field }) => ({
    group: second === undefined ? null : first,
    name: second ?? first,
    decoder: decoderOf(field),
  }));
  return (values) => {
    const row: Record<string, unknown> = {};
    let index = 0;
    for (const { group, name, decoder } of columns) {
      const value = values[index++] ?? null;
      const decoded = value === null ? null : decoder.mapFromDriverValue(value);
      if (group === null) row[name] = decoded;
      else {
        row[group] ??= {};
        (row[group] as Record<string, unknown>)[name] = decoded;
      }
    }
    return row;
  };
}

function decoderOf(field: unknown): Decoder {
  if (is(field, Column)) return field;
  if (is(field, SQL)) return (field as unknown as { decoder: Decoder }).decoder;
  if (is(field, SQL.Aliased)) return (field.sql as unknown as { decoder: Decoder }).decoder;
  throw new Error("a statement with a fixed text selects columns and SQL values only");
}
