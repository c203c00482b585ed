/** Runs a declared action of a resource on one row. */
import type { Caller } from "../../../platform/http/caller.ts";
import { forbidden, notFound } from "../../../platform/http/errors.ts";
import type { Resource, Subject } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { roleOf } from "../rights.ts";
import { auditOf } from "./commands.ts";

/** Runs the action if the caller may; returns the action's result. */
export async function runAction(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  name: string,
  subject: Subject,
): Promise<object | null> {
  const action = Object.hasOwn(resource.actions ?? {}, name) ? resource.actions?.[name] : undefined;
  if (!action) throw notFound();
  if (!action.roles.includes(roleOf(caller))) throw forbidden();
  return action.run(ctx, caller, subject, auditOf(ctx, caller, resource, subject.id));
}
