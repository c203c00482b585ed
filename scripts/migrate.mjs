// Applies the migrations that a local database has not had, in one process: wrangler's own command starts a runtime for each,
// which takes half a second a migration. Keeps wrangler's table of applied migrations, so both can be used on one state.
// `node scripts/migrate.mjs STATE`; in the cloud, `npm run deploy` has wrangler apply them.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setup/environment.mjs";

/** As wrangler creates it. */
const APPLIED = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`;

const [state] = process.argv.slice(2);
if (!state) throw new Error("Usage: node scripts/migrate.mjs STATE");
const folder = join(root, "migrations");
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".sql"))
  .sort();
// Beside the database, so that it goes with it: a runtime that finds nothing to do takes seconds to start.
const marker = join(state, "v3/d1/applied-migrations");
if (!existsSync(marker) || readFileSync(marker, "utf8") !== names.join("\n")) {
  const { getPlatformProxy } = await import("wrangler");
  const { env, dispose } = await getPlatformProxy({ persist: { path: join(state, "v3") } });
  try {
    await migrate(env.DB);
  } finally {
    await dispose();
  }
  writeFileSync(marker, names.join("\n"));
}

/** Each migration is one transaction with the row that tells that it was applied. */
async function migrate(db) {
  await db.prepare(APPLIED).run();
  const { results } = await db.prepare("SELECT name FROM d1_migrations").all();
  const applied = new Set(results.map(({ name }) => name));
  for (const name of names.filter((each) => !applied.has(each))) {
    const statements = readFileSync(join(folder, name), "utf8").split("--> statement-breakpoint");
    await db.batch([
      ...statements.filter((words) => words.trim()).map((words) => db.prepare(words)),
      db.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
    ]);
  }
}
