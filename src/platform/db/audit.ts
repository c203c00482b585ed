/** Who changed what: one row for every change that staff makes, in the batch of the change itself. */
import type { SQL } from "drizzle-orm";
import type { Caller } from "../http/caller.ts";
import type { RequestContext } from "../runtime.ts";
import { auditLog } from "./tables.ts";

export interface Audited {
  /** `user.standing`, `event.delete` … */
  readonly action: string;
  /** The thing, as `user:12`; an expression where the batch itself makes the id. */
  readonly subject: string | SQL<string>;
  readonly before: object | null;
  readonly after: object | null;
}

export function auditEntry(ctx: RequestContext, caller: Caller, { action, subject, before, after }: Audited) {
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
