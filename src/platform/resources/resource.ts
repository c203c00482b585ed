/**
 * What staff may see and change of a table, declared once: the engine of `/api/admin/` reads and writes by it, and the
 * console builds its screens from it. What is not declared does not exist there: a secret is simply no field.
 */
import type { z } from "@hono/zod-openapi";
import type { Column, SQL, SQLWrapper } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Effect } from "../db/outbox.ts";
import type { Caller } from "../http/caller.ts";
import type { Text } from "../http/text.ts";
import type { RequestContext } from "../runtime.ts";

/** Who works in the console: operators, and staff above them. */
export type ConsoleRole = "operator" | "staff";
export type Right = "read" | "create" | "edit" | "delete";

export const NOTHING: readonly Right[] = [];
export const READ: readonly Right[] = ["read"];
export const EDIT: readonly Right[] = ["read", "edit"];
export const REMOVE: readonly Right[] = ["read", "delete"];
export const ALL: readonly Right[] = ["read", "create", "edit", "delete"];

export type FieldType =
  | "text"
  | "integer"
  | "number"
  | "boolean"
  | "instant"
  | "day"
  | "money"
  | "enum"
  | "reference"
  | "json"
  | "place";

/** Values by field name as they are stored: instants in epoch ms, money in minor units, a place as its two degrees. */
export type Values = Readonly<Record<string, unknown>>;

export interface Field {
  readonly type: FieldType;
  readonly label: Text;
  /** A column, the two of a place, or an expression for what is only shown. */
  readonly from: Column | SQL | { readonly latitude: Column; readonly longitude: Column };
  readonly options?: readonly string[];
  /** The resource whose id it holds; a `json` field holds several. */
  readonly reference?: string;
  /** False: shown with the single row only. */
  readonly list?: boolean;
  /** Operators never get it. */
  readonly staffOnly?: boolean;
  /** What may be written into it; without one it is read only. Its output is the stored value. */
  readonly input?: z.ZodType;
  /** Written when the row is made, never again. */
  readonly once?: boolean;
}

export interface Filter {
  readonly name: string;
  readonly type: FieldType;
  readonly label: Text;
  readonly options?: readonly string[];
  readonly reference?: string;
  readonly staffOnly?: boolean;
  /** Reads the value of a query. */
  readonly parse: z.ZodType;
  /** The rows that a value means. `now` in epoch ms. */
  readonly when: (value: never, now: number) => SQL | undefined;
}

/** A list of another resource that belongs to a row of this one: `target` is that list's filter. */
export interface Tab {
  readonly resource: string;
  readonly target: string;
  readonly label: Text;
}

export type Statement = BatchItem<"sqlite">;

/** What one row is, to a hook. */
export interface Subject {
  /** As the path names it. */
  readonly id: string;
  readonly row: Values;
}

/** Makes the audit row of a hook's own transaction. */
export type Audit = (action: string, before: object | null, after: object | null) => Statement;

/** What else a domain wants to happen in the transaction of a change. */
export interface Consequences {
  /** Further columns, by the table's own keys. */
  readonly set?: Values;
  /** What must hold for the row at the moment of writing. */
  readonly where?: SQL;
  readonly effects?: readonly Effect[];
  readonly rest?: readonly Statement[];
  /** Once it is committed. */
  readonly after?: () => Promise<unknown>;
}

export interface Change {
  readonly caller: Caller;
  /** Null for a row that is being made. */
  readonly before: Subject | null;
  /** What changes, by field. */
  readonly values: Values;
}

/** Something to do with a row beside changing its fields. */
export interface Action {
  readonly label: Text;
  /** Asked before it is done. */
  readonly confirm?: Text;
  readonly roles: readonly ConsoleRole[];
  /** May be done to many at once. */
  readonly bulk?: boolean;
  /** Answers what its caller is told, null for nothing. Throws a refusal when it can't be done. */
  readonly run: (
    ctx: RequestContext,
    caller: Caller,
    subject: Subject,
    audit: Audit,
  ) => Promise<object | null>;
}

