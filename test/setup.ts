import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
// The parts of the script are known when all of it is.
import "../src/index.ts";
import { loadAllParts } from "../src/platform/on-demand.ts";

await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
await loadAllParts();
