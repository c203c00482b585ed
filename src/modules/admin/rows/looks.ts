/** The audit row that staff leaves behind for looking at rows that show where somebody is. Exports have one of their own. */
import { auditEntry } from "../../../platform/db/audit.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { Resource } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";

/**
 * Nothing for rows without places, and for people who look at their own. `seen`: the values of the row, or the filters
 * of the list; where they name no person it is everybody.
 */
export async function recordLook(
  ctx: RequestContext,
  caller: Caller,
  { name, subject, placesOf }: Resource,
  seen: Readonly<Record<string, unknown>>,
  by: { readonly door: "record" | "list" } & Record<string, unknown>,
): Promise<void> {
  if (placesOf === undefined) return;
  const ownerId = Number(seen[placesOf]) || null;
  if (ownerId === caller.userId) return;
  await auditEntry(ctx, caller, {
    action: "track.look",
    subject: ownerId === null ? `${subject}:*` : `user:${ownerId}`,
    before: null,
    after: { ...by, resource: name },
  });
}