export interface Resource {
  /** In paths, plural: `tow-trucks`. */
  readonly name: string;
  /** In the audit log, singular: `truck`. */
  readonly subject: string;
  readonly label: Text;
  /** Under which heading the console lists it. */
  readonly group: "people" | "towing" | "events" | "places" | "driving" | "support" | "system";
  readonly table: SQLiteTable;
  /** Its primary key; several columns are joined by `:` in an id. */
  readonly key: readonly SQLiteColumn[];
  /** The field by which people know a row. */
  readonly title: string;
  readonly fields: Readonly<Record<string, Field>>;
  /** Texts that `search=` looks in. */
  readonly search: readonly SQLWrapper[];
  /** Fields to filter by, in the way of their type, and filters of their own. */
  readonly filters: readonly (string | Filter)[];
  readonly sort: { readonly field: string; readonly order: "asc" | "desc" };
  readonly rights: Readonly<Record<ConsoleRole, readonly Right[]>>;
  readonly tabs?: readonly Tab[];
  readonly actions?: Readonly<Record<string, Action>>;
  /** The field that names the person whose whereabouts a row shows: each look at such rows leaves an audit row. */
  readonly placesOf?: string;
  /** Rows that this caller may know of; all of them without it. */
  readonly visible?: (caller: Caller) => SQL | undefined;
  /** Rows that may be deleted; all of them without it. */
  readonly removable?: SQL;
  /** `table.column` of a unique constraint → the field that its refusal is about, where no field has that column. */
  readonly clashes?: Readonly<Record<string, string>>;
  /** The domain's own rules for a change: throws a refusal, or says what else belongs to it. */
  readonly consequences?: (ctx: RequestContext, change: Change) => Promise<Consequences>;
  /** What else goes with a deleted row, and what must hold at that moment. */
  readonly removal?: (ctx: RequestContext, subject: Subject) => Promise<Omit<Consequences, "set">>;
  /** The domain's own way to delete; false when the row was gone. */
  readonly remove?: (ctx: RequestContext, caller: Caller, subject: Subject, audit: Audit) => Promise<boolean>;
}

/** Declares a resource: what names a field names one that is there. */
export function resource<const Fields extends Readonly<Record<string, Field>>>(
  declared: Omit<Resource, "fields" | "filters" | "title" | "sort" | "placesOf"> & {
    readonly fields: Fields;
    readonly filters: readonly ((keyof Fields & string) | Filter)[];
    readonly title: (keyof Fields & string) | "id";
    readonly placesOf?: keyof Fields & string;
    readonly sort: { readonly field: (keyof Fields & string) | "id"; readonly order: "asc" | "desc" };
  },
): Resource {
  return declared;
}

type Options = Partial<Omit<Field, "type" | "label" | "from" | "reference">>;

const of =
  (type: FieldType) =>
  (from: Field["from"], label: Text, options: Options = {}): Field => ({ type, from, label, ...options });

/** One function a type of field. */
export const field = {
  text: of("text"),
  integer: of("integer"),
  number: of("number"),
  boolean: of("boolean"),
  instant: of("instant"),
  day: of("day"),
  money: of("money"),
  json: of("json"),
  choice: (from: Column, label: Text, options: Options = {}): Field => ({
    ...of("enum")(from, label, options),
    options: options.options ?? from.enumValues ?? [],
  }),
  reference: (to: string, from: Column | SQL, label: Text, options: Options = {}): Field => ({
    ...of("reference")(from, label, options),
    reference: to,
  }),
  place: (latitude: Column, longitude: Column, label: Text, options: Options = {}): Field =>
    of("place")({ latitude, longitude }, label, options),
};

/** A resource with more fields, filters and tabs: what a neighbour knows about the same rows. */
export function extend(
  base: Resource,
  more: Partial<Pick<Resource, "fields" | "filters" | "tabs" | "search">>,
): Resource {
  return {
    ...base,
    fields: { ...base.fields, ...more.fields },
    filters: [...base.filters, ...(more.filters ?? [])],
    tabs: [...(base.tabs ?? []), ...(more.tabs ?? [])],
    search: [...base.search, ...(more.search ?? [])],
  };
}
