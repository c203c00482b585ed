// `npm test`: runs the Worker's tests, those of rights, dialects and budgets, and those of the whole server in three processes at the
// same time, because most of them wait. Arguments (`npm test -- test/chat`) are passed to one vitest.
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
    : [["worker"], ["rights", "dialects", "budgets", "clock"], ["client", "whole"]].map((names) =>
        names.flatMap((name) => ["--project", name]),
      );

// The first run prints at once; the output of the others follows, each in one piece. What failed is printed once more at
// the end, because a long output is often read from its end.
const results = await Promise.all(runs.map((words, index) => run(words, index === 0)));
for (const { aloud, output } of results) if (!aloud) process.stdout.write(output);
const failed = results.filter(({ code }) => code !== 0);
if (runs.length > 1) for (const { output } of failed) process.stdout.write(failuresOf(output));
const again = results.flatMap(({ output }) => output.match(/^.*✓.*\(retry x\d+\).*$/gm) ?? []);
if (again.length > 0) process.stdout.write(`\nPassed when tried again:\n${again.join("\n")}\n`);
process.exitCode = failed[0]?.code ?? 0;

/** Starts vitest with these words, and returns its exit code and all that it printed. */
async function run(words, aloud) {
  const child = spawn(process.execPath, [vitest, "run", ...words], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: "1" }) },
  });
  const printed = [];
  for (const [stream, out] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ])
    stream.on("data", (chunk) => {
      printed.push(chunk);
      if (aloud) out.write(chunk);
    });
  const code = await new Promise((end) => child.once("close", end));
  return { aloud, code: code ?? 1, output: Buffer.concat(printed).toString() };
}

/** The part of a run's output in which vitest lists what failed; its last 8,000 characters at most. */
function failuresOf(output) {
  const from = output.search(/^.*(Failed Suites|Failed Tests|Unhandled (Errors|Rejection)).*$/m);
  return `\nWhat failed:\n${(from < 0 ? output : output.slice(from)).slice(-8_000)}\n`;
}
