/** Details of the dialects, tested on every route that they concern. */
import { describe, expect, test } from "vitest";
import { routes } from "../../src/app.ts";
import { allowedAt, indexPaths } from "../../src/platform/http/path-index.ts";
import { call, get, person, post, put } from "../harness/api.ts";
import { fillPattern } from "./mounted-paths.ts";

describe("a fixed path with a verb that only its neighbour with an id serves", () => {
  const places = indexPaths(routes);
  const paths = [...new Set(routes.map(({ path }) => path))];
  const shadowed = paths.flatMap((path) => {
    const fixed = fillPattern(path);
    const place = places.at(fixed);
    return routes
      .filter((route) => places.fixedPathFor(route.path, fixed)?.path === path)
      .map(({ method }) => method.toUpperCase())
      .filter((method) => place && !place.methods.includes(method))
      .map((method) => ({ method, fixed, allow: allowedAt(place ?? { methods: [] }).join(", ") }));
  });

  test("At least one fixed path is shadowed by a path with an id, so that this table tests something.", () => {
    expect(shadowed.map(({ method, fixed }) => `${method} ${fixed}`)).toContain("PUT /api/v1/orders/list");
  });

  test.each(shadowed)(
    "The request $method $fixed is a 405 that allows $allow.",
    async ({ method, fixed, allow }) => {
      for (const path of [fixed, `${fixed}/`]) {
        const answer = await call(method, path, { headers: { "accept-language": "en" } });
        expect(answer.status).toBe(405);
        expect(answer.body).toEqual({ detail: `Method "${method}" not allowed.` });
        expect(answer.headers.get("allow")).toBe(allow);
        expect((await call("OPTIONS", path)).headers.get("allow")).toBe(allow);
      }
    },
  );
});

describe("the order of places", () => {
  const places = indexPaths([
    { path: "/a/:id", method: "get" },
    { path: "/a/me", method: "post" },
    { path: "/b/:id{\\d+}", method: "get" },
    { path: "/b/me", method: "post" },
    { path: "/:x/me", method: "put" },
  ]);

  test("A fixed path comes before a path with a parameter that matches it.", () => {
    expect(places.at("/a/me")?.path).toBe("/a/me");
    expect(places.at("/a/7/")?.path).toBe("/a/:id");
    expect(places.fixedPathFor("/a/:id", "/a/me/")?.path).toBe("/a/me");
    expect(places.fixedPathFor("/a/:id", "/a/7")).toBeNull();
    expect(places.fixedPathFor("/b/:id{\\d+}", "/b/me")).toBeNull();
    expect(places.at("/nothing")).toBeNull();
  });
});

describe("the flat verbs of Rideshare's client", () => {
  const flat = routes.filter(({ language }) => language === "en");
  const CYRILLIC = /\p{Script=Cyrillic}/u;
  const lines = (error: unknown) => (Array.isArray(error) ? error : [error]);

  function expectReadable(answer: Awaited<ReturnType<typeof call>>): void {
    const { error } = answer.body;
    expect(lines(error).length).toBeGreaterThan(0);
    for (const line of lines(error)) {
      expect(line).toEqual(expect.any(String));
      expect(line).not.toMatch(/^$|undefined|\[object/);
      // The client splits what is a list at its commas.
      if (Array.isArray(error)) expect(line).not.toContain(",");
    }
    expect(JSON.stringify(answer.body)).not.toMatch(CYRILLIC);
  }

  test("The flat routes are all that Rideshare's client calls.", () => {
    expect(flat.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        "/api/register",
        "/api/login",
        "/api/user-update",
        "/api/add-calculator-entry",
      ]),
    );
  });

  test.each(flat.map((route) => [route.method.toUpperCase(), route.path, route] as const))(
    "The route %s %s says under `error`, in English, why it refuses.",
    async (method, path, route) => {
      const { token } = await person();
      const headers = { "accept-language": "ru" };
      const body =
        method === "GET" ? undefined : { email: "no address", name: "", password: 7, file_id: "x" };
      const asked = [
        await call(method, fillPattern(path), { headers, ...(body ? { body } : {}) }),
        await call(method, fillPattern(path), { headers, token, ...(body ? { body } : {}) }),
      ];
      if (method !== "GET")
        asked.push(
          await call(method, fillPattern(path), {
            headers: { ...headers, "content-type": "text/odd" },
            token,
            body: "x",
          }),
        );
      const refused = asked.filter(({ status }) => status >= 400);
      if (route.access === "signedIn") expect(refused.length).toBeGreaterThan(0);
      for (const answer of refused) expectReadable(answer);
    },
  );

  test("A flat route lists a weak password's faults, and keeps the field's own key beside them.", async () => {
    const weak = await post("/api/register/", { name: "A", email: "a@example.com", password: "123" });
    expect(weak.status).toBe(400);
    expect(weak.body.error).toEqual(expect.arrayContaining([expect.stringContaining("too short")]));
    const { token } = await person();
    const wrong = await put("/api/user-update/", { email: "none" }, { token });
    expect(wrong.body).toEqual({
      error: ["email: Enter a valid email address."],
      email: ["Enter a valid email address."],
    });
  });
});

