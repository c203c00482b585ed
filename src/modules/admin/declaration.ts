/** The declared resources as the console reads them, limited to what the caller's role may see and do. */

import { Column, is, SQL } from "drizzle-orm";
import { type Caller, isAdministrator, mayOperate } from "../../platform/http/caller.ts";
import type { FileStore } from "../../platform/resources/files.ts";
import { filtersOf } from "../../platform/resources/filters.ts";
import type { Field, Resource } from "../../platform/resources/resource.ts";
import { UNITS, type Unit, unitOf } from "../../platform/resources/units.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { ACCEPTED_TYPES, MAX_PICTURE } from "../../platform/storage/pictures/types.ts";
import { z } from "../../platform/zod.ts";
import { catalogue } from "./catalogue.ts";
import { fieldsFor, grantsOf, may, mayRun, rightName } from "./rights.ts";
import { statesOf } from "./rows/summary.ts";
import { fieldWire, isSortable } from "./rows/wire.ts";

const Label = z.object({ en: z.string(), ru: z.string() }).openapi("AdminLabel");

const Input = {
  name: z.string(),
  type: z.string(),
  label: Label,
  options: z.array(z.string()).optional(),
  reference: z.string().optional(),
};

export const Declared = z
  .object({
    name: z.string(),
    subject: z.string(),
    label: Label,
    group: z.string(),
    id: z.string(),
    title: z.string(),
    fields: z.array(
      z.object({
        ...Input,
        zone: z.object({ field: z.string(), default: z.string() }).optional(),
        /** Of a number: its unit. */
        unit: z.object({ name: z.enum(Object.keys(UNITS) as [Unit, ...Unit[]]), label: Label }).optional(),
        /** Of money: the ISO 4217 code. */
        currency: z.string().optional(),
        coded: z.boolean().optional(),
        /** Of money: a list shows the sum of its rows. */
        total: z.boolean().optional(),
        /** Of a file: which types are taken, the most bytes, and what the caller may do with it. */
        file: z
          .object({
            types: z.array(z.string()),
            max_bytes: z.number().int(),
            replace: z.boolean(),
            remove: z.boolean(),
          })
          .optional(),
        list: z.boolean(),
        writable: z.boolean(),
        once: z.boolean(),
        required: z.boolean(),
        /** What a new record has unless it is given. */
        initial: z.unknown().optional(),
        sortable: z.boolean(),
      }),
    ),
    filters: z.array(z.object(Input)),
    /** The filter by which a list has tabs. */
    states: z.string().nullable(),
    search: z.boolean(),
    sort: z.object({ field: z.string(), order: z.enum(["asc", "desc"]) }),
    can: z.object({ create: z.boolean(), edit: z.boolean(), delete: z.boolean(), export: z.boolean() }),
    actions: z.array(
      z.object({
        name: z.string(),
        label: Label,
        bulk: z.boolean(),
        danger: z.boolean(),
        confirm: Label.optional(),
        keep: Label.optional(),
        asks: z.array(
          z.object({ ...Input, required: z.boolean(), proposed: z.array(z.string()).optional() }),
        ),
        shows: z.array(z.string()),
      }),
    ),
    /** The module's further rights that the caller has: `take` orders by phone. */
    further: z.array(z.string()),
    /** For administrators: the rights that a group may have. */
    grants: z.array(z.object({ name: z.string(), label: Label })).optional(),
    tabs: z.array(z.object({ resource: z.string(), target: z.string(), label: Label })),
  })
  .openapi("AdminResource");

type Runtime = RequestContext["runtime"];

/** All resources that this caller may read. */
export function declarationFor(caller: Caller, runtime: Runtime): z.input<typeof Declared>[] {
  return catalogue.filter((each) => may(caller, each, "read")).map((each) => declared(caller, each, runtime));
}

