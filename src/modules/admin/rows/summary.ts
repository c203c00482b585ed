/** What a list says about its rows as a whole: how many are in each state, and the sums of its money. Bounded reads. */
import { and, Column, type SQL, sql } from "drizzle-orm";
import { getTableConfig } from "drizzle-orm/sqlite-core";
import { runBatch } from "../../../platform/db/client.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { Field, Resource } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { fieldsFor } from "../rights.ts";
import { conditions, orderOf, type RowSelection, type Sorting, sourceOf } from "./queries.ts";
import { fieldWire } from "./wire.ts";

/** The most rows of a state that are counted, by an index. */
const COUNTED = 1_000;
/** Rows that are read at once, for counts without an index and for sums. */
const READ = 2_000;
/** Rows whose sums are computed when the caller asks for all. */
const ALL = 100_000;

export interface Summary {
  /** Rows by state, whatever state is chosen; null for a resource without states. */
  readonly states: {
    readonly field: string;
    /** `more`: there are at least so many. */
    readonly counts: readonly { readonly value: string; readonly count: number; readonly more: boolean }[];
  } | null;
  /** Sums by field of money, of the first `rows` rows in the list's order. `more`: there may be further rows. */
  readonly totals: {
    readonly rows: number;
    readonly more: boolean;
    readonly amounts: Readonly<Record<string, unknown>>;
  } | null;
}

/** The field with the rows' state, by which a list has tabs; null without one. */
export function statesOf(caller: Caller, resource: Resource): [string, Field] | null {
  const found = fieldsFor(caller, resource).find(
    ([name, { type, options = [] }]) =>
      (name === "status" || name === "state") &&
      type === "enum" &&
      options.length > 1 &&
      resource.filters.includes(name),
  );
  return found ?? null;
}

/** Counts and sums of the rows that a list has with these filters. */
export async function summarize(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  wanted: RowSelection,
  sorting: Sorting,
  ofAll: boolean,
): Promise<Summary> {
  const where = conditions(ctx, caller, resource, wanted);
  const states = statesOf(caller, resource);
  const money = fieldsFor(caller, resource).filter(([, { total }]) => total);
  const counting = states ? countsBy(ctx, caller, resource, wanted, states) : [];
  const limit = ofAll ? ALL : READ;
  const sums = money.map(([name]) => sql`sum(${sql.identifier(name)}) AS ${sql.identifier(name)}`);
  const summing = ctx.db.all<Record<string, number | null>>(
    sql`SELECT count(*) AS "rows", ${sql.join(sums, sql`, `)} FROM (
      SELECT ${sql.join(
        money.map(([name, { from }]) => sql`${from as Column | SQL} AS ${sql.identifier(name)}`),
        sql`, `,
      )} FROM ${sourceOf(resource)}${where ? sql` WHERE ${where}` : sql``}
      ORDER BY ${sql.join(orderOf(caller, resource, sorting), sql`, `)} LIMIT ${limit})`,
  );
  const statements = [...counting, ...(money.length > 0 ? [summing] : [])];
  if (statements.length === 0) return { states: null, totals: null };
  const answers = (await runBatch(ctx.db, statements as never)) as Record<string, unknown>[][];
  const [total] = money.length > 0 ? (answers.pop() ?? []) : [];
  return {
    states: states && { field: states[0], counts: countsOf(states[1], answers) },
    totals: total
      ? {
          rows: Number(total.rows),
          more: Number(total.rows) === limit,
          amounts: Object.fromEntries(money.map(([name, field]) => [name, fieldWire(field, total[name])])),
        }
      : null,
  };
}

/** Each state by the index of states, or, where a search or a missing index reads rows anyway, all of them in one pass. */
function countsBy(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  wanted: RowSelection,
  [name, { from, options = [] }]: [string, Field],
) {
  const { [name]: _, ...others } = wanted;
  const where = conditions(ctx, caller, resource, others);
  const source = sourceOf(resource);
  const state = from as Column | SQL;
  if (wanted.search || !isIndexed(resource, state))
    return [
      ctx.db.all(
        sql`SELECT state, count(*) AS count, (SUM(count(*)) OVER ()) > ${READ} AS more FROM (
          SELECT ${state} AS state FROM ${source}${where ? sql` WHERE ${where}` : sql``} LIMIT ${READ + 1}
        ) GROUP BY state`,
      ),
    ];
  return options.map((option) =>
    ctx.db.all(
      sql`SELECT ${option} AS state, min(count(*), ${COUNTED}) AS count, count(*) > ${COUNTED} AS more FROM (
        SELECT 1 FROM ${source} WHERE ${and(where, sql`${state} = ${option}`)} LIMIT ${COUNTED + 1})`,
    ),
  );
}

/** Whether a complete index of the table begins with the column. */
function isIndexed({ table, view }: Resource, state: Column | SQL): boolean {
  if (view || !(state instanceof Column)) return false;
  return getTableConfig(table).indexes.some(
    ({ config }) => config.where === undefined && config.columns[0] === state,
  );
}

function countsOf({ options = [] }: Field, answers: readonly Record<string, unknown>[][]) {
  const rows = answers.flat();
  return options.map((value) => {
    const row = rows.find(({ state }) => state === value);
    // One pass that ended early may have met no row of this state.
    const more = row ? row.more : rows.some((each) => each.more);
    return { value, count: Number(row?.count ?? 0), more: Boolean(more) };
  });
}
