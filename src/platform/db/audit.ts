/** Audit log: one row for every change by staff, in the batch of the change. */
import type { SQL } from "drizzle-orm";
import type { Caller } from "../http/caller.ts";
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
  caller: Pick<Caller, "userId">,
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
  });
}
