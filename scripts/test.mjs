// `npm test`: runs the Worker's tests and those of the whole server in two processes at the same time. Arguments
// (`npm test -- test/chat`) are passed to one vitest.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { requireNode, root } from "./setup/environment.mjs";
import { requirePackages } from "./setup/packages.mjs";

await requirePackages();
requireNode();
await import("./assets.mjs");
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const asked = process.argv.slice(2);
const runs =
  asked.length > 0
    ? [asked]
    : [
        ["--project", "worker"],
        ["client", "rights", "budgets", "clock", "whole"].flatMap((name) => ["--project", name]),
      ];

/** The first run prints at once; the second's output is printed after it, in one piece. */
const later = [];
const codes = await Promise.all(runs.map((words, index) => run(words, index === 0)));
for (const words of later) process.stdout.write(words);
process.exitCode = codes.find((code) => code !== 0) ?? 0;

async function run(words, aloud) {
  const child = spawn(process.execPath, [vitest, "run", ...words], {
    cwd: root,
    stdio: aloud ? "inherit" : ["ignore", "pipe", "pipe"],
  });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => said.push(chunk));
  const code = await new Promise((end) => child.once("close", end));
  if (!aloud) later.push(Buffer.concat(said));
  return code ?? 1;
}
