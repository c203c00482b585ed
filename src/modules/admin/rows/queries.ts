/** Reads rows of a resource with its declared filters, search and order. */

import { and, type Column, count, getTableName, type SQL, sql } from "drizzle-orm";
import { type Db, runBatch } from "../../../platform/db/client.ts";
import { countsOf, selectCounted } from "../../../platform/db/counted-rows.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { invalid } from "../../../platform/http/errors.ts";
import { parse } from "../../../platform/http/input/validation.ts";
import type { Listed, Window } from "../../../platform/http/lists/paging.ts";
import { text } from "../../../platform/http/text.ts";
import { filtersOf } from "../../../platform/resources/filters.ts";
import type { Resource, Subject, Values } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { z } from "../../../platform/zod.ts";
import { fieldsFor, may, visibleRows } from "../rights.ts";
import { searchCondition } from "./search.ts";
import { among, isSortable, keyOf, selectionOf, subjectOf } from "./wire.ts";

/** The selection: filters by name, `search`, `ids`. */
export type RowSelection = Readonly<Record<string, unknown>> & {
  readonly search?: string;
  readonly ids?: readonly string[];
};

const NO_FILTER = text("There is no such filter.", "Такого фильтра нет.");
const NO_SORT = text("The list can't be sorted by this.", "По этому полю список не сортируется.");

/** SQL condition for the selected rows that the caller may see. An unknown filter is refused. */
export function conditions(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  wanted: RowSelection,
): SQL | undefined {
  const { search, ids, ...asked } = wanted;
  const known = new Map(
    filtersOf(resource)
      .filter((filter) => !filter.staffOnly || may(caller, resource, "private"))
      .map((filter) => [filter.name, filter]),
  );
  const unknown = Object.keys(asked).filter((name) => !known.has(name));
  if (unknown.length > 0) throw invalid(Object.fromEntries(unknown.map((name) => [name, NO_FILTER])));
  const chosen = [...known.values()].filter(({ name }) => asked[name] !== undefined && asked[name] !== "");
  const shape = z.object(Object.fromEntries(chosen.map(({ name, parse: schema }) => [name, schema])));
  const values = parse(shape, asked) as Values;
  return and(
    visibleRows(caller, resource),
    ids === undefined ? undefined : among(resource, ids),
    searchCondition(caller, resource, search),
    ...chosen.map(({ name, when }) => when(values[name] as never, ctx.now())),
  );
}

export const sourceOf = (resource: Resource) => resource.view ?? resource.table;

export interface Sorting {
  readonly sort?: string | undefined;
  readonly order?: "asc" | "desc" | undefined;
}

/** A total order, so that no row moves between pages. */
export function orderOf(caller: Caller, resource: Resource, sorting: Sorting): SQL[] {
  const field = sorting.sort ?? resource.sort.field;
  const order = sorting.order ?? (sorting.sort ? "asc" : resource.sort.order);
  const direction = sql.raw(order);
  const keys = resource.key.map((column) => sql`${column} ${direction}`);
  if (field === "id") return keys;
  const [, known] = fieldsFor(caller, resource).find(([name]) => name === field) ?? [];
  if (!known || !isSortable(known)) throw invalid({ sort: NO_SORT });
  return [sql`${known.from as Column | SQL} ${direction}`, ...keys];
}

/** A page and the total count, in one round trip. */
export async function listRows(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  wanted: RowSelection,
  sorting: Sorting,
  window: Window,
): Promise<Listed<Subject>> {
  const where = conditions(ctx, caller, resource, wanted);
  await resource.refresh?.(ctx, wanted);
  const [counted, rows] = (await runBatch(ctx.db, [
    counting(ctx.db, resource, where, window),
    ctx.db
      .select(selectionOf(resource))
      .from(sourceOf(resource))
      .where(where)
      .orderBy(...orderOf(caller, resource, sorting))
      .limit(window.limit)
      .offset(window.offset),
  ])) as [{ count: number }[], Values[]];
  return { count: counted[0]?.count ?? 0, rows: rows.map(subjectOf) };
}

