/** Seeded random values for a JSON schema: mostly valid ones, often at its limits, sometimes hostile ones. */

import { seededRandom } from "../harness/random.ts";

export interface Shape {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly allOf?: readonly Shape[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

/** Random decisions that a seed repeats. */
export class RandomSource {
  /** A number from 0 to 1. */
  readonly next: () => number;

  constructor(seed: number) {
    this.next = seededRandom(seed);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  one<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)] as Value;
  }
}

const TEXTS = [
  "",
  " ",
  "a",
  "0",
  "-1",
  "1e309",
  "1.005",
  "NaN",
  "null",
  "undefined",
  "[object Object]",
  "__proto__",
  "constructor",
  "\u0000",
  "a\nb\r\nc",
  "\ud83d\ude00",
  "\ud83d",
  "e\u0301\u0315".repeat(50),
  "\u202eabc",
  "почта@пример.рф",
  "a@example.com",
  "+79990000001",
  "'; DROP TABLE users; --",
  "%_\\%",
  "../../etc",
  "<script>",
  "2031-01-01T10:00:00Z",
  "2031-02-30",
  "0000-00-00T00:00:00Z",
  "9".repeat(40),
  "x".repeat(300),
  "ж".repeat(5000),
  "00000000-0000-4000-8000-000000000001",
];
const NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.5,
  1e-9,
  90,
  180,
  -180.5,
  2 ** 31,
  2 ** 53 - 1,
  2 ** 53,
  1e21,
  1e300,
  -1e300,
  1234567.891,
];
const ODDITIES: readonly unknown[] = [
  null,
  true,
  false,
  [],
  {},
  [null],
  [[1]],
  { id: 1 },
  { length: 3 },
  JSON.parse('{"__proto__":{"is_staff":true}}'),
];

/** Makes random values for the schemas of a document, fitting and hostile ones. */
export class Values {
  constructor(
    readonly random: RandomSource,
    private readonly schemas: Readonly<Record<string, Shape>>,
  ) {}

  anything(): unknown {
    const { random } = this;
    return random.chance(0.5)
      ? random.one(TEXTS)
      : random.chance(0.5)
        ? random.one(NUMBERS)
        : random.one(ODDITIES);
  }

  of(shape: Shape | undefined, depth = 0): unknown {
    const { random } = this;
    if (!shape || depth > 6 || random.chance(0.08)) return this.anything();
    if (shape.$ref) return this.of(this.schemas[shape.$ref.split("/").at(-1) ?? ""], depth + 1);
    if (shape.const !== undefined) return shape.const;
    if (shape.enum) return random.one(shape.enum);
    const choices = shape.anyOf ?? shape.oneOf;
    if (choices) return this.of(random.one(choices), depth + 1);
    if (shape.allOf) return Object.assign({}, ...shape.allOf.map((part) => Object(this.of(part, depth + 1))));
    const types = typeof shape.type === "string" ? [shape.type] : (shape.type ?? []);
    switch (types.length > 0 ? random.one(types) : shape.properties ? "object" : "") {
      case "string":
        return this.#text(shape);
      case "integer":
      case "number":
        return this.#number(shape);
      case "boolean":
        return random.chance(0.5);
      case "null":
        return null;
      case "array":
        return Array.from({ length: random.below(4) }, () => this.of(shape.items, depth + 1));
      case "object":
        return this.#object(shape, depth);
      default:
        return this.anything();
    }
  }

  #text({ format, maxLength }: Shape): string | File {
    const { random } = this;
    if (format === "binary")
      return new File([random.one(["", "GIF89a", "\u0089PNG"])], "a.png", { type: "image/png" });
    if (maxLength !== undefined && random.chance(0.2))
      return "ж".repeat(Math.min(maxLength + random.below(3) - 1, 20_000));
    if (format === "date-time" && random.chance(0.7))
      return new Date(1.9e12 + random.below(1e9)).toISOString();
    if (format === "date" && random.chance(0.7)) return "2031-01-01";
    return random.one(TEXTS);
  }

  #number({ minimum = -10, maximum = minimum + 100 }: Shape): number {
    const { random } = this;
    if (random.chance(0.4)) return random.one(NUMBERS);
    return Math.round(
      Math.max(minimum, -1e6) + random.next() * (Math.min(maximum, 1e6) - Math.max(minimum, -1e6)),
    );
  }

  #object({ properties = {}, required = [] }: Shape, depth: number): Record<string, unknown> {
    const wanted = Object.keys(properties).filter((name) =>
      this.random.chance(required.includes(name) ? 0.93 : 0.5),
    );
    return Object.fromEntries(wanted.map((name) => [name, this.of(properties[name], depth + 1)]));
  }
}
