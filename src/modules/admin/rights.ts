/** The one rule for what a caller may do with a resource: by their role, or by the rights of their groups. Pure. */
import { and, type SQL } from "drizzle-orm";
import { type Caller, usesConsole } from "../../platform/http/caller.ts";
import { type Text, text } from "../../platform/http/text.ts";
import type { Action, ConsoleRole, Field, Resource, Right } from "../../platform/resources/resource.ts";

/** `private`: the fields, filters and rows that only staff see. */
export type AnyRight = Right | "private";

const VERBS: readonly Right[] = ["read", "create", "edit", "delete"];

function roleOf(caller: Caller): ConsoleRole {
  return caller.isStaff ? "staff" : "operator";
}

/** A right as groups have it: `orders:read`, `orders:cancel`. */
export const rightName = (resource: Pick<Resource, "name">, right: string): string =>
  `${resource.name}:${right}`;

const hidesFields = ({ fields, filters }: Resource): boolean =>
  Object.values(fields).some(({ staffOnly }) => staffOnly) ||
  filters.some((filter) => typeof filter !== "string" && filter.staffOnly);

const LABELS: Readonly<Record<AnyRight, Text>> = {
  read: text("View", "Просмотр"),
  create: text("Create", "Создание"),
  edit: text("Change", "Изменение"),
  delete: text("Delete", "Удаление"),
  private: text("All rows and private fields", "Все записи и закрытые поля"),
};

/** All rights to a resource that a group may have, with their labels. None to what only administrators may do. */
export function grantsOf(resource: Resource): { readonly name: string; readonly label: Text }[] {
  if (resource.administrators) return [];
  const verbs = VERBS.filter((right) => resource.rights.staff.includes(right));
  const isPrivate = hidesFields(resource) || resource.visible !== undefined;
  const actions = Object.entries(resource.actions ?? {}).filter(([, { roles }]) => roles.includes("staff"));
  const labels: [string, Text][] = [
    ...[...verbs, ...(isPrivate ? (["private"] as const) : [])].map((right): [string, Text] => [
      right,
      LABELS[right],
    ]),
    ...actions.map(([name, { label }]): [string, Text] => [name, label]),
    ...Object.entries(resource.furtherRights ?? {}),
  ];
  return labels.map(([right, label]) => ({ name: rightName(resource, right), label }));
}

export const rightsTo = (resource: Resource): string[] => grantsOf(resource).map(({ name }) => name);

function groupHas(caller: Caller, resource: Resource, right: string): boolean {
  return !resource.administrators && caller.rights?.includes(rightName(resource, right)) === true;
}

export function may(caller: Caller, resource: Resource, right: AnyRight): boolean {
  if (!usesConsole(caller)) return false;
  if (caller.rights)
    return groupHas(caller, resource, right) && (right === "private" || isDeclared(resource, right));
  const role = roleOf(caller);
  return right === "private" ? role === "staff" : resource.rights[role].includes(right);
}

const isDeclared = ({ rights }: Resource, right: Right): boolean => rights.staff.includes(right);

/** Whether the caller may run this action on rows that they may read. */
export function mayRun(caller: Caller, resource: Resource, name: string, { roles }: Action): boolean {
  if (caller.rights) return groupHas(caller, resource, name) && roles.includes("staff");
  return usesConsole(caller) && roles.includes(roleOf(caller));
}

/** The fields that this caller may see. */
export function fieldsFor(caller: Caller, resource: Resource): [string, Field][] {
  return visibleFields(resource, may(caller, resource, "private"));
}

/** `seesAll`: with the fields that are hidden from operators. */
export function visibleFields(resource: Resource, seesAll: boolean): [string, Field][] {
  return Object.entries(resource.fields).filter(([, field]) => seesAll || !field.staffOnly);
}

/** The SQL condition for the rows that this caller may see. */
export function visibleRows(caller: Caller, resource: Resource): SQL | undefined {
  const own = may(caller, resource, "private") ? undefined : resource.visible?.(caller);
  return and(resource.readable?.(caller), own);
}
