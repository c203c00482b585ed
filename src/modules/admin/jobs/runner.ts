/** Background jobs: a row holds the progress, an outbox effect runs each slice. */
import { declareEffect } from "../../../platform/db/effects.ts";
import { commit } from "../../../platform/db/outbox.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { Resource, Statement } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { findUser, powersOf } from "../../identity/index.ts";
import { adminJobs } from "../tables.ts";

export type Job = typeof adminJobs.$inferSelect;

/** Runs the next slice of a job; implemented in `handlers.ts`. */
export const jobSlice = declareEffect<{ readonly id: string }>("admin_job", ({ id }) => `job:${id}`);

interface NewJob {
  readonly action: string;
  readonly values?: object | undefined;
  readonly ids: readonly string[];
  readonly total: number;
}

/** Starts a job and returns its id. `also` are statements of the same transaction. */
export async function beginJob(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  { action, values, ids, total }: NewJob,
  also: readonly Statement[] = [],
): Promise<string> {
  const id = crypto.randomUUID();
  const now = ctx.now();
  const insert = ctx.db.insert(adminJobs).values({
    id,
    actorId: caller.userId,
    resource: resource.name,
    action,
    values: values ?? null,
    ids,
    total,
    failures: [],
    createdAt: now,
    updatedAt: now,
  });
  await commit(ctx, insert, [jobSlice.row({ id })], also);
  return id;
}

/** The person who started the job, with their current rights; null when they have none. */
export async function actorOf(ctx: RequestContext, userId: number): Promise<Caller | null> {
  const user = await findUser(ctx, userId);
  if (!user?.isActive) return null;
  return { userId, sessionId: "", ...powersOf(user), expiresAt: ctx.now() };
}
