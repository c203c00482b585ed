/** The fields of a frame as rows of a table: path, type and meaning. */
import { type JsonSchema, jsonSchema } from "../json-schema.ts";
import type { Message } from "../messages.ts";
import { inline } from "./markdown.tsx";

interface Row {
  readonly path: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly text: string;
}

export function Fields({ message: { schema, fields } }: { message: Message }) {
  const rows = rowsOf(jsonSchema(schema, fields), "");
  return rows.length === 0 ? null : (
    <div class="table">
      <table class="fields">
        <tbody>
          {rows.map(({ path, type, isOptional, text }) => (
            <tr>
              <th scope="row">
                <code>{path}</code>
                {isOptional ? <span class="optional">optional</span> : null}
              </th>
              <td>
                <span class="type">{type}</span>
                {text ? <span>{inline(text)}</span> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Rows of all fields within a schema, at any depth. The name of the frame needs no row. */
function rowsOf(schema: JsonSchema, path: string): Row[] {
  const required = new Set((schema.required ?? []) as string[]);
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, property]): Row[] => {
    const inner = path === "" ? name : `${path}.${name}`;
    if (inner === "t" || inner === "type") return [];
    const row = {
      path: inner,
      type: typeOf(property),
      isOptional: !required.has(name),
      text: property.description ?? "",
    };
    return [row, ...rowsOf(property, inner)];
  });
  return [
    ...own,
    ...alternativesOf(schema, path),
    ...(schema.items ? rowsOf(schema.items, `${path}[]`) : []),
  ];
}

/** One row for a field of several shapes. It is optional unless each of them has it. */
function alternativesOf(schema: JsonSchema, path: string): Row[] {
  const choices = choicesOf(schema).filter(({ properties }) => properties);
  const rows = Map.groupBy(
    choices.flatMap((choice) => rowsOf(choice, path)),
    (row) => row.path,
  );
  return [...rows].map(([name, same]) => ({
    path: name,
    type: distinct(same, " or ", ({ type }) => type),
    isOptional: same.length < choices.length || same.some(({ isOptional }) => isOptional),
    text: distinct(same, " ", (row) => textOf(row, same)),
  }));
}

const distinct = (rows: readonly Row[], between: string, part: (row: Row) => string): string =>
  [...new Set(rows.map(part))].join(between);

/** What a value means, with the value before it when others mean something else. */
const textOf = ({ type, text }: Row, same: readonly Row[]): string =>
  same.every((other) => other.text === text) ? text : `\`${type}\`: ${text}`;

const choicesOf = ({ anyOf = [], oneOf = [] }: JsonSchema) => [...anyOf, ...oneOf];

function typeOf(schema: JsonSchema): string {
  const choices = choicesOf(schema);
  if (choices.length > 0) return [...new Set(choices.map(typeOf))].join(" or ");
  if ("const" in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
  if (schema.type === "array") return "list";
  const words = { "date-time": "ISO 8601" }[String(schema.format)] ?? "";
  return [String(schema.type ?? "any JSON"), words, boundsOf(schema)].filter(Boolean).join(", ");
}

function boundsOf({ minimum, maximum, minLength, maxLength }: JsonSchema): string {
  const [least, most] = [minimum ?? minLength, maximum ?? maxLength];
  const unit = maxLength === undefined ? "" : " characters";
  if (most !== undefined) return `${least ?? "at most"}${least === undefined ? " " : "–"}${most}${unit}`;
  return least === undefined ? "" : `from ${least}`;
}