function declared(caller: Caller, resource: Resource, runtime: Runtime): z.input<typeof Declared> {
  const { name, subject, label, group, title, sort } = resource;
  const can = (right: "create" | "edit" | "delete") => may(caller, resource, right);
  const readable = new Set(catalogue.filter((each) => may(caller, each, "read")).map((each) => each.name));
  const writes = can("create") || can("edit");
  return {
    name,
    subject,
    label,
    group,
    id: "id",
    title,
    fields: fieldsFor(caller, resource).map(([fieldName, field]) => ({
      ...inputOf(fieldName, field),
      ...(field.zone ? { zone: { field: field.zone, default: runtime.settings.timeZone } } : {}),
      ...unitWire(field),
      ...(field.type === "money" ? { currency: runtime.settings.currency } : {}),
      ...(field.coded ? { coded: true } : {}),
      ...(field.total ? { total: true } : {}),
      ...(field.file ? { file: takenBy(field.file, can("edit")) } : {}),
      list: field.list !== false,
      writable: writes && field.input !== undefined,
      once: field.once === true,
      required: field.input ? !field.input.safeParse(undefined).success : false,
      ...initialOf(resource, field, runtime, caller),
      sortable: isSortable(field),
    })),
    filters: filtersOf(resource)
      .filter((filter) => !filter.staffOnly || may(caller, resource, "private"))
      .map((filter) => inputOf(filter.name, filter)),
    states: statesOf(caller, resource)?.[0] ?? null,
    search: resource.search.length > 0,
    sort,
    can: { create: can("create"), edit: can("edit"), delete: can("delete"), export: true },
    actions: Object.entries(resource.actions ?? {})
      .filter(([actionName, action]) => mayRun(caller, resource, actionName, action))
      .map(([actionName, action]) => ({
        name: actionName,
        label: action.label,
        bulk: action.bulk === true,
        danger: action.danger === true,
        ...(action.confirm ? { confirm: action.confirm } : {}),
        ...(action.keep ? { keep: action.keep } : {}),
        asks: Object.entries(action.asks ?? {}).map(([askedName, asked]) => ({
          ...inputOf(askedName, asked),
          required: !asked.input.safeParse(undefined).success,
          ...(asked.proposed ? { proposed: [...asked.proposed] } : {}),
        })),
        shows: [...(action.shows ?? [])],
      })),
    further: Object.keys(resource.furtherRights ?? {}).filter((right) =>
      mayOperate(caller, rightName(resource, right)),
    ),
    ...(isAdministrator(caller) ? { grants: grantsOf(resource) } : {}),
    tabs: (resource.tabs ?? []).filter((tab) => readable.has(tab.resource)),
  };
}

const takenBy = ({ accepted, remove }: FileStore, mayEdit: boolean) => ({
  types: [...ACCEPTED_TYPES[accepted]],
  max_bytes: MAX_PICTURE,
  replace: mayEdit,
  remove: mayEdit && remove !== undefined,
});

/** What a new record has in a field unless it is given: what the field's input makes of nothing, or the column's default. */
function initialOf(
  { rights }: Resource,
  field: Field,
  runtime: Runtime,
  caller: Caller,
): { initial?: unknown } {
  if (!field.input || rights.staff.every((right) => right !== "create")) return {};
  const { success, data } = field.input.safeParse(undefined);
  if (!success) return {};
  const column = field.from instanceof Column ? field.from.default : undefined;
  const stored = data ?? field.initial?.(runtime, caller) ?? column;
  const isConstant = stored !== null && stored !== undefined && stored !== "" && !is(stored, SQL);
  return isConstant ? { initial: fieldWire(field, stored) } : {};
}

function unitWire(field: Field) {
  const unit = unitOf(field);
  return unit ? { unit: { name: unit, label: UNITS[unit] } } : {};
}

type Described = Pick<Resource["fields"][string], "type" | "label" | "options" | "reference">;

function inputOf(name: string, { type, label, options, reference }: Described) {
  return {
    name,
    type,
    label,
    ...(options ? { options: [...options] } : {}),
    ...(reference ? { reference } : {}),
  };
}
