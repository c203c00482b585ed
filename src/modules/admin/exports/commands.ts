/** Lists that are too long for one answer: written into the bucket slice by slice, then put together as one file. */
import { and, eq } from "drizzle-orm";
import { commit } from "../../../platform/db/outbox.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { Refusal, refuse } from "../../../platform/http/errors.ts";
import { fill } from "../../../platform/http/messages.ts";
import { text } from "../../../platform/http/text.ts";
import type { Resource } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { admitTo } from "../catalogue.ts";
import { beginJob, type Job, jobSlice } from "../jobs/runner.ts";
import { roleOf } from "../rights.ts";
import { countRows, rowsAfter, type Wanted } from "../rows/queries.ts";
import { adminJobs } from "../tables.ts";
import { csvText, exportEntry } from "./csv.ts";
import { dropExport, dropParts, EXPORT, join, partOf } from "./files.ts";

/** Rows of one slice, and of a whole export: five hundred slices. */
const SLICE = 2000;
const MOST = 1_000_000;

const TOO_MANY = fill(
  text("At most {limit} at once: narrow the selection.", "Не больше {limit} за раз: уточните выборку."),
  { limit: MOST },
);

/** What an export keeps beside its progress: which rows, and the last one that is written. */
interface ExportProgress {
  readonly wanted: Wanted;
  readonly last: string | null;
}

export async function beginExport(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  wanted: Wanted,
): Promise<{ job: string; total: number }> {
  const total = await countRows(ctx, caller, resource, wanted);
  if (total > MOST) throw refuse(400, TOO_MANY);
  const begun = { action: EXPORT, values: { wanted, last: null }, ids: [], total };
  const audit = exportEntry(ctx, caller, resource, wanted);
  return { job: await beginJob(ctx, caller, resource, begun, [audit]), total };
}

/**
 * Writes the next slice. Its part is named by where it begins, so that a slice that is repeated after a crash writes
 * the same once more; of two at once one goes on.
 */
export async function runExportSlice(ctx: RequestContext, job: Job, caller: Caller | null): Promise<void> {
  const resource = caller && admitted(caller, job.resource);
  const standing = and(
    eq(adminJobs.id, job.id),
    eq(adminJobs.state, "running"),
    eq(adminJobs.done, job.done),
  );
  const set = (change: Partial<Job>) =>
    ctx.db
      .update(adminJobs)
      .set({ ...change, updatedAt: ctx.now() })
      .where(standing);
  if (!caller || !resource) {
    await dropExport(ctx, job.id);
    await set({ state: "stopped" });
    return;
  }
  const { wanted, last } = job.values as ExportProgress;
  const rows = await rowsAfter(ctx, caller, resource, wanted, last, SLICE);
  await ctx.runtime.bucket.put(
    partOf(job.id, job.done),
    csvText(resource, roleOf(caller), rows, job.done === 0),
  );
  const done = job.done + rows.length;
  if (rows.length < SLICE) {
    await join(ctx, job, Math.floor(job.done / SLICE) + 1);
    if (await commit(ctx, set({ state: "done", done, total: done }), [])) await dropParts(ctx, job.id);
    return;
  }
  const values: ExportProgress = { wanted, last: rows.at(-1)?.id ?? last };
  await commit(ctx, set({ done, total: Math.max(job.total, done), values }), [jobSlice.row({ id: job.id })]);
}

/** Null when its beginner may not read this any more: then the export stops. */
function admitted(caller: Caller, name: string): Resource | null {
  try {
    return admitTo(caller, name, "read");
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
