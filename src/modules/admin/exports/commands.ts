/** Exports too long for one response: written to R2 slice by slice, then joined into one file. */
import { and, eq } from "drizzle-orm";
import { commit } from "../../../platform/db/outbox.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { Refusal, refuse } from "../../../platform/http/errors.ts";
import { fill } from "../../../platform/http/messages.ts";
import { text } from "../../../platform/http/text.ts";
import type { Resource } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { requireResource } from "../catalogue.ts";
import { beginJob, type Job, jobSlice } from "../jobs/runner.ts";
import { countRows, type RowSelection, rowsAfter } from "../rows/queries.ts";
import { adminJobs } from "../tables.ts";
import { csvText, exportEntry, type Reader } from "./csv.ts";
import { dropExport, dropParts, EXPORT, join, partOf } from "./files.ts";

/** Rows per slice, and per export (five hundred slices). */
const SLICE = 2000;
const MOST = 1_000_000;

const TOO_MANY = fill(
  text("At most {limit} at once: narrow the selection.", "Не больше {limit} за раз: уточните выборку."),
  { limit: MOST },
);

/** The state of a running export: the selection, and the id of the last row written. */
interface ExportProgress {
  readonly wanted: RowSelection;
  readonly last: string | null;
  /** Missing in jobs that were begun before there were readable exports. */
  readonly reader?: Reader;
}

export async function beginExport(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  wanted: RowSelection,
  reader: Reader,
): Promise<{ job: string; total: number }> {
  const total = await countRows(ctx, caller, resource, wanted);
  if (total > MOST) throw refuse(400, TOO_MANY);
  const job = { action: EXPORT, values: { wanted, last: null, reader }, ids: [], total };
  const audit = exportEntry(ctx, caller, resource, wanted);
  return { job: await beginJob(ctx, caller, resource, job, [audit]), total };
}

/**
 * Writes the next slice. The part is named by its first row, so that a repeat after a crash overwrites it with the same
 * content. Of two concurrent runs only one advances the job.
 */
export async function runExportSlice(ctx: RequestContext, job: Job, caller: Caller | null): Promise<void> {
  const resource = caller && admitted(caller, job.resource);
  const unchanged = and(
    eq(adminJobs.id, job.id),
    eq(adminJobs.state, "running"),
    eq(adminJobs.done, job.done),
  );
  const set = (change: Partial<Job>) =>
    ctx.db
      .update(adminJobs)
      .set({ ...change, updatedAt: ctx.now() })
      .where(unchanged);
  if (!caller || !resource) {
    await dropExport(ctx, job.id);
    await set({ state: "stopped" });
    return;
  }
  const { wanted, last, reader = null } = job.values as ExportProgress;
  const rows = await rowsAfter(ctx, caller, resource, wanted, last, SLICE);
  await ctx.runtime.bucket.put(
    partOf(job.id, job.done),
    await csvText(ctx, caller, resource, rows, { isFirst: job.done === 0, reader }),
  );
  const done = job.done + rows.length;
  if (rows.length < SLICE) {
    await join(ctx, job, Math.floor(job.done / SLICE) + 1);
    if (await commit(ctx, set({ state: "done", done, total: done }), [])) await dropParts(ctx, job.id);
    return;
  }
  const values: ExportProgress = { wanted, last: rows.at(-1)?.id ?? last, reader };
  await commit(ctx, set({ done, total: Math.max(job.total, done), values }), [jobSlice.row({ id: job.id })]);
}

/** Null when the person who started the export may not read the resource any more; the export then stops. */
function admitted(caller: Caller, name: string): Resource | null {
  try {
    return requireResource(caller, name, "read");
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
