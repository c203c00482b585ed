/** Audit log: one row for every change by staff, in the batch of the change. */
import { and, lt, type SQL, sql } from "drizzle-orm";
import type { Caller, CallerKey } from "../http/caller.ts";
import { log } from "../log.ts";
import type { RequestContext } from "../runtime.ts";
import { auditLog } from "./tables.ts";

export interface Audited {
  /** `user.standing`, `event.delete` … */
  readonly action: string;
  /** What changed, as `user:12`; an expression where the batch itself creates the id. */
  readonly subject: string | SQL<string>;
  readonly before: object | null;
  readonly after: object | null;
}

export function auditEntry(
  ctx: RequestContext,
  caller: Pick<Caller, "userId" | "key">,
  { action, subject, before, after }: Audited,
) {
  return ctx.db.insert(auditLog).values({
    at: ctx.now(),
    actorId: caller.userId,
    action,
    subject,
    before,
    after,
    requestId: ctx.requestId,
    actorKey: caller.key?.prefix ?? null,
  });
}

/**
 * Records a change that a key's request made, whatever rows its own rules add. It is made already: a failure here is
 * logged with the same facts.
 */
export async function recordKeyUse(
  ctx: RequestContext,
  caller: Caller & { readonly key: CallerKey },
  use: { readonly method: string; readonly path: string; readonly status: number },
): Promise<void> {
  const entry = { action: "api_key.use", subject: `api_key:${caller.key.id}`, before: null, after: use };
  try {
    await auditEntry(ctx, caller, entry);
  } catch (error) {
    log("error", "api_key.use", { requestId: ctx.requestId, key: caller.key.id, ...use }, error);
  }
}

/** How long the uses of keys are kept, in ms. */
const KEEP_USES = 90 * 24 * 3600_000;

/** Nightly: deletes old uses of keys. Other rows stay. */
export async function purgeKeyUses(ctx: RequestContext): Promise<void> {
  const isUse = sql`${auditLog.action} = 'api_key.use'`;
  await ctx.db.delete(auditLog).where(and(isUse, lt(auditLog.at, ctx.now() - KEEP_USES)));
}
