/** Rules for what a caller may do with a resource. Pure. */
import type { Caller } from "../../platform/http/caller.ts";
import type { ConsoleRole, Field, Resource, Right } from "../../platform/resources/resource.ts";

export function roleOf(caller: Caller): ConsoleRole {
  return caller.isStaff ? "staff" : "operator";
}

export function may(caller: Caller, resource: Resource, right: Right): boolean {
  return resource.rights[roleOf(caller)].includes(right);
}

/** The fields that this role may see. */
export function fieldsFor(role: ConsoleRole, resource: Resource): [string, Field][] {
  return Object.entries(resource.fields).filter(([, field]) => role === "staff" || !field.staffOnly);
}
