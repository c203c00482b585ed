/** Schemas that are built at their first use: nothing is built before, and then they are zod's own. */
import { expect, test, vi } from "vitest";
import * as zod from "zod";
import { z } from "../../src/platform/zod.ts";
import { built, lazily } from "../../src/platform/zod-lazy.ts";

/** A function of zod that counts its calls. */
function counted() {
  const make = vi.fn(() => zod.string());
  return { make, text: lazily(make) };
}

test("A schema that was derived many times is built once, at its first use.", () => {
  const { make, text } = counted();
  const form = z.object({ names: z.array(text().trim().min(2)).openapi("Names"), note: text().optional() });
  const longer = form.extend({ more: text().nullable() }).refine(({ names }) => names.length < 3);
  expect(make).not.toHaveBeenCalled();
  for (const _ of [1, 2]) {
    expect(longer.parse({ names: [" ab "], more: null })).toEqual({ names: ["ab"], more: null });
    expect(longer.safeParse({ names: ["a"], more: null }).success).toBe(false);
  }
  expect(longer.safeParse({ names: ["ab", "ab", "ab"], more: null }).success).toBe(false);
  expect(make).toHaveBeenCalledTimes(3);
});

test("A schema inside two others is the same schema in both.", () => {
  const { make, text } = counted();
  const inner = text().openapi("Inner");
  const [one, two] = [z.object({ inner }), z.object({ inner: inner.optional() })];
  expect(two.shape.inner.unwrap()).toBe(one.shape.inner);
  expect(built(inner)).toBe(one.shape.inner);
  expect(make).toHaveBeenCalledTimes(1);
});

test("What is built has no lazy schema in it, so that parsing goes through zod's own objects only.", () => {
  const schema = z
    .object({ list: z.array(z.union([z.int(), z.literal("a")])), map: z.record(z.string(), z.unknown()) })
    .and(z.looseObject({ at: z.preprocess(String, z.iso.date()).nullable().default(null) }));
  const seen = new Set<unknown>();
  const visit = (value: unknown) => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    expect(built(value) === value || !("_zod" in Object(value)), "is lazy").toBe(true);
    if (Object.getPrototypeOf(value) === Object.prototype || Array.isArray(value))
      for (const part of Object.values(value)) visit(part);
    else if ("_zod" in value) visit((value as zod.ZodType)._zod.def);
  };
  visit(built(schema));
  expect(seen.size).toBeGreaterThan(15);
});

test("A lazy schema has the members of its own kind, and zod knows its kind.", () => {
  const form = z.object({ kind: z.enum(["a", "b"]), count: z.number() });
  expect([form instanceof z.ZodObject, form instanceof z.ZodType]).toEqual([true, true]);
  expect(z.string() instanceof z.ZodObject).toBe(false);
  expect(Object.keys(form.shape)).toEqual(["kind", "count"]);
  expect(form.shape.kind.options).toEqual(["a", "b"]);
  expect(form.keyof().parse("count")).toBe("count");
  expect(z.array(form).element).toBe(built(form));
  expect(z.string().max(7).maxLength).toBe(7);
  expect(form.pick({ count: true }).partial().parse({})).toEqual({});
});

test("A schema that cannot be made says so whenever it is used.", () => {
  const wrong = z.object({ a: z.string() }).pick({ b: true } as never);
  for (const _ of [1, 2]) expect(() => wrong.parse({})).toThrow(/Unrecognized key/);
});
