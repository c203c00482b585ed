/** Puts the documentation's texts and examples into the document. */
import { type OperationText, type PropertyText, partsOf, type Texts } from "./documentation.ts";
import { composer } from "./examples.ts";
import { type Schema, type Schemas, typesOf } from "./json-schema.ts";
import type { Document, Media, Operation, Parameter } from "./operations.ts";

/** Describes every property of the components, and sets formats that the schemas leave out. */
export function describeSchemas(schemas: Schemas, texts: Texts): void {
  for (const [name, schema] of Object.entries(schemas)) {
    const own = texts.schemas[name] ?? {};
    const whole = partsOf(own[""]);
    if (whole.description) schema.description = whole.description;
    const walk = (inner: Schema, path: readonly string[]): void => {
      for (const [property, value] of Object.entries(inner.properties ?? {})) {
        const at = [...path, property];
        const special = partsOf(own[at.join(".")]);
        const usual = partsOf(texts.properties[property]);
        const description = special.description || value.description || usual.description;
        if (description) value.description = description;
        const format = special.format ?? usual.format;
        if (format) setFormat(value, format);
        walk(value, at);
      }
      for (const part of [...(inner.allOf ?? []), ...(inner.anyOf ?? []), ...(inner.oneOf ?? [])])
        walk(part, path);
      if (inner.items) walk(inner.items, path);
      if (typeof inner.additionalProperties === "object") walk(inner.additionalProperties, path);
    };
    walk(schema, []);
  }
}

function setFormat(schema: Schema, format: string): void {
  if (typesOf(schema).includes("string") && schema.format === undefined && !schema.enum)
    schema.format = format;
}

/** The example of a schema, from those of its properties. */
export function exampleComposer(schemas: Schemas, texts: Texts) {
  return composer(schemas, (owner, path) => {
    const special = owner === null ? undefined : texts.schemas[owner]?.[path.join(".")];
    const { example } = partsOf(special);
    if (example !== undefined) return { example, isCertain: true };
    const property = path.at(-1);
    return { example: partsOf(property ? texts.properties[property] : undefined).example, isCertain: false };
  });
}

/** Describes an operation: its text, parameters, and the examples of its body and answers. */
export function describeOperation(
  { components: { schemas } }: Document,
  texts: Texts,
  place: { path: string; operation: Operation; text: OperationText },
): void {
  const { path, operation, text } = place;
  if (text.description)
    operation.description = [text.description, operation.description].filter(Boolean).join("\n\n");
  for (const [name, said] of Object.entries(text.headers ?? {}))
    operation.parameters = [
      ...(operation.parameters ?? []),
      { name, in: "header", schema: { type: "string" }, ...describedBy(said) },
    ];
  for (const parameter of operation.parameters ?? []) describeParameter(parameter, parameterText(parameter));
  const compose = exampleComposer(schemas, texts);
  for (const media of Object.values(operation.requestBody?.content ?? {}))
    setExample(media, text.body ?? (media.schema && compose(media.schema)));
  for (const [status, response] of Object.entries(operation.responses))
    for (const media of Object.values(response.content ?? {}))
      if (!media.examples)
        setExample(media, text.answers?.[Number(status)]?.example ?? (media.schema && compose(media.schema)));

  function parameterText({ name }: Parameter): PropertyText | undefined {
    const starts = Object.keys(texts.parameters)
      .filter((start) => path.startsWith(start) && texts.parameters[start]?.[name])
      .sort((one, other) => other.length - one.length);
    return text.parameters?.[name] ?? texts.parameters[starts[0] ?? ""]?.[name] ?? texts.properties[name];
  }
}

function describedBy(said: PropertyText): Partial<Parameter> {
  const { description, example } = partsOf(said);
  return { ...(description ? { description } : {}), ...(example === undefined ? {} : { example }) };
}

function describeParameter(parameter: Parameter, said: PropertyText | undefined): void {
  const { description, format } = partsOf(said);
  // The parameter's own description says more about it than the property of that name.
  const own = parameter.description ?? parameter.schema.description;
  delete parameter.schema.description;
  const words = own ?? description;
  if (words) parameter.description = words;
  if (format) setFormat(parameter.schema, format);
}

function setExample(media: Media, example: unknown): void {
  if (example !== undefined) media.examples = { default: { value: example } };
}
