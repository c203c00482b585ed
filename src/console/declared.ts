/** The declared resources, as the API describes them to this role. */

export interface Words {
  readonly en: string;
  readonly ru: string;
}

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

export interface Unit {
  readonly name: string;
  readonly label: Words;
}

export interface FileRules {
  /** Media types. */
  readonly types: readonly string[];
  readonly max_bytes: number;
  readonly replace: boolean;
  readonly remove: boolean;
}

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly label: Words;
  readonly list: boolean;
  readonly writable: boolean;
  /** Written on creation only. */
  readonly once: boolean;
  readonly required: boolean;
  /** What a new record has unless something else is given. */
  readonly initial?: unknown;
  readonly sortable: boolean;
  readonly options?: readonly string[];
  /** The resource it refers to. */
  readonly reference?: string;
  /** Of an instant: the field with the time zone in which it is shown, and the zone where that is empty. */
  readonly zone?: { readonly field: string; readonly default: string };
  /** Of a number: what it counts or measures in. */
  readonly unit?: Unit;
  /** Of money: the ISO 4217 code. */
  readonly currency?: string;
  /** Of money: lists show the sum. */
  readonly total?: true;
  /** Of a file that may be changed: what is taken, and what this role may do. */
  readonly file?: FileRules;
  /** A text that is a code, shown by its name. */
  readonly coded?: true;
}

export interface Filter {
  readonly name: string;
  readonly type: FieldType;
  readonly label: Words;
  readonly options?: readonly string[];
  readonly reference?: string;
}

export interface Action {
  readonly name: string;
  readonly label: Words;
  readonly bulk: boolean;
  readonly danger: boolean;
  readonly confirm?: Words;
  /** The button that changes nothing. */
  readonly keep?: Words;
  readonly asks: readonly Asked[];
  /** Fields of the record that the confirmation shows. */
  readonly shows: readonly string[];
}

/** What an action asks for before it runs. */
export interface Asked extends Pick<Field, "name" | "type" | "label" | "options" | "reference" | "required"> {
  /** Fields of the record whose value is proposed; the first that has one. */
  readonly proposed?: readonly string[];
}

/** Whether an action is offered for a record: the API names the possible ones. */
export const isOffered = (action: Pick<Action, "name">, record: Readonly<Record<string, unknown>>): boolean =>
  !Array.isArray(record.actions) || record.actions.includes(action.name);

export interface Resource {
  readonly name: string;
  readonly label: Words;
  readonly group: string;
  /** The field that names a record. */
  readonly title: string;
  /** The name in the audit log: `user` in `user:12`. */
  readonly subject: string;
  readonly fields: readonly Field[];
  readonly filters: readonly Filter[];
  /** The filter by which its list has tabs. */
  readonly states: string | null;
  readonly search: boolean;
  readonly sort: { readonly field: string; readonly order: "asc" | "desc" };
  readonly can: {
    readonly create: boolean;
    readonly edit: boolean;
    readonly delete: boolean;
    readonly export: boolean;
  };
  readonly actions: readonly Action[];
  /** Further things that the caller may do: `take` orders by phone. */
  readonly further: readonly string[];
  /** For administrators: the rights that a group may have, as `orders:read`. */
  readonly grants?: readonly { readonly name: string; readonly label: Words }[];
  readonly tabs: readonly { readonly resource: string; readonly target: string; readonly label: Words }[];
}

/** The pages that show several resources, by what one must be allowed to read for them, as the API asks. */
const PAGES = {
  overview: ["orders", "tow-trucks", "payments", "support-tickets", "outbox"],
  /** The map, and the operators' room. */
  live: ["orders", "tow-trucks"],
} as const;

export function mayOpen(resources: readonly Resource[], page: keyof typeof PAGES | "tickets"): boolean {
  if (page === "tickets") return resources.some(({ subject, can }) => subject === "ticket" && can.edit);
  return PAGES[page].every((name) => resources.some((resource) => resource.name === name));
}

/** The parts of the menu. */
export const MENU = ["towing", "support", "people", "events", "places", "driving", "system"] as const;
