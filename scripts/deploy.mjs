// `npm run deploy [-- staging]`: assets, migrations, then the Worker. Production unless another environment is named.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { requireNode, root, wrangler } from "./setup/environment.mjs";
import { ENTRY } from "./setup/worker.mjs";

requireNode();
const environment = process.argv[2] ?? "production";
if (!["staging", "production"].includes(environment)) {
  console.error("Usage: npm run deploy [-- staging|production]");
  process.exit(1);
}

run(join(root, "scripts/assets.mjs"));
run(wrangler, "d1", "migrations", "apply", "DB", "--env", environment, "--remote");
run(wrangler, "deploy", ENTRY, "--no-bundle", "--env", environment);

function run(script, ...args) {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
