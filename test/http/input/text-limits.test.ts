/** Texts in requests and frames: limits count code points, and lone surrogates are refused. */
import { describe, expect, test } from "vitest";
import { routes } from "../../../src/app.ts";
import { channels } from "../../../src/channels.ts";
import type { Route } from "../../../src/platform/http/route.ts";
import { call, get, person } from "../../harness/api.ts";
import { fillPattern } from "../mounted-paths.ts";

const FACE = "😀";

interface JsonSchema {
  readonly $ref?: string;
  readonly properties?: Record<string, JsonSchema>;
  readonly maxLength?: number;
  readonly anyOf?: JsonSchema[];
  readonly content?: Record<string, { schema: JsonSchema }>;
}

const { body: openapi } = await get("/swagger.json");
const resolve = (schema: JsonSchema): JsonSchema => {
  const name = schema.$ref?.split("/").at(-1);
  return name ? resolve(openapi.components.schemas[name]) : schema;
};

/** Every documented field of a JSON body or a query that has a longest length, with the schema that parses it. */
const limits = routes
  .filter(({ hidden }) => !hidden)
  .flatMap((route) => {
    const operation = openapi.paths[`${route.path.replace(/:(\w+)(\{[^}]+\})?/g, "{$1}")}/`][route.method];
    const body = resolve(operation.requestBody?.content?.["application/json"]?.schema ?? {});
    const query = (operation.parameters ?? []).filter(({ in: where }: { in: string }) => where === "query");
    const named = [
      ...Object.entries(body.properties ?? {}).map(([name, schema]) => ["body", name, schema] as const),
      ...query.map(
        ({ name, schema }: { name: string; schema: JsonSchema }) => ["query", name, schema] as const,
      ),
    ];
    return named.flatMap(([part, name, schema]) => {
      const { maxLength = null } = [schema, ...(schema.anyOf ?? [])].find((one) => one.maxLength) ?? {};
      return maxLength === null ? [] : [{ route, part, name, maxLength }];
    });
  });

/** Whether the route finds a field too long, whatever else it thinks of it. */
function isTooLong(route: Route, part: "body" | "query", name: string, value: string): boolean {
  const issues = route[part]?.safeParse({ [name]: value }).error?.issues ?? [];
  const flat = (issue: (typeof issues)[number]): typeof issues =>
    issue.code === "invalid_union" ? (issue.errors.flat() as typeof issues).flatMap(flat) : [issue];
  return issues
    .filter(({ path }) => path[0] === name)
    .flatMap(flat)
    .some(({ code }) => code === "too_big");
}

test("The documents have many fields with a limit.", () => {
  expect(limits.length).toBeGreaterThan(60);
});

test("Every documented text limit counts code points, not UTF-16 units.", () => {
  const wrong = limits.filter(
    ({ route, part, name, maxLength }) =>
      isTooLong(route, part, name, FACE.repeat(maxLength)) ||
      !isTooLong(route, part, name, FACE.repeat(maxLength + 1)),
  );
  expect(wrong.map(({ route, name }) => `${route.method} ${route.path} ${name}`)).toEqual([]);
});

describe("a lone surrogate in a JSON body", () => {
  const taking = routes.filter(({ body, streamed }) => body && !streamed);

  test("A lone surrogate is refused on every route with a body, after the caller's rights were checked.", async () => {
    const { token } = await person();
    const surprises: string[] = [];
    for (const { method, path } of taking) {
      const body = '{"name":"\\ud83d","list":[{"deep":"x"}]}';
      const answer = await call(method.toUpperCase(), `${fillPattern(path)}/`, { body, token });
      const named = JSON.stringify(answer.body).includes("U+D83D");
      if (answer.status === 400 ? !named : ![403, 404].includes(answer.status))
        surprises.push(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    expect(surprises).toEqual([]);
  });

  test("A lone surrogate is reported in the dialect's words at any depth.", async () => {
    const { token } = await person();
    const of = async (body: string) => (await call("PATCH", "/api/v1/users/me/", { body, token })).body;
    expect(await of('{"profession":"\\ud83d"}')).toEqual({
      profession: ["Суррогатные символы не разрешены: U+D83D."],
    });
    expect(await of('{"interests":[{"name":"\\udfff"}]}')).toEqual({
      interests: { 0: { name: ["Суррогатные символы не разрешены: U+DFFF."] } },
    });
    expect(await of('"\\ud83d"')).toEqual({
      non_field_errors: ["Суррогатные символы не разрешены: U+D83D."],
    });
  });
});

describe("frames", () => {
  /** Every text in a frame's schema that has a limit, at any depth. */
  const textsIn = (schema: unknown): { type: string; requirement: number }[] => {
    if (typeof schema !== "object" || schema === null) return [];
    const { pipe, entries, options, wrapped } = schema as Record<string, unknown>;
    const actions = Array.isArray(pipe) ? pipe : [];
    const isText = actions.some(({ kind, type }) => kind === "schema" && type === "string");
    const own = isText ? actions.filter(({ type }) => /^max_/.test(type)) : [];
    const inner = [
      ...actions.filter(({ kind }) => kind === "schema"),
      ...Object.values((entries ?? {}) as object),
      ...(Array.isArray(options) ? options : []),
      wrapped,
    ];
    return [...own, ...inner.flatMap((each) => (each === schema ? [] : textsIn(each)))];
  };

  test("The limits of frames count code points, in every kind of every room and in the frames around them.", async () => {
    const { ClientFrame } = await import("../../../src/platform/realtime/socket/frames.ts");
    const schemas = [
      ClientFrame,
      ...channels.flatMap(({ says }) => Object.values(says).map(({ schema }) => schema)),
    ];
    const texts = schemas.flatMap(textsIn);
    expect(texts.length).toBeGreaterThan(10);
    expect(texts.filter(({ type }) => type !== "max_code_points")).toEqual([]);
  });

  test("The documents show the limits of frames.", async () => {
    const { body } = await get("/asyncapi.json");
    const { payload } = body.channels.chat.messages["say.message"];
    expect(payload.properties.body.properties.text.maxLength).toBe(1000);
  });
});
