/**
 * Schemas that are built at their first use: docs/decisions/033-lazy-schemas.md. The modules declare thousands of them, of
 * which an isolate uses a few; until then each is a note of how it is made. What is built is zod's own all the way down, so
 * that parsing costs what it always does.
 */
import type { ZodType } from "zod";

/** Makes a schema of arguments in which no schema is lazy. */
type Make = (...args: never[]) => ZodType;

/** Methods that make a schema from theirs without looking into it. Any other member builds the schema first. */
const DERIVING = [
  ...["check", "refine", "superRefine", "overwrite", "transform", "pipe", "catch", "default", "prefault"],
  ...[
    "optional",
    "nullable",
    "nullish",
    "nonoptional",
    "array",
    "or",
    "and",
    "readonly",
    "describe",
    "openapi",
  ],
  ...[
    "min",
    "max",
    "length",
    "regex",
    "trim",
    "toLowerCase",
    "toUpperCase",
    "startsWith",
    "endsWith",
    "email",
  ],
  ...["int", "gt", "gte", "lt", "lte", "positive", "negative", "nonnegative", "multipleOf"],
  ...["extend", "pick", "omit", "partial", "required", "strict", "loose", "catchall"],
];

/** Methods that are called for every request. */
const PARSING = ["parse", "safeParse", "parseAsync", "safeParseAsync"] as const;

class LazySchema {
  #note: { readonly make: Make; readonly args: readonly unknown[] } | undefined;
  #schema: ZodType | undefined;

  constructor(make: Make, args: readonly unknown[]) {
    this.#note = { make, args };
  }

  static schemaOf(lazy: LazySchema): ZodType {
    if (lazy.#note) {
      const { make, args } = lazy.#note;
      lazy.#schema = make(...(args.map(built) as never[]));
      lazy.#note = undefined;
    }
    return lazy.#schema as ZodType;
  }

  /** By this zod knows a schema, also in `instanceof`. */
  get _zod() {
    return LazySchema.schemaOf(this)._zod;
  }

  static {
    const { prototype } = LazySchema;
    for (const name of DERIVING) {
      const derive = (schema: Record<string, Make>, ...args: never[]) => (schema[name] as Make)(...args);
      define(prototype, name, function (...args) {
        return new LazySchema(derive as Make, [this, ...args]);
      });
    }
    for (const name of PARSING)
      define(prototype, name, function (...args) {
        return LazySchema.schemaOf(this)[name](...(args as [unknown]));
      });
    Object.setPrototypeOf(prototype, new Proxy({}, { get: memberOf }));
  }
}

function define(prototype: object, name: string, value: (this: LazySchema, ...args: unknown[]) => unknown) {
  Object.defineProperty(prototype, name, { value });
}

function memberOf(_: object, key: PropertyKey, lazy: LazySchema): unknown {
  const schema = LazySchema.schemaOf(lazy);
  const member: unknown = Reflect.get(schema, key);
  return typeof member === "function" ? member.bind(schema) : member;
}

/** A function of zod, whose schema is built at its first use. */
export function lazily<Maker extends Make>(make: Maker): Maker {
  return ((...args: unknown[]) => new LazySchema(make, args)) as unknown as Maker;
}

/** A copy with zod's schemas in place of the lazy ones: for libraries that know a schema by its identity. */
export function built<Value>(value: Value): Value {
  if (value instanceof LazySchema) return LazySchema.schemaOf(value) as Value;
  if (Array.isArray(value)) return value.map(built) as Value;
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, built(part)])) as Value;
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
