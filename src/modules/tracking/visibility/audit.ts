/** The audit row that staff leaves behind for each look at somebody's places. */
import { auditEntry } from "../../../platform/db/audit.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";

/** `ownerId`: whose places; null for everybody's. `by`: the door that was used, and what was asked for there. */
export async function auditView(
  ctx: RequestContext,
  caller: Caller,
  ownerId: number | null,
  by: { readonly door: string } & Record<string, unknown>,
): Promise<void> {
  const subject = ownerId === null ? "location_report:*" : `user:${ownerId}`;
  await auditEntry(ctx, caller, { action: "track.look", subject, before: null, after: by });
}
