/** Texts and examples of the OpenAPI document: none is missing, and every example is as its schema says. */
import { expect, test } from "vitest";
import { type Schema, visitSchemas } from "../../../src/platform/http/documents/json-schema.ts";
import {
  type Document,
  type Media,
  type Operation,
  operationsIn,
  type ResponseObject,
} from "../../../src/platform/http/documents/operations.ts";
import { conforms, faultsIn } from "../../../src/platform/http/documents/schema-check.ts";
import { get } from "../../harness/api.ts";
import { resolve } from "../references.ts";

const { body: document } = (await get("/swagger.json")) as unknown as { body: Document };
const { schemas } = document.components;
const operations = operationsIn(document.paths).map(
  (operation) => [operation.operationId, operation] as const,
);

function mediaOf({ requestBody, responses }: Operation): Media[] {
  const whole = Object.values(responses).map((response) =>
    response.$ref ? (resolve(document, response.$ref) as ResponseObject) : response,
  );
  return [requestBody, ...whole].flatMap((part) => Object.values(part?.content ?? {}));
}

test.each(operations)(
  "The operation %s has a summary, texts of its parameters, and examples.",
  (_, operation) => {
    expect(operation.summary).toMatch(/^[A-Z].{3,80}[^.]$/);
    expect(operation.description).toMatch(/\S/);
    for (const parameter of operation.parameters ?? [])
      expect(parameter, parameter.name).toHaveProperty("description");
    for (const { schema, examples } of mediaOf(operation)) {
      if (!schema) continue;
      // A refusal whose words depend on the request has none.
      const values = Object.values(examples ?? {}).map(({ value }) => value);
      for (const value of values) expect(faultsIn(schemas, schema, value)).toEqual([]);
    }
  },
);

test.each(operations)("The operation %s has an example of its body and of each success.", (_, operation) => {
  const { requestBody, responses } = operation;
  const wanted = [
    requestBody,
    ...Object.entries(responses).flatMap(([status, said]) => (status < "300" ? said : [])),
  ];
  for (const part of wanted)
    for (const [type, { examples }] of Object.entries(part?.content ?? {}))
      expect(Object.values(examples ?? {}), type).not.toEqual([]);
});

test("Every property of every schema has a description.", () => {
  const missing: string[] = [];
  for (const [name, schema] of Object.entries(schemas))
    visitSchemas(schema, ({ properties = {} }) => {
      for (const [property, { description }] of Object.entries(properties))
        if (!description) missing.push(`${name}: ${property}`);
    });
  expect(missing).toEqual([]);
});

test("Moments, amounts and uuids have their formats.", () => {
  const formats = new Set<string>();
  const bare: string[] = [];
  for (const [name, schema] of Object.entries(schemas))
    visitSchemas(schema, ({ properties = {} }) => {
      for (const [property, inner] of Object.entries(properties)) {
        if (inner.format) formats.add(inner.format);
        else if (isText(inner) && /_at$|_price$|^amount$/.test(property)) bare.push(`${name}: ${property}`);
      }
    });
  expect(bare).toEqual([]);
  expect([...formats]).toEqual(
    expect.arrayContaining(["date-time", "date", "uuid", "decimal", "email", "uri"]),
  );
});
const isText = ({ type }: Schema) => [type].flat().includes("string");

test("Every tag has a description and a place in one group.", () => {
  const tags = document.tags as { name: string; description: string }[];
  const groups = document["x-tagGroups"] as { name: string; tags: string[] }[];
  const used = new Set(operationsIn(document.paths).flatMap((operation) => operation.tags));
  expect(groups.flatMap((group) => group.tags).sort()).toEqual([...used].sort());
  expect(tags.map(({ name }) => name).sort()).toEqual([...used].sort());
  for (const { name, description } of tags) expect(description, name).toMatch(/\.$/);
});

test("Every webhook has an example, and every way to sign in a description.", () => {
  for (const operation of operationsIn(document.webhooks))
    for (const { examples } of Object.values(operation.requestBody?.content ?? {}))
      expect(Object.keys(examples ?? {})).not.toEqual([]);
  for (const scheme of Object.values(document.components.securitySchemes))
    expect(scheme).toHaveProperty("description");
});

test("The document leads to the guides and to the sockets' document.", () => {
  const { description } = document.info as { description: string };
  for (const link of ["(/docs/)", "(/asyncapi/)", "(/asyncapi.json)"]) expect(description).toContain(link);
  expect(document.externalDocs).toMatchObject({ url: "http://caravan.test/asyncapi/" });
});

test.each([
  ["a property of another type", { type: "object", properties: { id: { type: "integer" } } }, { id: "x" }],
  ["a missing property", { type: "object", properties: {}, required: ["id"] }, {}],
  ["a value that is none of the choice", { type: "string", enum: ["a"] }, "b"],
  ["a text that is too long", { type: "string", maxLength: 2 }, "abc"],
  ["a text in another format", { type: "string", format: "uuid" }, "12"],
  ["a number out of range", { type: "number", maximum: 90 }, 91],
  ["null where it is not allowed", { type: "string" }, null],
  ["an item of another type", { type: "array", items: { type: "string" } }, [1]],
  ["a value that no alternative takes", { anyOf: [{ type: "string" }, { type: "null" }] }, 1],
])("The check of examples finds %s.", (_, schema, value) => {
  expect(conforms(schemas, schema, value)).toBe(false);
});
