/** Reads a person's calculator entries: a page, the last days, all of them. */
import { and, asc, desc, eq, gte } from "drizzle-orm";
import type { Listed, Window } from "../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import type { RecentDays } from "./rules.ts";
import { toEntryWire } from "./schemas.ts";
import { calculatorEntries } from "./tables.ts";

export type Entry = typeof calculatorEntries.$inferSelect;

const DAY = 24 * 3600_000;

/** The newest first; `count` is the total. */
export async function listEntries(
  ctx: RequestContext,
  userId: number,
  window: Window,
): Promise<Listed<Entry>> {
  const mine = eq(calculatorEntries.userId, userId);
  const [count, rows] = await Promise.all([
    ctx.db.$count(calculatorEntries, mine),
    ctx.db
      .select()
      .from(calculatorEntries)
      .where(mine)
      .orderBy(desc(calculatorEntries.publishedAt), desc(calculatorEntries.id))
      .limit(window.limit)
      .offset(window.offset),
  ]);
  return { count, rows };
}

/** Entries of the last `days` days, the oldest first, for a chart. */
export async function recentEntries(ctx: RequestContext, userId: number, days: RecentDays): Promise<Entry[]> {
  return ctx.db
    .select()
    .from(calculatorEntries)
    .where(
      and(eq(calculatorEntries.userId, userId), gte(calculatorEntries.publishedAt, ctx.now() - days * DAY)),
    )
    .orderBy(asc(calculatorEntries.publishedAt), asc(calculatorEntries.id));
}

/** All of a person's entries, the oldest first, for a download. */
export async function allEntries(ctx: RequestContext, userId: number): Promise<Entry[]> {
  return ctx.db
    .select()
    .from(calculatorEntries)
    .where(eq(calculatorEntries.userId, userId))
    .orderBy(asc(calculatorEntries.publishedAt), asc(calculatorEntries.id));
}

/** The earnings part of an account's export. */
export async function exportEarnings(ctx: RequestContext, userId: number): Promise<object> {
  return { calculator_entries: (await allEntries(ctx, userId)).map(toEntryWire) };
}
