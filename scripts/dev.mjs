// `npm run dev`: migrations, secrets, sample data, the server, and the clock that production has by itself.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ensureSecrets, quiet, requireNode, root, wrangler } from "./environment.mjs";

requireNode();
const port = Number(process.env.PORT ?? 8787);
const state = process.env.CARAVAN_STATE ?? join(root, ".wrangler/state");
const origin = `http://127.0.0.1:${port}`;

ensureSecrets();
run(join(root, "scripts/assets.mjs"));
run(wrangler, "d1", "migrations", "apply", "DB", "--local", "--persist-to", state);

const firstStart = !existsSync(join(state, "samples-loaded"));
const server = spawn(
  process.execPath,
  [
    wrangler,
    "dev",
    "--port",
    String(port),
    "--persist-to",
    state,
    "--log-level",
    "warn",
    "--show-interactive-dev-session=false",
  ],
  { cwd: root, env: quiet, stdio: ["ignore", "inherit", "inherit"] },
);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => server.kill(signal));
server.on("exit", (code) => process.exit(code ?? 0));

await ready();
if (firstStart) await loadSamples();
console.log(
  `\n  Caravan is at ${origin}\n  sample logins, documents and the mail outbox are on its start page\n`,
);
startClock();

function run(script, ...args) {
  const result = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    env: { ...quiet, CI: "1" },
    encoding: "utf8",
  });
  if (result.status === 0) return;
  console.error(result.stdout, result.stderr);
  process.exit(1);
}

async function ready() {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      const response = await fetch(`${origin}/health/`, { signal: AbortSignal.timeout(5000) });
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    if (Date.now() > deadline) {
      console.error(`The server did not answer on ${origin} within a minute.`);
      server.kill("SIGTERM");
      process.exit(1);
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

async function loadSamples() {
  const { writeFileSync } = await import("node:fs");
  const response = await fetch(`${origin}/dev/samples/`, { method: "POST" });
  if (!response.ok) return console.error(`The sample data could not be loaded: ${await response.text()}`);
  writeFileSync(join(state, "samples-loaded"), `${new Date().toISOString()}\n`);
}

/** Cron does not fire by itself in development. */
function startClock() {
  const tick = () =>
    fetch(`${origin}/cdn-cgi/local/scheduled?cron=${encodeURIComponent("* * * * *")}`).then(
      (response) => response.body?.cancel(),
      () => {},
    );
  setInterval(tick, 60_000);
}
