// `npm run fuzz`: 50,000 seeded requests and 5,000 frames; `npm run fuzz -- 100000 7` sends 100,000 requests with seed 7.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { requireNode, root } from "./setup/environment.mjs";

requireNode();
const [requests = "50000", seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
console.log(`${requests} requests, seed ${seed}`);
const env = {
  ...process.env,
  FUZZ_REQUESTS: requests,
  FUZZ_FRAMES: String(Math.ceil(Number(requests) / 10)),
  FUZZ_SEED: seed,
};
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const { status } = spawnSync(process.execPath, [vitest, "run", "test/fuzz"], {
  cwd: root,
  stdio: "inherit",
  env,
});
process.exitCode = status ?? 1;