/** An unfiltered list of a large table is counted this far beyond its page: more rows than the console downloads at once. */
const COUNTED_AHEAD = 2_000;

/**
 * Counts the rows of a list. Without a condition a table's count is known, or counted up to some pages ahead: then it grows
 * as one turns the pages.
 */
function counting(db: Db, resource: Resource, where: SQL | undefined, { limit, offset }: Window) {
  const source = sourceOf(resource);
  if (where) return db.select({ count: count() }).from(source).where(where);
  const names = resource.view ? null : countsOf(getTableName(resource.table));
  if (names) return selectCounted(db, ...names);
  const ahead = sql<number>`(SELECT count(*) FROM (SELECT 1 FROM ${source} LIMIT ${offset + limit + COUNTED_AHEAD}))`;
  return db.select({ count: ahead }).from(sql`(SELECT 1)`);
}

export async function countRows(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  wanted: RowSelection,
): Promise<number> {
  return ctx.db.$count(sourceOf(resource), conditions(ctx, caller, resource, wanted));
}

/** One row; null when there is none that the caller may see. */
export async function findRow(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  id: string,
): Promise<Subject | null> {
  const found = await readRow(ctx, caller, resource, id);
  if (found || !resource.refresh) return found;
  await resource.refresh(ctx, { ids: [id] });
  return readRow(ctx, caller, resource, id);
}

async function readRow(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  id: string,
): Promise<Subject | null> {
  const [row] = await ctx.db
    .select(selectionOf(resource))
    .from(sourceOf(resource))
    .where(and(among(resource, [id]), visibleRows(caller, resource)))
    .limit(1);
  return row ? subjectOf(row) : null;
}

/** The titles of these rows by id, as the resource names its rows for people. Rows that the caller may not see are left out. */
export async function titlesOf(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  ids: readonly string[],
): Promise<[id: string, title: string][]> {
  const titled = resource.fields[resource.title];
  // A row without a field for its title is named by its id, and a title that is a reference by another row.
  if (!titled || titled.reference || titled.type === "place") return [];
  const key = resource.key.map((column) => sql`${column}`);
  const rows = await ctx.db
    .select({
      id: sql<string>`${sql.join(key, sql` || ':' || `)}`.mapWith(String),
      title: sql<string | null>`${titled.from as Column | SQL}`,
    })
    .from(sourceOf(resource))
    .where(and(among(resource, ids), visibleRows(caller, resource)));
  return rows.flatMap(({ id, title }) => (title === null || title === "" ? [] : [[id, String(title)]]));
}

/** The ids of the selected rows, at most `limit`. */
export async function idsOf(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  wanted: RowSelection,
  limit: number,
): Promise<string[]> {
  const key = resource.key.map((column) => sql`${column}`);
  const rows = await ctx.db
    .select({ id: sql<string>`${sql.join(key, sql` || ':' || `)}`.mapWith(String) })
    .from(sourceOf(resource))
    .where(conditions(ctx, caller, resource, wanted))
    .orderBy(...resource.key)
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** The next rows after `last` in key order, for exports. */
export async function rowsAfter(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  wanted: RowSelection,
  last: string | null,
  limit: number,
): Promise<Subject[]> {
  if (last === null) await resource.refresh?.(ctx, wanted);
  const columns = sql.join([...resource.key], sql`, `);
  const parts = last && keyOf(resource, last)?.map((part) => sql`${part}`);
  const after = parts && sql.join(parts, sql`, `);
  const rows = await ctx.db
    .select(selectionOf(resource))
    .from(sourceOf(resource))
    .where(and(conditions(ctx, caller, resource, wanted), after ? sql`(${columns}) > (${after})` : undefined))
    .orderBy(...resource.key)
    .limit(limit);
  return rows.map(subjectOf);
}
