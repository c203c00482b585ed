// What generators of clients for typed languages (Dart, Swift, Kotlin) need of an OpenAPI document: names that stay
// different in the language's spelling, and no shape that they cannot make a type of.

/** Words that are no names in Dart or Swift; generators escape them in properties, but not in types. */
const RESERVED = new Set(
  "any bool class default double enum extension false function in int is list map num object protocol self set string struct super switch this true type var void".split(
    " ",
  ),
);

/** `get_it-now` → `getItNow`, the spelling of names in these languages. */
export function camelCase(name) {
  const [first = "", ...more] = name.split(/[^A-Za-z0-9]+/).filter(Boolean);
  return (
    first.charAt(0).toLowerCase() +
    first.slice(1) +
    more.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")
  );
}

/** What is wrong with a document for such a generator, one line a fault. */
export function generatorFaults(document) {
  const { schemas } = document.components;
  const faults = [];
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ place: `${method} ${path}`, operation })),
  );
  faults.push(
    ...repeated(
      operations.map(({ operation }) => operation.operationId),
      camelCase,
      "operation",
    ),
  );
  // Types are files, too, and some file systems know no case.
  faults.push(...repeated(Object.keys(schemas), (name) => camelCase(name).toLowerCase(), "schema"));
  for (const name of Object.keys(schemas)) {
    if (!/^[A-Z][A-Za-z0-9]*$/.test(name)) faults.push(`schema ${name} is no name of a type`);
    if (RESERVED.has(name.toLowerCase())) faults.push(`schema ${name} is a reserved word`);
  }
  for (const { place, operation } of operations) {
    const parameters = operation.parameters ?? [];
    const spelled = (parameter) => `${parameter.in}.${camelCase(parameter.name)}`;
    faults.push(...repeated(parameters, spelled, `${place}: parameter`));
    for (const media of mediaOf(operation)) {
      if (!media.schema) faults.push(`${place}: a body has no schema`);
      else if (!isNamed(media.schema)) faults.push(`${place}: an object has no name`);
    }
  }
  for (const [name, schema] of Object.entries(schemas)) faults.push(...schemaFaults(schemas, schema, name));
  return faults;
}

function mediaOf({ requestBody, responses }) {
  return [requestBody, ...Object.values(responses)].flatMap((part) => Object.values(part?.content ?? {}));
}

const isNamed = (schema) =>
  schema.type === "array" ? isNamed(schema.items ?? {}) : !schema.properties && !schema.allOf;

function schemaFaults(schemas, schema, place, isPart = false) {
  const faults = [];
  if (schema.$ref) {
    if (!schemas[schema.$ref.split("/").at(-1)]) faults.push(`${place}: ${schema.$ref} leads nowhere`);
    return faults;
  }
  const types = [schema.type ?? []].flat().filter((type) => type !== "null");
  if (types.length > 1) faults.push(`${place}: is ${types.join(" or ")}, which is no type; use anyOf`);
  if (types[0] === "array" && !schema.items) faults.push(`${place}: an array does not say of what`);
  if (schema.enum) faults.push(...repeated(schema.enum.filter(isText), enumName, `${place}: value`));
  const properties = Object.entries(schema.properties ?? {});
  faults.push(...repeated(Object.keys(schema.properties ?? {}), camelCase, `${place}: property`));
  for (const name of schema.required ?? [])
    if (!(name in (schema.properties ?? {})) && !schema.allOf && !isPart)
      faults.push(`${place}: required ${name} is no property`);
  for (const [name, inner] of properties) faults.push(...schemaFaults(schemas, inner, `${place}.${name}`));
  for (const key of ["allOf", "anyOf", "oneOf", "prefixItems"])
    for (const inner of schema[key] ?? [])
      faults.push(...schemaFaults(schemas, inner, place, key === "allOf"));
  for (const key of ["items", "additionalProperties"])
    if (typeof schema[key] === "object") faults.push(...schemaFaults(schemas, schema[key], place));
  return faults;
}

const isText = (value) => typeof value === "string" && value !== "";
/** Descending orders are `-name`, which generators spell `minusName`. */
const enumName = (value) =>
  (value.startsWith("-") ? `minus ${value}` : value).toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_");

/** Which of the names are the same in a spelling. */
function repeated(things, spell, what) {
  const spelled = new Map();
  for (const thing of things) {
    const key = spell(thing);
    spelled.set(key, [...(spelled.get(key) ?? []), thing.name ?? thing]);
  }
  return [...spelled]
    .filter(([, names]) => names.length > 1)
    .map(([key, names]) => `${what} ${key}: ${names.join(", ")}`);
}
