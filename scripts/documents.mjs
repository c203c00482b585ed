// `npm run documents`: writes docs/openapi.json and docs/asyncapi.json from the Worker that runs; with --check it only
// compares, so that a change of the API is always a change that somebody sees.
import { readFile, writeFile } from "node:fs/promises";
import { createTestHarness } from "wrangler";
import { quiet, requireNode, root } from "./setup/environment.mjs";

requireNode();
Object.assign(process.env, quiet);
const FILES = { "docs/openapi.json": "/swagger.json", "docs/asyncapi.json": "/asyncapi.json" };
const check = process.argv.includes("--check");

const server = createTestHarness({
  root,
  workers: [
    {
      configPath: "./wrangler.toml",
      vars: { APP_ENV: "development", SIGNING_SECRET: "a secret for making documents, nothing else" },
    },
  ],
});
await server.listen();
let stale = 0;
for (const [file, path] of Object.entries(FILES)) {
  const response = await server.fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  const document = await response.json();
  // Where it runs is not part of what it is.
  document.servers = file.includes("openapi") ? [{ url: "/" }] : document.servers;
  if (file.includes("asyncapi")) document.servers = { here: { host: "localhost:8787", protocol: "ws" } };
  const words = `${JSON.stringify(document, null, 2)}\n`;
  const before = await readFile(new URL(`../${file}`, import.meta.url), "utf8").catch(() => "");
  if (before === words) continue;
  if (check) {
    console.error(`${file} is not what the Worker says. Run npm run documents and look at the difference.`);
    stale += 1;
  } else {
    await writeFile(new URL(`../${file}`, import.meta.url), words);
    console.log(`wrote ${file}`);
  }
}
await server.close();
process.exit(stale === 0 ? 0 : 1);
