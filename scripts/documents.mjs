// `npm run documents`: writes docs/openapi.json and docs/asyncapi.json from the documents that are served; with --check it
// only compares, so that every change of the API shows in a commit. Either way the names have to suit generators of clients.
import { readFile, writeFile } from "node:fs/promises";
import { generatorFaults } from "./setup/generator-rules.mjs";

const NAMES = ["openapi.json", "asyncapi.json"];
const check = process.argv.includes("--check");

/** Documents that differ, and faults in them. */
let stale = 0;
for (const name of NAMES) {
  const built = await readFile(new URL(`../dist/assets/documents/${name}`, import.meta.url), "utf8");
  // The stored documents name no server: OpenAPI none, AsyncAPI this machine.
  const document = JSON.parse(built.replaceAll(/(https|wss)(:\/\/)origin\.invalid/g, "$1$2localhost:8787"));
  if (name === "openapi.json") document.servers = [{ url: "/" }];
  else Object.assign(document.servers.here, { host: "localhost:8787", protocol: "ws" });
  const faults = name === "openapi.json" ? generatorFaults(document) : [];
  for (const fault of faults) console.error(`docs/${name}: ${fault}`);
  stale += faults.length;
  const text = `${JSON.stringify(document, null, 2)}\n`;
  const file = new URL(`../docs/${name}`, import.meta.url);
  const before = await readFile(file, "utf8").catch(() => "");
  if (before === text) continue;
  if (check) {
    console.error(`docs/${name} differs from the routes. Run npm run documents and look at the difference.`);
    stale += 1;
  } else {
    await writeFile(file, text);
    console.log(`wrote docs/${name}`);
  }
}
process.exitCode = stale === 0 ? 0 : 1;
