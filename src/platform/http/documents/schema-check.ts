/** Checks values against the document's schemas: the keywords that the document uses, without compiling anything. */
import { propertiesOf, resolved, type Schema, type Schemas, typesOf } from "./json-schema.ts";

/** Whether a value meets a schema. */
export function conforms(schemas: Schemas, schema: Schema, value: unknown): boolean {
  return faultsIn(schemas, schema, value).length === 0;
}

/**
 * What is wrong with a value, as `path: fault`. `exact`: a property that the schema does not name is a fault, too, so that
 * a document that leaves one out is found.
 */
export function faultsIn(
  schemas: Schemas,
  schema: Schema,
  value: unknown,
  exact = false,
  path = "$",
): string[] {
  const whole = resolved(schemas, schema);
  const inner = (part: Schema, at: unknown, name: string) =>
    faultsIn(schemas, part, at, exact, `${path}${name}`);
  const options = whole.anyOf ?? whole.oneOf;
  if (options) {
    const tried = options.map((option) => inner(option, value, ""));
    const best = tried.reduce((one, other) => (other.length < one.length ? other : one));
    if (best.length > 0) return best;
  }
  // Each part of `allOf` names only some of the properties.
  const parts = (whole.allOf ?? []).flatMap((part) => faultsIn(schemas, part, value, false, path));
  const faults = [...parts, ...plainFaults(whole, value).map((fault) => `${path}: ${fault}`)];
  if (faults.length > 0 || value === null) return faults;
  if (Array.isArray(value)) {
    const itemOf = (at: number) => whole.prefixItems?.[at] ?? whole.items;
    return value.flatMap((item, at) => {
      const itemSchema = itemOf(at);
      return itemSchema ? inner(itemSchema, item, `[${at}]`) : [];
    });
  }
  if (typeof value !== "object") return [];
  const properties = propertiesOf(schemas, whole);
  const more = moreOf(schemas, whole);
  const isClosed = more === false || (exact && more === undefined && Object.keys(properties).length > 0);
  const named = new Set(Object.keys(value));
  return [
    ...(whole.required ?? []).filter((name) => !named.has(name)).map((name) => `${path}.${name}: is missing`),
    ...Object.entries(value).flatMap(([name, item]) => {
      const property = properties[name];
      if (property) return inner(property, item, `.${name}`);
      if (isClosed && !options) return [`${path}.${name}: is not in the schema`];
      return typeof more === "object" ? inner(more, item, `.${name}`) : [];
    }),
  ];
}

/** What an object may have beside its properties, also where one of its parts says so. */
function moreOf(schemas: Schemas, schema: Schema): Schema | boolean | undefined {
  const parts = (schema.allOf ?? []).map((part) => moreOf(schemas, resolved(schemas, part)));
  return schema.additionalProperties ?? parts.find((more) => more !== undefined);
}

/** Faults of the value itself, whatever is in it. */
function plainFaults(schema: Schema, value: unknown): string[] {
  const types = typesOf(schema);
  if (types.length > 0 && !types.some((type) => hasType(value, type)))
    return [`${JSON.stringify(value)?.slice(0, 80)} is no ${types.join(" or ")}`];
  if (schema.enum && !schema.enum.includes(value))
    return [`${JSON.stringify(value)} is none of ${schema.enum}`];
  if (schema.const !== undefined && schema.const !== value)
    return [`${JSON.stringify(value)} is not ${schema.const}`];
  if (typeof value === "string") return stringFaults(schema, value);
  if (typeof value === "number") return numberFaults(schema, value);
  if (Array.isArray(value) && Number(schema.maxItems ?? Number.POSITIVE_INFINITY) < value.length)
    return ["has too many items"];
  return [];
}

function hasType(value: unknown, type: string): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

/** Formats of strings that the document uses. */
const FORMATS: Record<string, RegExp> = {
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/,
  date: /^\d{4}-\d\d-\d\d$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  decimal: /^-?\d+(\.\d+)?$/,
  email: /^[^@\s]+@[^@\s]+$/,
  uri: /^[a-z][a-z0-9+.-]*:\S+$/i,
  "uri-reference": /^\S*$/,
};

function stringFaults({ format, pattern, maxLength, minLength }: Schema, value: string): string[] {
  const length = [...value].length;
  if (length > Number(maxLength ?? Number.POSITIVE_INFINITY)) return [`"${value.slice(0, 40)}…" is too long`];
  if (length < Number(minLength ?? 0)) return ["is too short"];
  if (typeof pattern === "string" && !new RegExp(pattern).test(value))
    return [`"${value}" does not match ${pattern}`];
  const known = format === undefined ? undefined : FORMATS[format];
  return known && !known.test(value) ? [`"${value.slice(0, 80)}" is no ${format}`] : [];
}

function numberFaults(schema: Schema, value: number): string[] {
  const low = value < Number(schema.minimum ?? Number.NEGATIVE_INFINITY);
  const high = value > Number(schema.maximum ?? Number.POSITIVE_INFINITY);
  return low || high ? [`${value} is out of range`] : [];
}
