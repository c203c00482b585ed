/** Every resource that staff works with, and who gets in. */
import type { Caller } from "../../platform/http/caller.ts";
import { forbidden, notFound } from "../../platform/http/errors.ts";
import type { Resource, Right } from "../../platform/resources/resource.ts";
import { identityResources } from "../identity/index.ts";
import { auditLogOf } from "./audit-log.ts";
import { may } from "./rights.ts";
import { systemResources } from "./system.ts";

const resources: readonly Resource[] = [...identityResources, ...systemResources];

export const catalogue: readonly Resource[] = [...resources, auditLogOf(resources)];

const byName = new Map(catalogue.map((each) => [each.name, each]));

/** The resource of a path, if this caller may do this with it. */
export function admitTo(caller: Caller, name: string, right: Right): Resource {
  const resource = byName.get(name);
  if (!resource) throw notFound();
  if (!may(caller, resource, "read") || !may(caller, resource, right)) throw forbidden();
  return resource;
}
