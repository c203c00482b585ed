/** Gives names to the objects that operations describe in place, so that generated clients have a type for each. */

import { refName, refTo, type Schema, type Schemas } from "./json-schema.ts";
import { operationsIn, type Paths } from "./operations.ts";

/** Moves each object of a body or response to the components. The same object, as under a second path, has one name. */
export function nameSchemas(paths: Paths, schemas: Schemas): void {
  const names = new Map(Object.entries(schemas).map(([name, schema]) => [JSON.stringify(schema), name]));
  const moved = (schema: Schema, wanted: string): Schema => {
    if (schema.type === "array" && schema.items)
      return { ...schema, items: moved(schema.items, `${wanted}Item`) };
    if (!schema.properties && !schema.allOf) return schema;
    const text = JSON.stringify(schema);
    const name = names.get(text) ?? free(schemas, pageName(schema) ?? wanted);
    names.set(text, name);
    schemas[name] = schema;
    return refTo(name);
  };
  for (const operation of operationsIn(paths)) {
    const base = pascal(operation.operationId);
    for (const media of Object.values(operation.requestBody?.content ?? {}))
      if (media.schema) media.schema = moved(media.schema, `${base}Body`);
    for (const [status, { content }] of Object.entries(operation.responses))
      for (const media of Object.values(content ?? {}))
        if (media.schema)
          media.schema = moved(
            media.schema,
            `${base}${status === "200" || status === "201" ? "" : status}Response`,
          );
  }
}

/** `get_api_v1_chats_by_id` → `GetChatsById`. */
function pascal(operationId: string): string {
  return operationId
    .replace(/_api(_v1)?(?=_)/, "")
    .split(/[_-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

/** A page of a list is called by its items. */
function pageName({ properties }: Schema): string | null {
  const items = properties?.results?.items;
  const name = items && properties.next && properties.count ? refName(items) : null;
  return name === null ? null : `${name}Page`;
}

function free(schemas: Schemas, wanted: string): string {
  let name = wanted;
  for (let count = 2; name in schemas; count += 1) name = `${wanted}${count}`;
  return name;
}
