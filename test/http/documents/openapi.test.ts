/** The OpenAPI document: every route once, and no broken reference. */
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { routes } from "../../../src/app.ts";
import { documentedPath } from "../../../src/platform/http/documents/openapi.ts";
import type { Route } from "../../../src/platform/http/route.ts";
import { get } from "../../harness/api.ts";
import { sources } from "../../harness/architecture/sources.ts";
import { findReferences, resolve } from "../references.ts";

interface Operation {
  readonly operationId: string;
  readonly tags: string[];
  readonly summary: string;
  readonly security: object[];
  readonly parameters?: { name: string; in: string; required?: boolean }[];
  readonly requestBody?: { content: Record<string, unknown> };
  readonly responses: Record<string, unknown>;
}
interface Document {
  readonly openapi: string;
  readonly servers: { url: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: Record<string, Record<string, unknown>>;
}

const { body: document } = (await get("/swagger.json")) as unknown as { body: Document };
const documented = (path: string) => documentedPath({ path });
const visible = routes.filter((route) => !route.hidden);
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

function bodyKinds(route: Route): string[] {
  if (route.streamed) return ["multipart/form-data"];
  if (!route.body) return [];
  // A form has fields, so a list is JSON.
  if (route.body.safeParse([]).success) return ["application/json"];
  return ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"];
}

test("The document is OpenAPI 3.1 and names this server.", () => {
  expect(document.openapi).toBe("3.1.0");
  expect(document.servers).toMatchObject([{ url: "http://caravan.test" }]);
});

test.each(visible.map((route) => [route.method, route.path, route] as const))(
  "The route %s %s is documented, with its trailing slash.",
  (method, path, route) => {
    const operation = document.paths[documented(path)]?.[method];
    expect(operation).toBeDefined();
    if (!operation) return;
    expect(operation.summary).toBe(route.summary);
    expect(operation.tags).toEqual([route.tag]);
    for (const status of Object.keys(route.responses)) expect(operation.responses).toHaveProperty(status);
    expect(operation.security.length > 0).toBe(route.access !== "public");
    const inPath = [...documented(path).matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === "path");
    expect(declared.map(({ name }) => name).sort()).toEqual(inPath);
    expect(declared.every(({ required }) => required)).toBe(true);
    const key = operation.parameters?.some(({ name }) => name === "Idempotency-Key") ?? false;
    expect(key).toBe(route.creates === true);
    expect(Object.keys(operation.requestBody?.content ?? {})).toEqual(bodyKinds(route));
  },
);

test("Every documented operation has a route.", () => {
  const served = visible.map(({ method, path }) => `${method} ${documented(path)}`);
  expect(operations.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(served.sort());
});

test("No two operations have the same id.", () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z0-9_]+$/);
});

test("No two routes have the same method and path.", () => {
  // A parameter's name makes no difference to where a path leads.
  const places = routes.map(({ method, path }) => `${method} ${path.replace(/:\w+/g, ":")}`);
  expect(places.filter((place, index) => places.indexOf(place) !== index)).toEqual([]);
});

test("No route is hidden by an earlier one with a parameter in its place.", () => {
  const pattern = (path: string) => new RegExp(`^${path.replace(/:\w+(\{[^}]+\})?/g, "[^/]+")}$`);
  const hidden = routes.flatMap((late, index) =>
    routes
      .slice(0, index)
      .filter((early) => early.method === late.method && early.path !== late.path)
      .filter((early) => pattern(early.path).test(late.path.replace(/:\w+(\{[^}]+\})?/g, "x")))
      .map((early) => `${late.method} ${late.path} behind ${early.path}`),
  );
  expect(hidden).toEqual([]);
});

test("Every reference has a target, and every schema is used.", () => {
  const references = findReferences(document);
  expect(references.length).toBeGreaterThan(0);
  for (const reference of references) expect(resolve(document, reference)).toBeDefined();
  for (const name of Object.keys(document.components.schemas ?? {}))
    expect(references).toContain(`#/components/schemas/${name}`);
  const schemes = new Set(operations.flatMap(({ operation }) => operation.security.flatMap(Object.keys)));
  for (const scheme of schemes) expect(document.components.securitySchemes).toHaveProperty(scheme);
});

test("A schema's name is declared once in the sources.", () => {
  const names = Object.values(sources).flatMap((source) =>
    [...source.matchAll(/\.openapi\(\s*"([^"]+)"/g)].map(([, name]) => name),
  );
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test("A planted broken reference is reported.", () => {
  const broken = { a: { $ref: "#/b/c" }, b: { d: 1 } };
  expect(findReferences(broken)).toEqual(["#/b/c"]);
  expect(resolve(broken, "#/b/c")).toBeUndefined();
  expect(resolve({ "a/b": { "~": 1 } }, "#/a~1b/~0")).toBe(1);
});

describe("the same document", () => {
  test("The YAML document equals the JSON document.", async () => {
    const answer = await get("/swagger.yaml");
    expect(answer.headers.get("content-type")).toBe("application/yaml; charset=utf-8");
    expect(parse(answer.body)).toEqual(document);
  });

  test.each<[string, Record<string, string>, "json" | "yaml"]>([
    ["/api/schema/", {}, "yaml"],
    ["/api/schema/?format=json", {}, "json"],
    ["/api/schema/?format=yaml", {}, "yaml"],
    ["/api/schema/", { accept: "application/json" }, "json"],
    ["/api/schema/", { accept: "application/vnd.oai.openapi+json" }, "json"],
    ["/api/schema/", { accept: "application/vnd.oai.openapi" }, "yaml"],
    ["/api/schema/?format=yaml", { accept: "application/json" }, "yaml"],
  ])("The document at %s for %j is %s.", async (path, headers, format) => {
    const answer = await get(path, { headers });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toContain(format);
    expect(format === "json" ? answer.body : parse(answer.body)).toEqual(document);
  });

  test("The document names the public origin if one is set.", async () => {
    const { body } = await get("/swagger.json", { settings: { PUBLIC_ORIGIN: "https://caravan.example" } });
    expect(body.servers).toMatchObject([{ url: "https://caravan.example" }]);
  });
});

describe("the viewers", () => {
  test.each([
    ["/swagger/", "/vendor/swagger-ui/swagger-ui-bundle.js", "/static/swagger.js"],
    ["/api/schema/swagger-ui/", "/vendor/swagger-ui/swagger-ui-bundle.js", "/static/swagger.js"],
    ["/redoc/", "/vendor/redoc/redoc.standalone.js", "/static/redoc.js"],
    ["/api/schema/redoc/", "/vendor/redoc/redoc.standalone.js", "/static/redoc.js"],
  ])("The viewer %s loads its own copies only.", async (path, viewer, starter) => {
    const { body, headers } = await get(path);
    const scripts = [...String(body).matchAll(/<script[^>]* src="([^"]+)"/g)].map(([, src]) => src);
    expect(scripts).toEqual([viewer, starter]);
    expect(headers.get("content-security-policy")).toContain("script-src 'self'");
  });
});
