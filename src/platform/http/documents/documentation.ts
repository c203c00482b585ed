/** What the modules tell of their API beside the schemas: texts and examples. Read by the build only, not in the Worker. */

/** A description, empty where the schema has its own; a description and an example; these and a format such as `date-time`, `uuid` or `decimal`. */
export type PropertyText =
  | string
  | readonly [description: string, example: unknown]
  | readonly [description: string, example: unknown, format: string];

export type PropertyTexts = Readonly<Record<string, PropertyText>>;

/** An answer in other media types than JSON, or whose example the schema alone does not give. */
export interface AnswerText {
  readonly description?: string;
  /** Media type → example of a body that no schema describes. */
  readonly media?: Readonly<Record<string, unknown>>;
  readonly example?: unknown;
  /** Header → what it says. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OperationText {
  readonly description?: string;
  /** Example of the body; without it, it is put together from those of the properties. */
  readonly body?: unknown;
  /** Texts of parameters that mean something else here. */
  readonly parameters?: PropertyTexts;
  /** Request headers that the handler reads. */
  readonly headers?: PropertyTexts;
  readonly answers?: Readonly<Record<number, AnswerText>>;
}

export interface Documentation {
  /** Tag → what its operations are about. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Property or parameter → its text wherever nothing else is said. Each name is in one module's list only. */
  readonly properties?: PropertyTexts;
  /**
   * Schemas, one or several names separated by spaces → texts of their properties. A property inside a property is
   * written `trucks.available`; the empty name is the schema's own description and example.
   */
  readonly schemas?: Readonly<Record<string, PropertyTexts>>;
  /** Start of a path → texts of the parameters of all operations below it. */
  readonly parameters?: Readonly<Record<string, PropertyTexts>>;
  /** `GET /api/v1/chats/{id}/`, or several separated by commas → what is to be said of it. */
  readonly operations?: Readonly<Record<string, OperationText>>;
}

/** All documentation in one. */
export interface Texts {
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: PropertyTexts;
  readonly schemas: Readonly<Record<string, PropertyTexts>>;
  readonly parameters: Readonly<Record<string, PropertyTexts>>;
  readonly operations: Readonly<Record<string, OperationText>>;
}

/** Puts the modules' documentation together. Throws when two say something of the same thing. */
export function mergeDocumentation(parts: readonly Documentation[]): Texts {
  const merged = {
    tags: mergeOnce(parts.map(({ tags }) => tags)),
    properties: mergeOnce(parts.map(({ properties }) => properties)),
    parameters: mergeOnce(parts.map(({ parameters }) => parameters)),
    operations: mergeOnce(parts.map(({ operations }) => split(operations, ", "))),
  };
  const schemas: Record<string, PropertyTexts> = {};
  for (const { schemas: named } of parts)
    for (const [names, texts] of Object.entries(named ?? {}))
      for (const name of names.split(" ")) schemas[name] = mergeOnce([schemas[name], texts]);
  return { ...merged, schemas };
}

function split<T>(named: Readonly<Record<string, T>> = {}, separator: string): Record<string, T> {
  return Object.fromEntries(
    Object.entries(named).flatMap(([names, value]) => names.split(separator).map((name) => [name, value])),
  );
}

function mergeOnce<T>(parts: readonly (Readonly<Record<string, T>> | undefined)[]): Record<string, T> {
  const merged: Record<string, T> = {};
  for (const part of parts)
    for (const [name, value] of Object.entries(part ?? {})) {
      if (name in merged) throw new Error(`the documentation of "${name}" is written twice`);
      merged[name] = value;
    }
  return merged;
}

/** A text in its parts. */
export function partsOf(text: PropertyText | undefined): {
  description?: string;
  example?: unknown;
  format?: string;
} {
  if (text === undefined) return {};
  if (typeof text === "string") return { description: text };
  const [description, example, format] = text;
  return { description, example, ...(format ? { format } : {}) };
}

/** Several examples of one property, of which each schema takes the first that it allows. */
export class Either {
  constructor(readonly values: readonly unknown[]) {}
}

/** `either(12, "3f2c…")`: an id is a number here and a uuid there. */
export const either = (...values: readonly unknown[]) => new Either(values);

/** An example of what its schema describes. */
export const sample = (example: unknown): PropertyText => ["", example];

/** A moment, as every answer writes it. */
export const time = (description: string): PropertyText => [
  description,
  "2026-05-04T09:30:00.000Z",
  "date-time",
];

/** An amount of money. */
export const money = (description: string, example = "2500.00"): PropertyText => [
  description,
  either(example, Number(example)),
  "decimal",
];

export const uuidOf = (description: string): PropertyText => [
  description,
  "3f2c8a1e-5d1b-4f0e-9a59-0b6f1f0e7d21",
  "uuid",
];
