/**
 * Declares what staff may see and change of a table: `/api/admin/` reads and writes by it, and the console builds its
 * screens from it. Only declared fields are accessible, so secrets are simply not declared.
 */

import type { Column, SQL, SQLWrapper } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { SQLiteColumn, SQLiteTable, SQLiteView } from "drizzle-orm/sqlite-core";
import type { BatchStatement } from "../db/client.ts";
import type { Effect } from "../db/outbox.ts";
import type { Caller } from "../http/caller.ts";
import type { Refusal } from "../http/errors.ts";
import type { Text } from "../http/text.ts";
import type { RequestContext } from "../runtime.ts";
import type { z } from "../zod.ts";
import type { FileStore } from "./files.ts";
import type { Unit } from "./units.ts";

/** Roles in the console: operators, and staff with more rights. */
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
  | "percent"
  | "enum"
  | "reference"
  | "json"
  | "place"
  | "file";

/** Values by field name as they are stored: instants in epoch ms, money in minor units, percent in hundredths, a place as its two degrees. */
export type Values = Readonly<Record<string, unknown>>;

export interface Field {
  readonly type: FieldType;
  readonly label: Text;
  /** A column, the two columns of a place, or an expression for a read-only field. */
  readonly from: Column | SQL | { readonly latitude: Column; readonly longitude: Column };
  readonly options?: readonly string[];
  /** The resource whose id it holds; a `json` field holds several ids. */
  readonly reference?: string;
  /** Of an instant: the field with the IANA name of the zone in which it is shown; without a value, the default of the settings. */
  readonly zone?: string;
  /** A text that is one of the API's codes, which the console names in its reader's language. */
  readonly coded?: boolean;
  /** How the file of a `file` field is replaced and removed; read-only without it. */
  readonly file?: FileStore;
  /** False: a list shows it only when its reader chooses the column. */
  readonly list?: boolean;
  /** Of money: a list shows the sum of its rows. */
  readonly total?: boolean;
  /** Of a number: what it counts or measures in. */
  readonly unit?: Unit;
  /** Hidden from operators. */
  readonly staffOnly?: boolean;
  /** Input schema; read-only without one. Its output is the stored value. */
  readonly input?: z.ZodType;
  /** Writable only at creation. */
  readonly once?: boolean;
  /** What a new record has unless it is given, where that is not the column's default. */
  readonly initial?: (runtime: RequestContext["runtime"], caller: Caller) => unknown;
}

export interface Filter {
  readonly name: string;
  readonly type: FieldType;
  readonly label: Text;
  readonly options?: readonly string[];
  readonly reference?: string;
  readonly staffOnly?: boolean;
  /** Parses the query parameter. */
  readonly parse: z.ZodType;
  /** The condition for a value. `now` in epoch ms. */
  readonly when: (value: never, now: number) => SQL | undefined;
}

/** A list of another resource that belongs to a row of this one: `target` is that list's filter. */
export interface Tab {
  readonly resource: string;
  readonly target: string;
  readonly label: Text;
}

export type Statement = BatchItem<"sqlite">;

/** One row, as passed to a hook. */
export interface Subject {
  /** The id in the path. */
  readonly id: string;
  readonly row: Values;
}

/** Makes the audit row for a hook's own transaction. */
export type Audit = (action: string, before: object | null, after: object | null) => Statement;

/** What a domain adds to the transaction of a change. */
export interface Consequences {
  /** Further columns, by the table's own keys. */
  readonly set?: Values;
  /** Condition that the row must meet at the moment of writing. */
  readonly where?: SQL;
  /** Of a new row: whether there is room for it, asked in the statement that inserts it, and the refusal when there is none. */
  readonly room?: { readonly condition: SQL; readonly refusal: Refusal };
  readonly effects?: readonly Effect[];
  readonly rest?: readonly BatchStatement[];
  /** Runs after the commit. */
  readonly after?: () => Promise<unknown>;
}

export interface Change {
  readonly caller: Caller;
  /** Null at creation. */
  readonly before: Subject | null;
  /** Changed values by field. */
  readonly values: Values;
}

/** An operation on a row beside changing its fields. */
export interface Action {
  /** The deed, as its button names it: `Cancel the order`. */
  readonly label: Text;
  /** Confirmation question. */
  readonly confirm?: Text;
  /** The button of the confirmation that changes nothing: `Keep the order`. */
  readonly keep?: Text;
  /** Ends something or takes something away: its button looks so. */
  readonly danger?: boolean;
  /** What the confirmation asks for, by name. */
  readonly asks?: Readonly<Record<string, Asked>>;
  /** Fields of the row that the confirmation shows. */
  readonly shows?: readonly string[];
  /** Whether the action is offered for a row as it is; always without it. `run` refuses by the same rule. */
  readonly isPossible?: (row: Values, caller: Caller) => boolean;
  readonly roles: readonly ConsoleRole[];
  /** Available for many rows at once. */
  readonly bulk?: boolean;
  /** Returns the response body; null for none. Throws a refusal when the operation is not possible. */
  readonly run: (
    ctx: RequestContext,
    caller: Caller,
    subject: Subject,
    audit: Audit,
    given: Values,
  ) => Promise<object | null>;
}

