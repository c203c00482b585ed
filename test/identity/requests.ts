/** Helpers for requests to account routes: encodings, client addresses, malformed bodies and the cost of a request. */
import { env } from "cloudflare:workers";
import { send } from "../harness/api.ts";
import { multipart } from "../harness/forms.ts";

export type Fields = Record<string, string>;

/** The three body encodings that every route accepts, by name. */
export const encodings: readonly (readonly [string, (fields: Fields) => unknown])[] = [
  ["JSON", (fields) => fields],
  ["urlencoded", (fields) => new URLSearchParams(fields)],
  ["multipart", (fields) => multipart(fields)],
];

export const english = { "accept-language": "en" };

/** Headers of a client at an unused address, so that limits per address start at zero. */
export function stranger(): { "cf-connecting-ip": string } {
  const [a, b, c] = crypto.getRandomValues(new Uint8Array(3));
  return { "cf-connecting-ip": `10.${a}.${b}.${c}` };
}

/** Malformed bodies that every route must answer with a status below 500. */
export const rubbish: readonly (readonly [string, unknown])[] = [
  ["nothing", undefined],
  ["an empty object", {}],
  ["null", "null"],
  ["a number", "7"],
  ["a string", '"words"'],
  ["a list", "[]"],
  ["half a JSON", '{"phone":'],
  ["bytes that are no UTF-8", new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])],
  ["a multipart body without its boundary", "--x"],
];

/** Values that are not valid text, for any field of any route. */
export const notText: readonly (readonly [string, unknown])[] = [
  ["null", null],
  ["a list", ["a"]],
  ["an object", { a: 1 }],
  ["a truth value", true],
  ["half a surrogate pair", "\ud83d"],
  ["a NUL", "a\0b"],
  ["a very long text", "я".repeat(100_000)],
  ["a deep list", JSON.parse("[".repeat(5000) + "]".repeat(5000))],
];

export interface Cost {
  readonly response: Response;
  /** Statements sent to D1, including those in batches. */
  readonly statements: number;
  /** The number of password hashes, which dominates the response time. */
  readonly hashes: number;
}

/** Sends one request and counts what it costs. */
export async function costOf(request: Request): Promise<Cost> {
  let statements = 0;
  let hashes = 0;
  const counted = {
    ...env,
    HASHERS: {
      getByName(name: string) {
        hashes += 1;
        return env.HASHERS.getByName(name);
      },
    } as unknown as typeof env.HASHERS,
    DB: {
      withSession(constraint: string) {
        const session = env.DB.withSession(constraint);
        return {
          getBookmark: () => session.getBookmark(),
          prepare: (sql: string) => counting(session.prepare(sql)),
          batch: (batch: D1PreparedStatement[]) => {
            statements += batch.length;
            return session.batch(batch.map((each) => originals.get(each) ?? each));
          },
        };
      },
    } as unknown as D1Database,
  };
  const originals = new WeakMap<object, D1PreparedStatement>();
  const counting = (statement: D1PreparedStatement): D1PreparedStatement => {
    const run =
      <K extends "all" | "run" | "raw" | "first">(method: K) =>
      (...values: unknown[]) => {
        statements += 1;
        return (statement[method] as (...values: unknown[]) => unknown)(...values);
      };
    const proxy = {
      bind: (...values: unknown[]) => counting(statement.bind(...values)),
      all: run("all"),
      run: run("run"),
      raw: run("raw"),
      first: run("first"),
    } as unknown as D1PreparedStatement;
    originals.set(proxy, statement);
    return proxy;
  };
  const response = await send(request, counted);
  return { response, statements, hashes };
}
