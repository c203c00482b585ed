/** The answers of each operation, and what the comparison of all tests' responses with them finds. */
import { expect, test } from "vitest";
import { routes } from "../../../src/app.ts";
import { documentedPath } from "../../../src/platform/http/documents/openapi.ts";
import {
  type Document,
  type Operation,
  operationsIn,
} from "../../../src/platform/http/documents/operations.ts";
import { get } from "../../harness/api.ts";
import { faultOf } from "../../harness/documented.ts";
import { resolve } from "../references.ts";

const { body: document } = (await get("/swagger.json")) as unknown as { body: Document };
const visible = routes.filter(({ hidden }) => !hidden);
const statusesOf = (operation: Operation | undefined) => Object.keys(operation?.responses ?? {});

test.each(visible.map((route) => [route.method, route.path, route] as const))(
  "The answers of %s %s follow from what the route declares.",
  (method, path, route) => {
    const statuses = statusesOf(document.paths[documentedPath({ path })]?.[method]);
    expect(statuses).toContain("500");
    expect(statuses.some((status) => status.startsWith("2"))).toBe(true);
    if (route.access !== "public" && route.access !== "optional") expect(statuses).toContain("401");
    if (["driver", "operator", "staff"].includes(route.access)) expect(statuses).toContain("403");
    if (route.method !== "get") expect(statuses).toContain("429");
    if (route.params) expect(statuses).toContain("404");
    if (route.body) for (const status of ["400", "413", "415"]) expect(statuses).toContain(status);
    if (route.creates) for (const status of ["409", "422"]) expect(statuses).toContain(status);
  },
);

test("An answer is read from the code behind the handler, through all modules.", () => {
  const { paths } = document;
  expect(statusesOf(paths["/api/admin/{resource}/{id}/"]?.patch)).toEqual(
    expect.arrayContaining(["409", "412", "428"]),
  );
  expect(statusesOf(paths["/api/v1/orders/{uuid}/offer/accept/"]?.post)).toContain("409");
});

test("Every 429 has Retry-After, every 401 WWW-Authenticate and every 405 Allow.", () => {
  const needed = { 429: "Retry-After", 401: "WWW-Authenticate", 405: "Allow" };
  for (const { responses } of operationsIn(document.paths))
    for (const [status, name] of Object.entries(needed)) {
      const response = responses[status];
      const whole = response?.$ref ? resolve(document, response.$ref) : response;
      if (whole) expect(whole).toHaveProperty(["headers", name]);
    }
});

test("A reading operation has neither a conflict nor a body's faults.", () => {
  for (const methods of Object.values(document.paths))
    for (const status of ["409", "412", "413", "415", "422"])
      if (methods.get) expect(statusesOf(methods.get)).not.toContain(status);
});

const planted: Operation = {
  operationId: "get_it",
  tags: [],
  summary: "Get it",
  responses: {
    200: {
      description: "Done.",
      content: {
        "application/json": {
          schema: {
            type: "object",
            properties: { id: { type: "integer" }, at: { type: "string", format: "date-time" } },
            required: ["id"],
          },
        },
      },
    },
    429: { description: "Too many." },
  },
};
const seen = (status: number, body?: unknown, headers: Record<string, string> = {}) =>
  faultOf(
    planted,
    document.components,
    { status, headers: new Headers({ "content-type": "application/json", ...headers }) },
    body,
  );

test.each([
  ["another status", seen(404, { detail: "No." }), "it answers 404"],
  ["another media type", seen(200, "id", { "content-type": "text/csv" }), "it answers 200 with text/csv"],
  ["a property that is not documented", seen(200, { id: 1, more: 2 }), "200 $.more: is not in the schema"],
  ["a property that is missing", seen(200, {}), "200 $.id: is missing"],
  ["a value of another type", seen(200, { id: "1" }), '200 $.id: "1" is no integer'],
  ["a time in another format", seen(200, { id: 1, at: "4 May" }), '200 $.at: "4 May" is no date-time'],
  ["a 429 without Retry-After", seen(429), "a 429 has no Retry-After"],
])("The comparison finds %s.", (_, found, expected) => {
  expect(found).toBe(expected);
});

test("The comparison finds nothing in a response that is as documented.", () => {
  expect(seen(200, { id: 1, at: "2026-05-04T09:30:00Z" })).toBeNull();
  expect(seen(429, undefined, { "retry-after": "1" })).toBeNull();
});
