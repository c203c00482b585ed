// Applies the migrations that a local database has not had, in one process: wrangler's own command starts a runtime for each,
// which takes half a second a migration. Keeps wrangler's table of applied migrations, so both can be used on one state.
// `node scripts/migrate.mjs STATE`; in the cloud, `npm run deploy` has wrangler apply them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { getPlatformProxy } from "wrangler";
import { root } from "./setup/environment.mjs";

/** As wrangler creates it. */
const APPLIED = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`;

const [state] = process.argv.slice(2);
if (!state) throw new Error("Usage: node scripts/migrate.mjs STATE");
const { env, dispose } = await getPlatformProxy({ persist: { path: join(state, "v3") } });
try {
  await migrate(env.DB);
} finally {
  await dispose();
}

/** Each migration is one transaction with the row that tells that it was applied. */
async function migrate(db) {
  await db.prepare(APPLIED).run();
  const { results } = await db.prepare("SELECT name FROM d1_migrations").all();
  const applied = new Set(results.map(({ name }) => name));
  const folder = join(root, "migrations");
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith(".sql") || applied.has(name)) continue;
    const statements = readFileSync(join(folder, name), "utf8").split("--> statement-breakpoint");
    await db.batch([
      ...statements.filter((words) => words.trim()).map((words) => db.prepare(words)),
      db.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
    ]);
  }
}
