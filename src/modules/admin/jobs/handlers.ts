/** Runs background jobs from the queue, and deletes old ones by cron. */
import { and, eq, lte } from "drizzle-orm";
import { implementEffect } from "../../../platform/db/effects.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { runExportSlice } from "../exports/commands.ts";
import { dropExport, EXPORT } from "../exports/files.ts";
import { adminJobs } from "../tables.ts";
import { runBulkSlice } from "./bulk.ts";
import { actorOf, jobSlice } from "./runner.ts";

/** Runs the next slice of a job and adds the effect of the one after it. */
export const jobSliceRun = implementEffect(jobSlice, runJobSlice);

async function runJobSlice(ctx: RequestContext, { id }: { readonly id: string }): Promise<void> {
  const [job] = await ctx.db.select().from(adminJobs).where(eq(adminJobs.id, id));
  if (job?.state !== "running") return;
  const work = job.action === EXPORT ? runExportSlice : runBulkSlice;
  await work(ctx, job, await actorOf(ctx, job.actorId));
}

/** How long a job is kept. Milliseconds. */
const KEPT = 30 * 24 * 3600_000;

/** Deletes old jobs. Files go before their rows, so that the next night repeats what failed. */
export async function purgeJobs(ctx: RequestContext): Promise<void> {
  const old = lte(adminJobs.updatedAt, ctx.now() - KEPT);
  const exports = await ctx.db
    .select({ id: adminJobs.id })
    .from(adminJobs)
    .where(and(old, eq(adminJobs.action, EXPORT)));
  for (const { id } of exports) await dropExport(ctx, id);
  await ctx.db.delete(adminJobs).where(old);
}
