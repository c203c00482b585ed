/** A PATCH writes only the given fields: sent field by field in concurrent requests, none is lost. */
import { describe, expect, test } from "vitest";
import { newPerson } from "../../authorization/world.ts";
import { call, get } from "../../harness/api.ts";
import { resolve } from "../references.ts";
import type { Change, SplitChange } from "./changes/change.ts";
import { changes } from "./changes/index.ts";

interface Schema {
  readonly properties?: Record<string, unknown>;
  readonly required?: string[];
  readonly allOf?: Schema[];
}
interface Operation {
  readonly requestBody?: { content: Record<string, { schema: Schema & { $ref?: string } }> };
}

const { body: document } = await get("/swagger.json");
const operations = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(
  ([path, methods]) =>
    ["put", "patch"].flatMap((method) => {
      const operation = methods[method];
      return operation ? [{ name: `${method} ${path}`, method, operation }] : [];
    }),
);

/** Property names of an operation's JSON body, and those it wants. */
function bodyOf({ requestBody }: Operation): { properties: string[]; required: string[] } {
  const schema = requestBody?.content["application/json"]?.schema;
  const resolved = (schema?.$ref ? resolve(document, schema.$ref) : schema) as Schema | undefined;
  const parts = [resolved ?? {}, ...(resolved?.allOf ?? [])];
  return {
    properties: parts.flatMap(({ properties = {} }) => Object.keys(properties)),
    required: parts.flatMap(({ required = [] }) => required),
  };
}

test("Every documented PATCH and PUT is declared, and nothing else.", () => {
  expect(Object.keys(changes).sort()).toEqual(operations.map(({ name }) => name).sort());
});

const isSplit = (change: Change | undefined): change is SplitChange => typeof change === "object";

describe("what can't be split", () => {
  test.each(operations.filter(({ name }) => changes[name] === "single"))(
    "The operation $name has a single field.",
    ({ operation }) => {
      expect(bodyOf(operation).properties).toHaveLength(1);
    },
  );

  test.each(operations.filter(({ name }) => changes[name] === "whole"))(
    "The operation $name requires more than one field.",
    ({ operation }) => {
      expect(bodyOf(operation).required.length).toBeGreaterThan(1);
    },
  );
});

/** How often the concurrent requests are repeated, because they interleave differently each time. */
const ROUNDS = 3;

describe("fields in requests of their own are all written", () => {
  const split = operations.flatMap(({ name, method }) => {
    const change = changes[name];
    return isSplit(change) ? [{ name, method, change }] : [];
  });

  test.each(split)(
    "Fields of $name sent in concurrent requests are all written.",
    async ({ method, change }) => {
      for (let round = 0; round < ROUNDS; round++) {
        const owner = await newPerson("owner");
        const caller = change.by ? await newPerson(change.by) : owner;
        const path = await change.make(owner, caller);
        const fields = await change.fields(owner);
        const { token } = caller;
        const responses = await Promise.all(
          Object.entries(fields).map(([name, value]) => {
            const field = { ...change.base?.(), [name]: value };
            return call(method.toUpperCase(), path, {
              token,
              body: change.body?.(field, path) ?? field,
              ...(change.headers ? { headers: change.headers } : {}),
            });
          }),
        );
        for (const { status, body } of responses) expect([status, body]).toEqual([200, body]);
        const seen = change.seen ? await change.seen(path, caller) : (await get(path, { token })).body;
        expect(seen).toMatchObject((change.shown?.(fields) ?? fields) as object);
        await change.derived?.(path, caller);
      }
    },
  );
});
