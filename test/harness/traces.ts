/** Finds everything in the database about a person, in every table. */
import { env } from "cloudflare:workers";
import { rows } from "./api.ts";

interface Found {
  readonly table: string;
  readonly row: Record<string, unknown>;
}

const TABLES = `SELECT name FROM sqlite_master
  WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'`;

/** Every row that contains one of these words, in any column, ignoring case. */
export async function rowsWith(words: readonly string[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const { name } of await rows<{ name: string }>(TABLES)) {
    for (const row of await rows(`SELECT * FROM ${name}`)) {
      const text = JSON.stringify(row).toLowerCase();
      if (words.some((word) => text.includes(word.toLowerCase()))) found.push({ table: name, row });
    }
  }
  return found;
}

/** The columns with a foreign key to `users`; read once. */
const pointers = () => {
  known ??= rows<{ table: string; column: string }>(
    `SELECT t.name AS "table", k."from" AS "column" FROM (${TABLES}) t JOIN pragma_foreign_key_list(t.name) k
     WHERE k."table" = 'users'`,
  );
  return known;
};
let known: Promise<{ table: string; column: string }[]> | undefined;

/** Every row that refers to this account by a foreign key. */
export async function rowsOf(userId: number): Promise<Found[]> {
  const columns = await pointers();
  const results = await env.DB.batch<Record<string, unknown>>(
    columns.map(({ table, column }) =>
      env.DB.prepare(`SELECT * FROM ${table} WHERE ${column} = ?`).bind(userId),
    ),
  );
  return results.flatMap(({ results: found }, index) =>
    found.map((row) => ({ table: columns[index]?.table ?? "", row })),
  );
}
