/** A row as its page reads it: with its version, which a change must name in `If-Match`, and the actions that are possible now. */
import type { Caller } from "../../../platform/http/caller.ts";
import type { Resource, Subject } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import type { z } from "../../../platform/zod.ts";
import { shownWhole } from "../files/wire.ts";
import type { VersionedRow } from "../schemas.ts";
import { possibleActions } from "./actions.ts";
import { versionOf } from "./wire.ts";

export async function versionedRow(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  subject: Subject,
): Promise<{ wire: z.input<typeof VersionedRow>; headers: Record<string, string> }> {
  const version = await versionOf(resource, subject);
  const wire = {
    ...(await shownWhole(ctx, caller, resource, subject)),
    version,
    actions: possibleActions(caller, resource, subject),
    ...(resource.locked ? { locked: [...resource.locked(subject.row)] } : {}),
  } as z.input<typeof VersionedRow>;
  return { wire, headers: { ETag: `"${version}"` } };
}
