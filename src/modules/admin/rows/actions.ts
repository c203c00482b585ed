/** Runs a declared action of a resource on one row. */
import { admitted, type Caller } from "../../../platform/http/caller.ts";
import { forbidden, notFound } from "../../../platform/http/errors.ts";
import { parse } from "../../../platform/http/input/validation.ts";
import type { Action, Resource, Subject, Values } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { z } from "../../../platform/zod.ts";
import { mayRun } from "../rights.ts";
import { requireAccountBelow } from "./accounts.ts";
import { auditOf } from "./commands.ts";

/** Runs the action if the caller may; returns the action's result. `given`: what the action asks for. The action itself refuses what its rules do not allow. */
export async function runAction(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  name: string,
  subject: Subject,
  given: Values,
): Promise<object | null> {
  const action = Object.hasOwn(resource.actions ?? {}, name) ? resource.actions?.[name] : undefined;
  if (!action) throw notFound();
  if (!mayRun(caller, resource, name, action)) throw forbidden();
  const audit = auditOf(ctx, caller, resource, subject.id);
  await requireAccountBelow(ctx, caller, resource, subject);
  return action.run(ctx, admitted(caller), subject, audit, parse(shapeOf(action), given));
}

const isPossible = ({ isPossible: rule }: Action, { row }: Subject, caller: Caller) =>
  rule?.(row, caller) ?? true;

const shapeOf = ({ asks = {} }: Action) =>
  z.object(Object.fromEntries(Object.entries(asks).map(([name, { input }]) => [name, input])));

/** The names of the actions that this caller may run on the row as it is. */
export function possibleActions(caller: Caller, resource: Resource, subject: Subject): string[] {
  return Object.entries(resource.actions ?? {})
    .filter(([name, action]) => mayRun(caller, resource, name, action) && isPossible(action, subject, caller))
    .map(([name]) => name);
}
