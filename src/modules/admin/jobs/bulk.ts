/** Bulk operations: each row is handled by itself, with its own rights, rules and audit row. Long ones become a job. */
import { and, eq } from "drizzle-orm";
import { commit } from "../../../platform/db/outbox.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { forbidden, invalid, Refusal, refuse, wire } from "../../../platform/http/errors.ts";
import { fill } from "../../../platform/http/messages.ts";
import type { Locale } from "../../../platform/http/text.ts";
import { text } from "../../../platform/http/text.ts";
import type { Resource, Values } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { requireResource } from "../catalogue.ts";
import { may, mayRun } from "../rights.ts";
import { runAction } from "../rows/actions.ts";
import { changeRow, removeRow } from "../rows/commands.ts";
import { findRow, idsOf, type RowSelection } from "../rows/queries.ts";
import { adminJobs } from "../tables.ts";
import { beginJob, type Job, jobSlice } from "./runner.ts";

/** `delete`, `change` with `values`, or one of the resource's actions. */
export interface Task {
  readonly action: string;
  readonly values?: Values | undefined;
}

export interface Failed {
  readonly id: string;
  readonly detail: unknown;
}

/** Up to this many rows are handled within the request; more become a job with slices of this size. */
const SLICE = 25;
const MOST = 10_000;

const TOO_MANY = fill(
  text("At most {limit} at once: narrow the selection.", "Не больше {limit} за раз: уточните выборку."),
  { limit: MOST },
);
const NO_ACTION = text("There is no such bulk action.", "Такого массового действия нет.");
const NO_ROW = text("Not found.", "Не найдено.");

/** Checks that the caller may run this bulk operation. */
function requireTask(caller: Caller, resource: Resource, { action }: Task): void {
  if (action === "delete" || action === "change") {
    if (!may(caller, resource, action === "delete" ? "delete" : "edit")) throw forbidden();
    return;
  }
  const known = resource.actions?.[action];
  if (!known?.bulk) throw invalid({ action: NO_ACTION });
  if (!mayRun(caller, resource, action, known)) throw forbidden();
}

export type BulkResult =
  | { readonly count: number; readonly dry_run: true }
  | { readonly count: number; readonly done: number; readonly failed: Failed[] }
  | { readonly count: number; readonly job: string };

/** Counts the rows (`dryRun`) or handles them: a few at once, more by a job. */
export async function doToMany(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  task: Task,
  wanted: RowSelection,
  dryRun: boolean,
): Promise<BulkResult> {
  requireTask(caller, resource, task);
  const ids = await idsOf(ctx, caller, resource, wanted, MOST + 1);
  if (ids.length > MOST) throw refuse(400, TOO_MANY);
  if (dryRun) return { count: ids.length, dry_run: true };
  if (ids.length > SLICE)
    return {
      count: ids.length,
      job: await beginJob(ctx, caller, resource, { ...task, ids, total: ids.length }),
    };
  const failed = await workOff(ctx, caller, resource, task, ids);
  return { count: ids.length, done: ids.length - failed.length, failed };
}

async function workOff(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  task: Task,
  ids: readonly string[],
): Promise<Failed[]> {
  const failed: Failed[] = [];
  for (const id of ids) {
    try {
      const subject = await findRow(ctx, caller, resource, id);
      if (!subject) failed.push({ id, detail: NO_ROW[ctx.locale] });
      else if (task.action === "delete") await removeRow(ctx, caller, resource, subject);
      else if (task.action === "change") await changeRow(ctx, caller, resource, subject, task.values ?? {});
      else await runAction(ctx, caller, resource, task.action, subject, task.values ?? {});
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      failed.push({ id, detail: reason(error, ctx.locale) });
    }
  }
  return failed;
}

function reason(refusal: Refusal, locale: Locale): unknown {
  return "detail" in refusal.body ? refusal.body.detail[locale] : wire(refusal.body, locale);
}

/** The number of failures that a job keeps. */
const KEPT_FAILURES = 50;

/**
 * Runs the next slice of a job and adds the effect of the one after it. A slice may run twice after a crash; all bulk
 * operations are safe to repeat.
 */
export async function runBulkSlice(ctx: RequestContext, job: Job, caller: Caller | null): Promise<void> {
  const slice = job.ids.slice(job.done, job.done + SLICE);
  const failed = caller
    ? await attempt(ctx, caller, job.resource, { action: job.action, values: job.values as Values }, slice)
    : null;
  const done = job.done + slice.length;
  const state = failed === null ? "stopped" : done < job.total ? "running" : "done";
  const progress = ctx.db
    .update(adminJobs)
    .set({
      state,
      done: failed === null ? job.done : done,
      failed: job.failed + (failed?.length ?? 0),
      failures: [...job.failures, ...(failed ?? [])].slice(0, KEPT_FAILURES),
      updatedAt: ctx.now(),
    })
    // Of two runs of one slice only one advances the job: a job that was started again may have both.
    .where(and(eq(adminJobs.id, job.id), eq(adminJobs.state, "running"), eq(adminJobs.done, job.done)));
  await commit(ctx, progress, state === "running" ? [jobSlice.row({ id: job.id })] : []);
}

/** Null when the person who started the job may not do this any more; the job then stops. */
async function attempt(
  ctx: RequestContext,
  caller: Caller,
  name: string,
  task: Task,
  ids: readonly string[],
): Promise<Failed[] | null> {
  try {
    const resource = requireResource(caller, name, "read");
    requireTask(caller, resource, task);
    return await workOff(ctx, caller, resource, task, ids);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
