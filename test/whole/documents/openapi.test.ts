/** The built OpenAPI document by the rules of a public linter, and by those of generators of typed clients. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { camelCase, generatorFaults } from "../../../scripts/setup/generator-rules.mjs";

const root = new URL("../../..", import.meta.url).pathname;
const built = join(root, "dist/assets/documents/openapi.json");
const folder = await mkdtemp(join(tmpdir(), "openapi-"));
afterAll(() => rm(folder, { recursive: true }));

interface Finding {
  readonly code: string;
  readonly source: string;
  readonly path: readonly string[];
}

/** What Spectral finds in the files, by the rules of `.spectral.yaml`. */
async function lint(...files: string[]): Promise<Finding[]> {
  const spectral = join(root, "node_modules/@stoplight/spectral-cli/dist/index.js");
  const words = ["lint", ...files, "-r", join(root, ".spectral.yaml"), "-f", "json", "--quiet"];
  const text = await new Promise<string>((end, fail) => {
    execFile(process.execPath, [spectral, ...words], { maxBuffer: 1e8 }, (error, out, err) =>
      error && Number(error.code) !== 1 ? fail(new Error(err)) : end(out),
    );
  });
  return JSON.parse(text);
}

test("The linter finds nothing in the document, and finds what a planted one lacks.", async () => {
  const planted = join(folder, "planted.json");
  const operation = { responses: { 200: { description: "Done." } } };
  const info = { title: "Planted", version: "1" };
  await writeFile(planted, JSON.stringify({ openapi: "3.1.0", info, paths: { "/it/": { get: operation } } }));
  const found = await lint(built, planted);
  expect(found.filter(({ source }) => source === built)).toEqual([]);
  const codes = found.filter(({ source }) => source === planted).map(({ code }) => code);
  expect(codes).toEqual(
    expect.arrayContaining(["operation-description", "operation-operationId", "operation-tags"]),
  );
});

const document = JSON.parse(await readFile(built, "utf8"));

test("A generator of typed clients finds a name and a type for everything in the document.", () => {
  expect(generatorFaults(document)).toEqual([]);
});

test("Names are spelled as in Dart and Swift.", () => {
  expect(["get_it_now", "Idempotency-Key", "id"].map(camelCase)).toEqual([
    "getItNow",
    "idempotencyKey",
    "id",
  ]);
});

const plain = { get_it: { operationId: "get_it", responses: {} } };
const faultsWith = (schemas: object, paths: object = { "/": { get: plain.get_it } }) =>
  generatorFaults({ paths, components: { schemas } });

test.each([
  [
    "two operations of one name",
    faultsWith({}, { "/": { get: plain.get_it, put: { operationId: "get-it", responses: {} } } }),
  ],
  ["two types that differ in case only", faultsWith({ Car: {}, CAR: {} })],
  ["a type with a reserved name", faultsWith({ Class: {} })],
  ["a value of two types", faultsWith({ Car: { type: ["string", "integer"] } })],
  ["two properties of one spelling", faultsWith({ Car: { properties: { a_b: {}, aB: {} } } })],
  ["two values of one spelling", faultsWith({ Car: { enum: ["a b", "a_b"] } })],
  ["a list of nothing", faultsWith({ Car: { type: "array" } })],
  ["a required property that there is not", faultsWith({ Car: { required: ["id"] } })],
  [
    "a reference to nothing",
    faultsWith({ Car: { properties: { id: { $ref: "#/components/schemas/Wheel" } } } }),
  ],
])("The rules of generators find %s.", (_, faults) => {
  expect(faults).toHaveLength(1);
});
