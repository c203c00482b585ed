/** JSON Schemas of the OpenAPI document, as far as the build touches them. */

export interface Schema {
  [keyword: string]: unknown;
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  examples?: unknown[];
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  prefixItems?: Schema[];
  additionalProperties?: Schema | boolean;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
}

export type Schemas = Record<string, Schema>;

/** The schemas directly inside one. */
export function innerSchemas(schema: Schema): Schema[] {
  const { properties = {}, items, prefixItems = [], additionalProperties, allOf = [], anyOf = [] } = schema;
  return [
    ...Object.values(properties),
    ...prefixItems,
    ...allOf,
    ...anyOf,
    ...(schema.oneOf ?? []),
    ...[items, additionalProperties].filter((inner) => typeof inner === "object"),
  ];
}

/** Calls `visit` for a schema and all inside it, the inner ones first. */
export function visitSchemas(schema: Schema, visit: (schema: Schema) => void): void {
  for (const inner of innerSchemas(schema)) visitSchemas(inner, visit);
  visit(schema);
}

export const refTo = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** The name that a reference leads to; null for a schema that is none. */
export function refName({ $ref }: Schema): string | null {
  return $ref?.replace("#/components/schemas/", "") ?? null;
}

/** A schema with its reference followed. */
export function resolved(schemas: Schemas, schema: Schema): Schema {
  const name = refName(schema);
  return name === null ? schema : (schemas[name] ?? {});
}

/** The properties of an object, also of one made of several. */
export function propertiesOf(schemas: Schemas, schema: Schema): Record<string, Schema> {
  const whole = resolved(schemas, schema);
  return Object.assign(
    {},
    ...(whole.allOf ?? []).map((part) => propertiesOf(schemas, part)),
    whole.properties ?? {},
  );
}

export function typesOf({ type }: Schema): readonly string[] {
  return type === undefined ? [] : [type].flat();
}
