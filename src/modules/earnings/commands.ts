/** Creates, changes and deletes a person's calculator entries. Earnings are always computed here. */
import { and, eq, sql } from "drizzle-orm";
import { updateOptimistically } from "../../platform/db/optimistic.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import type { Entry } from "./queries.ts";
import { type EarningsInput, earningsOf } from "./rules.ts";
import { calculatorEntries } from "./tables.ts";

export async function addEntry(ctx: RequestContext, userId: number, takings: EarningsInput): Promise<Entry> {
  const [entry] = await ctx.db
    .insert(calculatorEntries)
    .values({ userId, publishedAt: ctx.now(), ...takings, earnings: earningsOf(takings) })
    .returning();
  if (!entry) throw new Error("the new entry has no row");
  return entry;
}

/** Changes the given fields; null when the person has no such entry. */
export async function changeEntry(
  ctx: RequestContext,
  userId: number,
  id: number,
  change: Partial<EarningsInput>,
): Promise<Entry | null> {
  const mine = and(eq(calculatorEntries.id, id), eq(calculatorEntries.userId, userId));
  const read = async () => (await ctx.db.select().from(calculatorEntries).where(mine))[0] ?? null;
  return updateOptimistically(read, async (before) => {
    const takings: EarningsInput = {
      appIncome: change.appIncome ?? before.appIncome,
      commission: change.commission === undefined ? before.commission : change.commission,
      expenses: change.expenses === undefined ? before.expenses : change.expenses,
    };
    const [entry] = await ctx.db
      .update(calculatorEntries)
      .set({ ...change, earnings: earningsOf(takings) })
      .where(and(mine, unmoved(before)))
      .returning();
    return entry ?? null;
  });
}

/** SQL condition: the columns that earnings are computed from are as they were read. */
const unmoved = ({ appIncome, commission, expenses }: EarningsInput) =>
  and(
    eq(calculatorEntries.appIncome, appIncome),
    sql`${calculatorEntries.commission} IS ${commission}`,
    sql`${calculatorEntries.expenses} IS ${expenses}`,
  );

/** Deletes these entries, all or none; returns the ids that are not the person's. */
export async function removeEntries(
  ctx: RequestContext,
  userId: number,
  ids: readonly number[],
): Promise<{ missing: number[] }> {
  const named = sql`${calculatorEntries.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  const found = await ctx.db
    .select({ id: calculatorEntries.id })
    .from(calculatorEntries)
    .where(and(eq(calculatorEntries.userId, userId), named));
  const missing = ids.filter((id) => !found.some((row) => row.id === id));
  if (missing.length > 0) return { missing };
  await ctx.db.delete(calculatorEntries).where(and(eq(calculatorEntries.userId, userId), named));
  return { missing: [] };
}
