/** Says in OpenAPI 3.1 what the generator of the document says in words of 3.0. */
import { type Schema, typesOf, visitSchemas } from "./json-schema.ts";

/** Changes a schema in place: references that may be null, choices that may be null, examples. */
export function repairSchema(root: Schema): void {
  visitSchemas(root, (schema) => {
    nullableReference(schema);
    nullableChoice(schema);
    // For programs that know no tuples.
    if (schema.prefixItems && !schema.items) schema.items = { type: "number" };
    if ("example" in schema) {
      schema.examples = [schema.example];
      delete schema.example;
    }
  });
}

/** `allOf` a reference and `null` or an object takes no null: a value has to meet both. */
function nullableReference(schema: Schema): void {
  const [reference, other, ...more] = schema.allOf ?? [];
  if (!reference?.$ref || !other || more.length > 0) return;
  const saysNull =
    typesOf(other).includes("null") &&
    Object.keys(other).every((key) => key === "type" || key === "description");
  if (!saysNull) return;
  delete schema.allOf;
  schema.anyOf = [reference, { type: "null" }];
  if (other.description) schema.description ??= other.description;
}

/** A choice limits the values of every type, so null has to be one of them. */
function nullableChoice(schema: Schema): void {
  if (schema.enum && typesOf(schema).includes("null") && !schema.enum.includes(null))
    schema.enum = [...schema.enum, null];
}
