/** What people may do with background jobs: recover one that makes no progress or was stopped, and stop one. */
import { and, eq, type SQL, sql } from "drizzle-orm";
import { commit } from "../../../platform/db/outbox.ts";
import { type Caller, mayAlso } from "../../../platform/http/caller.ts";
import { forbidden, refuse } from "../../../platform/http/errors.ts";
import { text } from "../../../platform/http/text.ts";
import type { Audit, Subject, Values } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { dropExport, EXPORT } from "../exports/files.ts";
import { adminJobs } from "../tables.ts";
import { jobSlice } from "./runner.ts";

const IN_PROGRESS = text(
  "Only a job that is stuck or stopped can be started again.",
  "Снова запустить можно только застрявшее или остановленное задание.",
);
const OVER = text("The job is over.", "Задание уже закончено.");

/** A slice takes seconds. After so many without a step the job's slice was lost, or fails each time. */
const STUCK_SECONDS = 600;

/** SQL value: a job that is running and has made no step for ten minutes. */
export const isStuck: SQL<boolean> =
  sql`(${adminJobs.state} = 'running' AND ${adminJobs.updatedAt} < (unixepoch() - ${sql.raw(String(STUCK_SECONDS))}) * 1000)`.mapWith(
    Boolean,
  );

export const canRetry = (row: Values): boolean => row.state === "stopped" || row.is_stuck === true;

/** The right that a job's operation takes. */
const rightOf = (action: unknown): string =>
  action === EXPORT ? "read" : action === "change" ? "edit" : String(action);

/**
 * A job goes on with the rights of the person who started it. Somebody with fewer rights can't have it done in their name.
 */
function requireOwnRight(caller: Caller, { actor, resource, action }: Values): void {
  if (actor === caller.userId) return;
  if (!mayAlso(caller, `${resource}:${rightOf(action)}`)) throw forbidden();
}

/**
 * Goes on where the job was. Slices that are still on their way do no harm: of two, only one advances the job. An export
 * that was stopped begins again, because its parts were deleted.
 */
export async function retryJob(
  ctx: RequestContext,
  caller: Caller,
  { id, row }: Subject,
  audit: Audit,
): Promise<null> {
  requireOwnRight(caller, row);
  const restarts = row.action === EXPORT && row.state === "stopped";
  const update = ctx.db
    .update(adminJobs)
    .set({
      state: "running",
      updatedAt: ctx.now(),
      ...(restarts ? { done: 0, values: sql`json_set(${adminJobs.values}, '$.last', NULL)` } : {}),
    })
    .where(and(eq(adminJobs.id, id), sql`(${adminJobs.state} = 'stopped' OR ${isStuck})`));
  const entry = audit("retry", { state: row.state }, { state: "running" });
  if (!(await commit(ctx, update, [jobSlice.row({ id })], [entry]))) throw refuse(409, IN_PROGRESS);
  return null;
}

/** Ends a running job after its present slice. */
export async function stopJob(
  ctx: RequestContext,
  _: Caller,
  { id, row }: Subject,
  audit: Audit,
): Promise<null> {
  const update = ctx.db
    .update(adminJobs)
    .set({ state: "stopped", updatedAt: ctx.now() })
    .where(and(eq(adminJobs.id, id), eq(adminJobs.state, "running")));
  const entry = audit("stop", { state: row.state }, { state: "stopped" });
  if (!(await commit(ctx, update, [], [entry]))) throw refuse(409, OVER);
  if (row.action === EXPORT) await dropExport(ctx, id);
  return null;
}
