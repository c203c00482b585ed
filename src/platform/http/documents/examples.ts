/** Examples of whole objects, put together from those of their properties. */
import { Either } from "./documentation.ts";
import { propertiesOf, refName, resolved, type Schema, type Schemas, typesOf } from "./json-schema.ts";
import { conforms } from "./schema-check.ts";

/** Examples of properties: by the schema's name and the path in it, else by the property's name. */
export type ExampleOf = (
  schemaName: string | null,
  path: readonly string[],
) => { readonly example: unknown; readonly isCertain: boolean };

/** A body or response deeper than this refers to itself. */
const DEEPEST = 14;

/** The example of a schema; undefined when a part of it has none. */
export function composer(schemas: Schemas, exampleOf: ExampleOf) {
  return function compose(
    schema: Schema,
    owner: string | null = null,
    path: readonly string[] = [],
    depth = 0,
  ): unknown {
    if (depth > DEEPEST) return undefined;
    const given = chosen();
    if (given !== undefined) return given;
    const name = refName(schema);
    if (name !== null) return compose(resolved(schemas, schema), name, [], depth + 1);
    const [own] = schema.examples ?? [];
    if (own !== undefined) return own;
    if (schema.const !== undefined) return schema.const;
    const part = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].find(({ type }) => type !== "null");
    if (part) return compose(part, owner, path, depth + 1);
    if (schema.properties || schema.allOf) return composeObject(schema, depth);
    if (typesOf(schema).includes("array")) {
      if (schema.prefixItems) return schema.prefixItems.map((item) => compose(item, owner, path, depth + 1));
      const item = schema.items && compose(schema.items, owner, path, depth + 1);
      return item === undefined ? undefined : [item];
    }
    if (schema.enum) return schema.enum[0];
    if (typesOf(schema).includes("boolean")) return false;
    return undefined;

    /** What is said of this schema's property counts; of what is said of the name, the first that the schema allows. */
    function chosen(): unknown {
      const { example, isCertain } = exampleOf(owner, path);
      if (isCertain && !(example instanceof Either)) return example;
      const values = example instanceof Either ? example.values : [example];
      return values.find((value) => value !== undefined && conforms(schemas, schema, value));
    }

    function composeObject(object: Schema, deeper: number): unknown {
      const made: Record<string, unknown> = {};
      const required = requiredOf(schemas, object);
      for (const [property, inner] of Object.entries(propertiesOf(schemas, object))) {
        const from = refName(object) ?? owner;
        const value = compose(inner, from, [...path, property], deeper + 1);
        if (value !== undefined) made[property] = value;
        else if (required.has(property)) return undefined;
      }
      return made;
    }
  };
}

function requiredOf(schemas: Schemas, schema: Schema): Set<string> {
  const whole = resolved(schemas, schema);
  return new Set([
    ...(whole.required ?? []),
    ...(whole.allOf ?? []).flatMap((part) => [...requiredOf(schemas, part)]),
  ]);
}
