/** Audits each time staff views somebody's locations. */
import { auditEntry } from "../../../platform/db/audit.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";

/** `ownerId`: whose locations; null for everybody's. `by`: the way in that was used, and what was requested there. */
export async function auditView(
  ctx: RequestContext,
  caller: Caller,
  ownerId: number | null,
  by: { readonly door: string } & Record<string, unknown>,
): Promise<void> {
  const subject = ownerId === null ? "location_report:*" : `user:${ownerId}`;
  await auditEntry(ctx, caller, { action: "track.look", subject, before: null, after: by });
}
