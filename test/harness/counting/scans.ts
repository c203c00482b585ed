/** Which tables a statement would read completely, as the query planner reports it. */
import { rows } from "../api.ts";

const EXPLAINED = /^\s*(select|with|insert|update|delete|replace)\b/i;

const MADE = /^(?:CO-ROUTINE|MATERIALIZE|RECURSIVE STEP|SETUP) (\w+)/;

/** Without the tables that the statement makes itself. `sqlite_sequence` has a row per table. */
export async function scansOf(statement: string): Promise<string[]> {
  if (!EXPLAINED.test(statement)) return [];
  const places = statement.match(/\?(?!\d)/g)?.length ?? 0;
  const plan = await rows<{ detail: string }>(
    `EXPLAIN QUERY PLAN ${statement}`,
    ...Array<string>(places).fill("1"),
  );
  const partial = await partialIndexes();
  // What the statement makes itself.
  const own = new Set(["sqlite_sequence", ...plan.flatMap(({ detail }) => MADE.exec(detail)?.[1] ?? [])]);
  return plan.flatMap(({ detail }) => {
    const [, name] = /^SCAN ([a-z]\w*)(?!.* VIRTUAL TABLE)/.exec(detail) ?? [];
    const [, index = ""] = / INDEX (\w+)/.exec(detail) ?? [];
    return name === undefined || own.has(name) || partial.has(index) ? [] : [name];
  });
}

/** A partial index holds only the rows that its condition names, such as those that wait: reading all of it is the aim. */
const WHOLE = new Set(["social_profiles_listed", "events_public"]);
async function partialIndexes(): Promise<ReadonlySet<string>> {
  const found = await rows<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'",
  );
  return new Set(found.map(({ name }) => name).filter((name) => !WHOLE.has(name)));
}
