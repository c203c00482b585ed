// `npm run dev`: migrations, secrets, sample data, the server, and a cron trigger each minute, which development lacks.
import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { Transform } from "node:stream";
import { ensureSecrets, quiet, requireNode, root, wrangler } from "./setup/environment.mjs";
import { requirePackages } from "./setup/packages.mjs";
import { releaseLock, shareLock, takeLock } from "./setup/state-lock.mjs";
import { ENTRY } from "./setup/worker.mjs";

const begun = Date.now();
await requirePackages();
requireNode();
const port = readPort();
const state = resolve(process.env.CARAVAN_STATE ?? join(root, ".wrangler/state"));
const origin = `http://127.0.0.1:${port}`;

/** The escape sequences for colours in a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
const COLOR = /\u001b\[[\d;]*m/g;

/** Notices of the toolchain that are left out: its S3 endpoint is experimental, and this script triggers cron itself. */
const NOTICES = [
  /Processing wrangler\.toml configuration:\s*$/,
  /Scheduled Workers are not automatically triggered/,
];

/** The child process that runs now; it is stopped with this one. */
let child = null;
let stopping = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
stopWithNpm();

await requireFreePort();
lockState();
ensureSecrets();
await step("pages and console", () => run(join(root, "scripts/assets.mjs")));
await step("database migrations", () => run(join(root, "scripts/migrate.mjs"), state));
serve();
await step("server", ready);
const marker = join(state, "samples-loaded");
if (!existsSync(marker)) await step("sample data", loadSamples);
console.log(
  `\n  Caravan is at ${origin} (ready in ${seconds(begun)})\n  sample logins, documents and the mail outbox are on its start page\n`,
);
startClock();

/** Runs one step, then prints its name and how long it took. */
async function step(name, work) {
  const at = Date.now();
  await work();
  console.log(`  ${name.padEnd(22)}${seconds(at)}`);
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

/** Refuses a second server on the same state. */
function lockState() {
  const holder = takeLock(state, port);
  if (holder)
    fail(
      `The state in ${state} is in use by process ${holder.pid}, a server on port ${holder.port}.\n` +
        `Stop that, or give this server a state of its own: CARAVAN_STATE=.wrangler/second PORT=${port} npm run dev`,
    );
  process.on("exit", () => {
    // A server that outlives this process keeps the lock, which names its process too.
    if (!child?.kill("SIGTERM")) releaseLock(state);
  });
}

function readPort() {
  const words = process.env.PORT ?? "8787";
  const number = Number(words);
  if (Number.isInteger(number) && number > 0 && number < 65536) return number;
  return fail(`PORT must be a number from 1 to 65535, not "${words}".`);
}

/** Refuses a taken port before anything is changed, because another server may be using the same state. */
async function requireFreePort() {
  const probe = createServer();
  const taken = await new Promise((answer) => {
    probe.once("error", answer);
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => answer(null));
  });
  if (taken?.code === "EADDRINUSE")
    fail(
      `Port ${port} is in use, perhaps by another \`npm run dev\`. Stop that, or choose another port: PORT=${port + 1} npm run dev`,
    );
  if (taken) fail(`Port ${port} can't be listened on: ${taken.message}`);
  await new Promise((closed) => probe.close(closed));
}

/** Runs one step of the preparation; its output is shown only when it fails. */
async function run(script, ...args) {
  const words = [];
  child = spawn(process.execPath, [script, ...args], { cwd: root, env: { ...quiet, CI: "1" } });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => words.push(chunk));
  const code = await new Promise((end) => child.once("close", end));
  child = null;
  if (stopping) process.exit(0);
  if (code !== 0) fail(Buffer.concat(words).toString());
}

function serve() {
  const place = ["--port", String(port), "--persist-to", state];
  const quietly = ["--log-level", "warn", "--show-interactive-dev-session=false"];
  child = spawn(process.execPath, [wrangler, "dev", ENTRY, "--no-bundle", ...place, ...quietly], {
    cwd: root,
    env: quiet,
    stdio: ["ignore", "pipe", "pipe"],
  });
  shareLock(state, port, child.pid);
  child.stdout.pipe(withoutNotices()).pipe(process.stdout);
  child.stderr.pipe(withoutNotices()).pipe(process.stderr);
  child.once("exit", (code) => {
    child = null;
    process.exit(stopping ? 0 : code || 1);
  });
}

/** Removes those notices from the output: the line that begins one, and the empty or indented lines after it. */
function withoutNotices() {
  let rest = "";
  let skipping = false;
  const pass = (line) => {
    if (skipping && /^(\s|$)/.test(line)) return "";
    skipping = NOTICES.some((notice) => notice.test(line.replaceAll(COLOR, "")));
    return skipping ? "" : `${line}\n`;
  };
  return new Transform({
    transform(chunk, _encoding, done) {
      const lines = `${rest}${chunk}`.split("\n");
      rest = lines.pop() ?? "";
      done(null, lines.map(pass).join(""));
    },
    flush(done) {
      done(null, rest);
    },
  });
}

function stop() {
  stopping = true;
  if (child) child.kill("SIGTERM");
  else process.exit(0);
}

/** npm passes a signal to its shell, which ends without passing it on. So this process stops when its parent is gone. */
function stopWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop(), 500).unref();
}

function fail(words) {
  console.error(words);
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
      child.kill("SIGTERM");
      return new Promise(() => {});
    }
    await new Promise((wait) => setTimeout(wait, 150));
  }
}

/** Loads the sample data once per state. Loading is repeatable, so an interrupted start does no harm. */
async function loadSamples() {
  const response = await fetch(`${origin}/dev/samples/`, { method: "POST" });
  if (!response.ok) return console.error(`The sample data could not be loaded: ${await response.text()}`);
  writeFileSync(marker, `${new Date().toISOString()}\n`);
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
