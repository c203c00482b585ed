/** JSON references inside one document: all of them, and their targets. */

/** Returns every `$ref` in a document, at any depth. */
export function findReferences(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(findReferences);
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === "$ref" && typeof inner === "string" ? [inner] : findReferences(inner),
  );
}

/** What a `#/a/b` leads to; undefined when that is nothing. Source: RFC 6901. */
export function resolve(document: unknown, reference: string): unknown {
  if (!reference.startsWith("#/")) return undefined;
  return reference
    .slice(2)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>(
      (at, step) => (at !== null && typeof at === "object" ? Reflect.get(at, step) : undefined),
      document,
    );
}
