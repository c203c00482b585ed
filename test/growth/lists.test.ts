/** Lists read what they show, not their table: rows read, as D1 counts them, with a hundred thousand rows in the tables. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import openapi from "../../docs/openapi.json";
import { send } from "../harness/api.ts";
import { type SentStatement, watchDatabase } from "../harness/counting/watched-database.ts";
import { type CALLERS, fill, filledEnv, MOST, rowsIn, tables } from "./filled.ts";
import { CONSOLE, COUNTED_AHEAD, LISTS, type List } from "./lists.ts";

let sent: SentStatement[] = [];
watchDatabase((statements) => sent.push(...statements));

let tokens: Record<keyof typeof CALLERS, string>;
beforeAll(async () => {
  tokens = await fill();
}, 120_000);

interface Listed {
  readonly items: number;
  readonly count: number;
  readonly read: number;
}

const get = async (path: string, as: keyof typeof CALLERS): Promise<Response> =>
  send(
    new Request(`http://caravan.test${path}`, { headers: { authorization: `Bearer ${tokens[as]}` } }),
    filledEnv,
  );

async function list(path: string, as: keyof typeof CALLERS): Promise<Listed> {
  sent = [];
  const response = await get(path, as);
  const read = sent.reduce((sum, { rowsRead }) => sum + rowsRead, 0);
  const body = (await response.json()) as Record<string, unknown>;
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`);
  const items = [body, body.results, body.events, body.data].find(Array.isArray) ?? [];
  return { items: items.length, count: Number(body.count ?? body.total ?? 0), read };
}

const most = ({ items, count }: Listed, { each = 1, counts, also }: List) =>
  items * each + (counts ? count : 0) + (also?.[0] ?? 0) + 10;

/** The statements that read most, for the message of a failing list. */
const explain = () =>
  [...sent]
    .sort((one, other) => other.rowsRead - one.rowsRead)
    .slice(0, 3)
    .map(({ rowsRead, sql }) => `${rowsRead}: ${sql.replaceAll(/\s+/g, " ").slice(0, 300)}`)
    .join("\n");

type Schema = { $ref?: string; type?: string; properties?: Record<string, Schema> };

function resolved(schema: Schema | undefined): Schema | undefined {
  const name = schema?.$ref?.split("/").at(-1);
  return name ? (openapi.components.schemas as unknown as Record<string, Schema>)[name] : schema;
}

/** An array, or a page with one. */
function isList(schema: Schema | undefined): boolean {
  const whole = resolved(schema);
  const parts = ["results", "events", "data"].map((name) => resolved(whole?.properties?.[name]));
  return [whole, ...parts].some((each) => each?.type === "array");
}

type Operations = Record<
  string,
  { get?: { responses: Record<string, { content?: Record<string, { schema?: Schema }> }> } }
>;

/** The documented lists; of two spellings of one route, that with the version. */
const documented = Object.entries(openapi.paths as unknown as Operations)
  .filter(([, { get }]) => isList(get?.responses["200"]?.content?.["application/json"]?.schema))
  .map(([path]) => path)
  .filter((path) => !(path.replace("/api/", "/api/v1/") in openapi.paths && path !== "/api/events/"));

test("The tables that grow most have a hundred thousand rows, and their counts are kept.", async () => {
  for (const name of ["users", "events", "orders", "car_posts", "support_tickets", "notifications"]) {
    const counted = await env.FILLED.prepare(`SELECT count(*) AS n FROM "${name}"`).first<{ n: number }>();
    expect(counted?.n, name).toBe(MOST);
  }
  const { results } = await env.FILLED.prepare("SELECT name, total FROM counted_rows").all<{
    name: string;
    total: number;
  }>();
  for (const { name, total } of results.filter(({ name }) => tables.has(name)))
    expect(total, name).toBe(rowsIn(name));
});

test("The table of lists has exactly the documented lists.", () => {
  const known = [...Object.keys(LISTS), "/api/admin/{resource}/"];
  expect(documented.filter((path) => !known.includes(path))).toEqual([]);
  expect(known.filter((path) => !documented.includes(path))).toEqual([]);
});

const cases = Object.entries(LISTS).flatMap(([name, rows]) =>
  [rows].flat().map((row): [string, string, List] => [row.path ?? name, row.as ?? "client", row]),
);

test.each(cases)("The list %s of a %s reads what it shows.", async (path, as, row) => {
  const listed = await list(path, as as keyof typeof CALLERS);
  expect(listed.read, explain()).toBeLessThanOrEqual(most(listed, row));
});

describe("console", () => {
  test("Every list of the console reads what it shows, and counts at most some pages ahead.", async () => {
    const declared = (await (await get("/api/admin/resources/", "staff")).json()) as { name: string }[];
    expect(declared.length).toBeGreaterThan(30);
    const over: string[] = [];
    for (const { name } of declared) {
      const listed = await list(`/api/admin/${name}/`, "staff");
      const { also } = CONSOLE[name] ?? {};
      const limit = 6 * listed.items + COUNTED_AHEAD + 100 + (also?.[0] ?? 0);
      if (listed.read > limit) over.push(`${name}: ${listed.read} of ${limit}\n${explain()}`);
    }
    expect(over).toEqual([]);
  }, 60_000);

  test("A complete phone finds people and what is theirs by indexes, however it is written.", async () => {
    for (const name of ["users", "orders", "client-vehicles", "support-tickets"]) {
      const { read } = await list(`/api/admin/${name}/?search=8 (999) 123-45-67`, "staff");
      expect(read, `${name}\n${explain()}`).toBeLessThanOrEqual(50);
    }
  });

  test("The summary of each list counts a state up to a thousand rows, and sums two thousand.", async () => {
    const declared = (await (await get("/api/admin/resources/", "staff")).json()) as {
      name: string;
      states: string | null;
      fields: { name: string; total?: true; options?: string[] }[];
    }[];
    const over: string[] = [];
    for (const { name, states, fields } of declared) {
      const options = fields.find((each) => each.name === states)?.options?.length ?? 0;
      const { read } = await list(`/api/admin/${name}/summary/`, "staff");
      const sums = fields.some(({ total }) => total) ? 2_000 * 4 : 0;
      const limit = Math.max(options * 1_001, options ? 2 * 2_001 : 0) + sums + 100;
      if (read > limit) over.push(`${name}: ${read} of ${limit}\n${explain()}`);
    }
    expect(over).toEqual([]);
  }, 60_000);
});