/** What an action asks for before it runs: an input of a field's type. */
export interface Asked extends Pick<Field, "type" | "label" | "options" | "reference"> {
  readonly input: z.ZodType;
  /** The fields of the row whose value is proposed; the first that has one. */
  readonly proposed?: readonly string[];
}

/** Rows that are about to be read: by ids, or by filters as they were sent. */
export type Wanted = Readonly<Record<string, unknown>> & { readonly ids?: readonly string[] | undefined };

export interface Resource {
  /** In paths, plural: `tow-trucks`. */
  readonly name: string;
  /** In the audit log, singular: `truck`. */
  readonly subject: string;
  readonly label: Text;
  /** Heading in the console's navigation. */
  readonly group: "people" | "towing" | "events" | "places" | "driving" | "support" | "system";
  readonly table: SQLiteTable;
  /** What rows are read from, and what fields and key name, where that is more than the table. Such rows are not edited here. */
  readonly view?: SQLiteView;
  /** Primary key; the values of several columns are joined by `:` in an id. */
  readonly key: readonly SQLiteColumn[];
  /** The field that names a row for people. */
  readonly title: string;
  readonly fields: Readonly<Record<string, Field>>;
  /** Texts that `search=` searches. */
  readonly search: readonly SQLWrapper[];
  /** Phones in E.164 that `search=` finds in any spelling; those of people to whom a row refers are found without it. */
  readonly phones?: readonly SQLWrapper[];
  /** The condition for rows with a licence plate that meets a condition: `search=` finds plates in any spelling. */
  readonly plates?: (matches: (plate: SQLWrapper) => SQL) => SQL;
  /** Fields with the filters of their type, and custom filters. */
  readonly filters: readonly (string | Filter)[];
  readonly sort: { readonly field: string; readonly order: "asc" | "desc" };
  readonly rights: Readonly<Record<ConsoleRole, readonly Right[]>>;
  /** What groups may be allowed at doors of the module's own, by the name of the right. */
  readonly furtherRights?: Readonly<Record<string, Text>>;
  /** Only for administrators: no group may have a right to it. */
  readonly administrators?: boolean;
  /** The field with the account whose powers a row is part of, or `id`: only administrators change such rows of staff and operators. */
  readonly accountOf?: string;
  readonly tabs?: readonly Tab[];
  readonly actions?: Readonly<Record<string, Action>>;
  /** The field with the person whose location a row shows: each read of such rows is audited. */
  readonly placesOf?: string;
  /** Condition for the rows that operators see; staff see all. All rows without it. */
  readonly visible?: (caller: Caller) => SQL | undefined;
  /** Condition for the rows that this caller may see, whoever it is. */
  readonly readable?: (caller: Caller) => SQL | undefined;
  /** Condition for rows that may be deleted; all rows without it. */
  readonly removable?: SQL;
  /** `table.column` of a unique constraint → the field under which its violation is reported, where no field has that column. */
  readonly clashes?: Readonly<Record<string, string>>;
  /** Fields that the row does not let change as it is: forms show them without an input, `consequences` refuses them. */
  readonly locked?: (row: Values) => readonly string[];
  /** The domain's rules for a change: throws a refusal, or returns what else belongs to the transaction. */
  readonly consequences?: (ctx: RequestContext, change: Change) => Promise<Consequences>;
  /** What else is deleted with a row, and the condition for it; throws a refusal. */
  readonly removal?: (
    ctx: RequestContext,
    subject: Subject,
    caller: Caller,
  ) => Promise<Omit<Consequences, "set">>;
  /** Has others store what they still hold of these rows, before the rows are read. */
  readonly refresh?: (ctx: RequestContext, wanted: Wanted) => Promise<void>;
  /** The domain's own deletion; false when the row no longer exists. */
  readonly remove?: (ctx: RequestContext, caller: Caller, subject: Subject, audit: Audit) => Promise<boolean>;
}

/** Declares a resource; the compiler checks that references name declared fields. */
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

/** One function for each field type. */
export const field = {
  text: of("text"),
  integer: of("integer"),
  number: of("number"),
  boolean: of("boolean"),
  instant: of("instant"),
  day: of("day"),
  money: of("money"),
  percent: of("percent"),
  json: of("json"),
  /** The value is an expression made by `fileFacts`. */
  file: of("file"),
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

/** A resource with more fields, filters and tabs from another module. */
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
