/**
 * Statements of hot reads, with a text that is written once per isolate. Drizzle writes a statement's text anew at each
 * use, which takes a tenth of a millisecond for a wide one; only the values differ.
 */
import { is, Param, Placeholder, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Db, Prepared } from "./client.ts";
import { type ReadRow, rowReader } from "./row-reader.ts";

/** A statement with its values, for `runFixed` or for `runBatch`. */
export interface FixedStatement<Result> {
  /** The type of its result, as drizzle's statements have it; no value. */
  readonly _: { readonly result: Result };
  _prepare(): Omit<Prepared, "mapResult"> & { mapResult(result: unknown, fromBatch: boolean): Result };
}

/**
 * Declares a statement. `write` runs once, at the first use; `value("id")` is where a value of that name goes.
 *
 *     const byId = fixedText<{ id: number }, Post[]>((db, value) => db.select().from(posts).where(eq(posts.id, value("id"))));
 *     const [post] = await runFixed(ctx.db, byId({ id: 7 }));
 */
export function fixedText<Values extends Record<string, unknown>, Result>(
  write: (db: Db, value: (name: keyof Values & string) => Placeholder) => PromiseLike<Result>,
): (values: Values) => FixedStatement<Result> {
  let written: Written | undefined;
  const writeOnce = (): Written => {
    const prepared = preparedBy(write(WRITER, (name) => sql.placeholder(name)));
    // Drizzle keeps the text of what its builders make, but writes that of a raw statement at each of these calls.
    const { sql: text, params } = prepared.getQuery();
    return { prepared, text, parameters: params.map(parameterOf), read: rowReader(prepared) };
  };
  const withValues = (values: Values): Omit<FixedStatement<Result>, "_"> => ({
    _prepare() {
      written ??= writeOnce();
      const { prepared, text, parameters, read } = written;
      return {
        getQuery: () => ({ sql: text, params: parameters.map((parameter) => parameter(values)) }),
        mapResult: (result, fromBatch) =>
          (read ? rowsOf(result, fromBatch).map(read) : prepared.mapResult(result, fromBatch)) as Result,
      };
    },
  });
  return (values) => withValues(values) as FixedStatement<Result>;
}

/** What stays the same of a statement. */
interface Written {
  readonly prepared: Prepared;
  readonly text: string;
  /** For each parameter, in their order, how it follows from the values. */
  readonly parameters: readonly ((values: Readonly<Record<string, unknown>>) => unknown)[];
  readonly read: ReadRow | null;
}

/** A parameter as drizzle has it in a text: a value's place, one with the encoding of its column, or a constant. */
function parameterOf(parameter: unknown): Written["parameters"][number] {
  if (is(parameter, Placeholder)) return (values) => given(values, parameter.name);
  if (!is(parameter, Param) || !is(parameter.value, Placeholder)) return () => parameter;
  const { encoder, value } = parameter;
  return (values) => {
    const plain = given(values, value.name);
    return plain === null ? null : encoder.mapToDriverValue(plain);
  };
}

function given(values: Readonly<Record<string, unknown>>, name: string): unknown {
  const value = values[name];
  if (value === undefined) throw new Error(`a statement with a fixed text has no value for ${name}`);
  return value;
}

/** The rows of a result, each as an array: a batch has them as objects, whose values are in the order of the columns. */
function rowsOf(result: unknown, fromBatch: boolean): readonly unknown[][] {
  return fromBatch ? (result as D1Result<object>).results.map(Object.values) : (result as unknown[][]);
}

/** The method that drizzle's own `batch` uses; its types hide it. */
function preparedBy(statement: unknown): Prepared {
  return (statement as { _prepare(): Prepared })._prepare();
}

/** Runs one statement. */
export async function runFixed<Result>(db: Db, statement: FixedStatement<Result>): Promise<Result> {
  const { getQuery, mapResult } = statement._prepare();
  const { sql: text, params } = getQuery();
  const rows = await db.$client
    .prepare(text)
    .bind(...params)
    .raw();
  return mapResult(rows, false);
}

/** Writes texts and runs nothing: a database belongs to the request that opened it. */
const WRITER = drizzle({ prepare: () => null } as unknown as D1Database);
