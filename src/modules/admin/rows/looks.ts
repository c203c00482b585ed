/** The audit row for staff who read rows with people's places. Exports have their own audit row. */
import { auditEntry } from "../../../platform/db/audit.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { Resource } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";

/**
 * Writes nothing for rows without places, or for the caller's own. `seen` holds the row's values or the list's filters;
 * when these name no person, the row says everybody.
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
