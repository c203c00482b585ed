/** One thing done to many rows: each by itself, with its own rights, rules and audit row. Many of them become a job. */
import { eq, lte } from "drizzle-orm";
import { commit, type Effect } from "../../platform/db/outbox.ts";
import type { Caller } from "../../platform/http/caller.ts";
import { forbidden, invalid, Refusal, refuse, wire } from "../../platform/http/errors.ts";
import { fill } from "../../platform/http/messages.ts";
import type { Locale } from "../../platform/http/text.ts";
import { text } from "../../platform/http/text.ts";
import type { Resource, Values } from "../../platform/resources/resource.ts";
import type { Scope } from "../../platform/runtime.ts";
import { findUser } from "../identity/index.ts";
import { runAction } from "./actions.ts";
import { admitTo } from "./catalogue.ts";
import { findRow, idsOf, type Wanted } from "./lists.ts";
import { may, roleOf } from "./rights.ts";
import { adminJobs } from "./tables.ts";
import { changeRow, removeRow } from "./writing.ts";

/** `delete`, `change` with values, or one of the resource's own actions. */
export interface Task {
  readonly action: string;
  readonly values?: Values | undefined;
}

export interface Failed {
  readonly id: string;
  readonly detail: unknown;
}

/** Done within the request; more is a job, worked off in slices of this size. */
const SLICE = 25;
const MOST = 10_000;

const TOO_MANY = fill(
  text("At most {limit} at once: narrow the selection.", "Не больше {limit} за раз: уточните выборку."),
  { limit: MOST },
);
const NO_ACTION = text("There is no such action for many.", "Такого действия для многих нет.");
const NO_ROW = text("Not found.", "Не найдено.");

/** Whether this caller may do this to many rows of the resource. */
function requireTask(caller: Caller, resource: Resource, { action }: Task): void {
  if (action === "delete" || action === "change") {
    if (!may(caller, resource, action === "delete" ? "delete" : "edit")) throw forbidden();
    return;
  }
  const known = resource.actions?.[action];
  if (!known?.bulk) throw invalid({ action: NO_ACTION });
  if (!known.roles.includes(roleOf(caller))) throw forbidden();
}

export type BulkResult =
  | { readonly count: number; readonly dry_run: true }
  | { readonly count: number; readonly done: number; readonly failed: Failed[] }
  | { readonly count: number; readonly job: string };

/** Counts the rows (`dryRun`), or does it to them: at once to a few, by a job to more. */
export async function doToMany(
  scope: Scope,
  caller: Caller,
  resource: Resource,
  task: Task,
  wanted: Wanted,
  dryRun: boolean,
): Promise<BulkResult> {
  requireTask(caller, resource, task);
  const ids = await idsOf(scope, caller, resource, wanted, MOST + 1);
  if (ids.length > MOST) throw refuse(400, TOO_MANY);
  if (dryRun) return { count: ids.length, dry_run: true };
  if (ids.length > SLICE)
    return { count: ids.length, job: await beginJob(scope, caller, resource, task, ids) };
  const failed = await workOff(scope, caller, resource, task, ids);
  return { count: ids.length, done: ids.length - failed.length, failed };
}

async function workOff(
  scope: Scope,
  caller: Caller,
  resource: Resource,
  task: Task,
  ids: readonly string[],
): Promise<Failed[]> {
  const failed: Failed[] = [];
  for (const id of ids) {
    try {
      const subject = await findRow(scope, caller, resource, id);
      if (!subject) failed.push({ id, detail: NO_ROW[scope.locale] });
      else if (task.action === "delete") await removeRow(scope, caller, resource, subject);
      else if (task.action === "change") await changeRow(scope, caller, resource, subject, task.values ?? {});
      else await runAction(scope, caller, resource, task.action, subject);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      failed.push({ id, detail: reason(error, scope.locale) });
    }
  }
  return failed;
}

function reason(refusal: Refusal, locale: Locale): unknown {
  return "detail" in refusal.body ? refusal.body.detail[locale] : wire(refusal.body, locale);
}

function sliceEffect(id: string): Effect {
  return { kind: "admin_job", address: `job:${id}`, payload: { id } };
}

async function beginJob(
  scope: Scope,
  caller: Caller,
  resource: Resource,
  task: Task,
  ids: readonly string[],
): Promise<string> {
  const id = crypto.randomUUID();
  const now = scope.now();
  const insert = scope.db.insert(adminJobs).values({
    id,
    actorId: caller.userId,
    resource: resource.name,
    action: task.action,
    values: task.values ?? null,
    ids,
    total: ids.length,
    failures: [],
    createdAt: now,
    updatedAt: now,
  });
  await commit(scope, insert, [sliceEffect(id)]);
  return id;
}

/** How many reasons a job keeps. */
const KEPT_FAILURES = 50;

/**
 * The next slice of a job, and the effect of the one after it. A slice that is repeated after a crash finds its rows
 * changed already, which does no harm: everything that may be done to many stands being repeated.
 */
export async function workOnJob(scope: Scope, id: string): Promise<void> {
  const [job] = await scope.db.select().from(adminJobs).where(eq(adminJobs.id, id));
  if (job?.state !== "running") return;
  const caller = await actorOf(scope, job.actorId);
  const slice = job.ids.slice(job.done, job.done + SLICE);
  const failed = caller
    ? await attempt(scope, caller, job.resource, { action: job.action, values: job.values as Values }, slice)
    : null;
  const done = job.done + slice.length;
  const state = failed === null ? "stopped" : done < job.total ? "running" : "done";
  const progress = scope.db
    .update(adminJobs)
    .set({
      state,
      done: failed === null ? job.done : done,
      failed: job.failed + (failed?.length ?? 0),
      failures: [...job.failures, ...(failed ?? [])].slice(0, KEPT_FAILURES),
      updatedAt: scope.now(),
    })
    .where(eq(adminJobs.id, id));
  await commit(scope, progress, state === "running" ? [sliceEffect(id)] : []);
}

/** Null when its caller may not do this any more: then the job stops. */
async function attempt(
  scope: Scope,
  caller: Caller,
  name: string,
  task: Task,
  ids: readonly string[],
): Promise<Failed[] | null> {
  try {
    const resource = admitTo(caller, name, "read");
    requireTask(caller, resource, task);
    return await workOff(scope, caller, resource, task, ids);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** Whoever began the job, with the rights that they have now. */
async function actorOf(scope: Scope, userId: number): Promise<Caller | null> {
  const user = await findUser(scope, userId);
  if (!user?.isActive) return null;
  const { id, userType, isStaff } = user;
  return { userId: id, sessionId: "", userType, isStaff, expiresAt: scope.now() };
}

/** How long one can look a job up. */
const KEPT = 30 * 24 * 3600_000;

export async function purgeJobs(scope: Scope): Promise<void> {
  await scope.db.delete(adminJobs).where(lte(adminJobs.updatedAt, scope.now() - KEPT));
}
