/** The console's long work as the queue and the clock bring it. */
import { and, eq, lte } from "drizzle-orm";
import { implementEffect } from "../../platform/db/effects.ts";
import type { Scope } from "../../platform/runtime.ts";
import { workOnTask } from "./bulk.ts";
import { dropExport, EXPORT } from "./exported.ts";
import { workOnExport } from "./exports.ts";
import { adminJobs } from "./tables.ts";
import { actorOf, jobSlice } from "./work.ts";

/** The next slice of a job, and the effect of the one after it. */
export const jobWorked = implementEffect(jobSlice, workOnJob);

async function workOnJob(scope: Scope, { id }: { readonly id: string }): Promise<void> {
  const [job] = await scope.db.select().from(adminJobs).where(eq(adminJobs.id, id));
  if (job?.state !== "running") return;
  const work = job.action === EXPORT ? workOnExport : workOnTask;
  await work(scope, job, await actorOf(scope, job.actorId));
}

/** How long one can look a job up. */
const KEPT = 30 * 24 * 3600_000;

/** Files before their rows: what fails is found again the next night. */
export async function purgeJobs(scope: Scope): Promise<void> {
  const old = lte(adminJobs.updatedAt, scope.now() - KEPT);
  const exports = await scope.db
    .select({ id: adminJobs.id })
    .from(adminJobs)
    .where(and(old, eq(adminJobs.action, EXPORT)));
  for (const { id } of exports) await dropExport(scope, id);
  await scope.db.delete(adminJobs).where(old);
}