/** A JSON schema as far as this test reads it. */
interface Shape {
  readonly $ref?: string;
  readonly type?: string | string[];
  readonly format?: string;
  readonly enum?: unknown[];
  readonly properties?: Record<string, Shape>;
}

describe("an empty text for a number that can't be null", async () => {
  const { body: document } = await get("/swagger.json");
  const resolved = (shape: Shape | undefined): Shape =>
    shape?.$ref ? document.components.schemas[shape.$ref.split("/").at(-1) ?? ""] : (shape ?? {});
  const numbers = routes
    .filter(({ method, body }) => (method === "patch" || method === "put") && body)
    .flatMap((route) => {
      const path = `${route.path.replace(/:(\w+)(\{[^}]+\})?/g, "{$1}")}/`;
      const content = document.paths[path]?.[route.method]?.requestBody?.content["application/json"];
      const properties = Object.entries(resolved(content?.schema).properties ?? {});
      return properties
        .filter(([, { type }]) => type === "number" || type === "integer")
        .map(([name]) => ({ method: route.method, path, name, route }));
    });

  test.each([...numbers])(
    "The route $method $path refuses an empty text for the number $name, unless it may be null.",
    ({ name, route }) => {
      const refuses = (value: unknown) =>
        route.body?.safeParse({ [name]: value }).error?.issues.some(({ path }) => path[0] === name) ?? false;
      // Where null is a value, an empty text says it: a form has no other way to.
      expect(refuses("")).toBe(refuses(null));
    },
  );

  test("An empty text for the decimal income is refused, and nothing changes.", async () => {
    const { token } = await person();
    const made = await post("/api/add-calculator-entry/", { app_income: "10.00" }, { token });
    for (const income of ["", null]) {
      const answer = await call("PATCH", `/api/update-calculator-entry/${made.body.id}/`, {
        token,
        body: { app_income: income, expenses: "1.00" },
      });
      expect(answer.status).toBe(400);
      expect(answer.body).toHaveProperty("app_income");
    }
    const { body } = await get("/api/get-calculator-entries/?page=1", { token });
    expect(body.data[0]).toMatchObject({ app_income: "10.00", expenses: null });
  });
});

describe("the documents", () => {
  const PATHS = ["/swagger.json", "/swagger.yaml", "/api/schema/", "/asyncapi.json"];

  test.each(PATHS)(
    "The document %s has an ETag of its content, and is a 304 for a client that has it.",
    async (path) => {
      const first = await get(path);
      const etag = first.headers.get("etag") ?? "";
      expect(etag).toMatch(/^"[0-9a-f]+"$/);
      expect(first.headers.get("cache-control")).toBe("no-cache");
      expect(first.headers.get("vary")).toContain("Accept");
      const again = await get(path, { headers: { "if-none-match": `"other", W/${etag}` } });
      expect(again.status).toBe(304);
      expect(again.body).toBe("");
      expect(again.headers.get("etag")).toBe(etag);
      expect((await get(path, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
    },
  );

  test("Each document names the origin that it is requested at.", async () => {
    const settings = { PUBLIC_ORIGIN: "https://caravan.example" };
    const there = await get("/swagger.json", { settings });
    expect(there.body.servers).toMatchObject([{ url: "https://caravan.example" }]);
    const here = await get("/swagger.json");
    expect(here.body.servers).toMatchObject([{ url: "http://caravan.test" }]);
    expect(here.headers.get("etag")).not.toBe(there.headers.get("etag"));
  });

  test("The JSON and YAML documents at one address have different ETags.", async () => {
    const yaml = await get("/api/schema/");
    const json = await get("/api/schema/", { headers: { accept: "application/json" } });
    expect(yaml.headers.get("etag")).not.toBe(json.headers.get("etag"));
  });

  test.each([...PATHS, "/swagger/", "/redoc/", "/api/schema/swagger-ui/", "/api/schema/redoc/"])(
    "The document %s is behind the coarse rate limit.",
    async (path) => {
      const refusing = { limit: async () => ({ success: false }) };
      const answer = await get(path, { settings: { SHIELD: refusing } as never });
      expect(answer.status).toBe(429);
      expect(answer.headers.get("retry-after")).not.toBeNull();
    },
  );
});
