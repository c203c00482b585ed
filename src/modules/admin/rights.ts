/** Rules for what a caller may do with a resource. Pure. */
import type { Caller } from "../../platform/http/caller.ts";
import type { Field, Resource, Right, Role } from "../../platform/resources/resource.ts";

export function roleOf(caller: Caller): Role {
  return caller.isStaff ? "staff" : "operator";
}

export function may(caller: Caller, resource: Resource, right: Right): boolean {
  return resource.rights[roleOf(caller)].includes(right);
}

/** The fields that this role may see. */
export function fieldsFor(role: Role, resource: Resource): [string, Field][] {
  return Object.entries(resource.fields).filter(([, field]) => role === "staff" || !field.staffOnly);
}
