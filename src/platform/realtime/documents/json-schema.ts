/** JSON Schemas from the schemas of frames, with what each field means. */
import { toJsonSchema } from "@valibot/to-json-schema";
import type { Schema } from "./channel.ts";

export interface JsonSchema {
  [name: string]: unknown;
  description?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
}

/** @param fields texts by path, as `body.text`; a list's fields are those of its items */
export function jsonSchema(schema: Schema, fields: Readonly<Record<string, string>>): JsonSchema {
  const { $schema: _, ...converted } = toJsonSchema(schema, {
    errorMode: "ignore",
    // JSON Schema counts characters (code points) too, not UTF-16 units.
    overrideAction: ({ valibotAction, jsonSchema: known }) =>
      valibotAction.type === "max_code_points"
        ? { ...known, maxLength: (valibotAction as unknown as { requirement: number }).requirement }
        : undefined,
  });
  const described = converted as JsonSchema;
  describe(described, "", { t: "The frame's name.", type: "The frame's name.", ...fields });
  return described;
}

function describe(schema: JsonSchema, path: string, fields: Readonly<Record<string, string>>): void {
  for (const choice of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) describe(choice, path, fields);
  if (schema.items) describe(schema.items, path, fields);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const inner = path === "" ? name : `${path}.${name}`;
    const text = fields[inner];
    if (text !== undefined && property.description === undefined) property.description = text;
    describe(property, inner, fields);
  }
}
