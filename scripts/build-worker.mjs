// Builds the script into dist/worker. Wrangler runs this before it starts or deploys, and after each change in src/.
import { requireNode } from "./setup/environment.mjs";
import { buildWorker, WORKER } from "./setup/worker.mjs";

requireNode();
await buildWorker(WORKER, process.env.WRANGLER_COMMAND === "deploy");
