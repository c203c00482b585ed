// Installs the packages where they are missing or older than the lockfile, so that one command is enough on a fresh clone.
// Imports only Node's own modules, because there may be no packages yet.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Set in the process that continues after an install. */
const INSTALLED = "CARAVAN_PACKAGES_INSTALLED";

/** Returns at once if the packages match the lockfile; otherwise installs them and restarts the calling script. */
export async function requirePackages() {
  const reason = whyInstall();
  if (!reason || process.env[INSTALLED]) return;
  console.log(`Packages: ${reason}. Running npm ci, which takes a minute or two the first time …`);
  const npm = process.env.npm_execpath;
  const code = await runToEnd(...(npm ? [process.execPath, [npm, "ci"]] : ["npm", ["ci"]]));
  if (code !== 0) process.exit(code);
  // The install may have brought a newer Node, which `npm run` would have found by itself.
  const node = join(root, "node_modules/.bin/node");
  const env = { ...process.env, [INSTALLED]: "1" };
  const again = [existsSync(node) ? node : process.execPath, process.argv.slice(1), { env }];
  process.exit(await runToEnd(...again));
}

/** Returns why an install is needed; null if every package of the lockfile is installed in its version. */
export function whyInstall(folder = root) {
  const read = (path) => JSON.parse(readFileSync(join(folder, path), "utf8")).packages;
  if (!existsSync(join(folder, "node_modules/.package-lock.json"))) return "none are installed";
  const installed = read("node_modules/.package-lock.json");
  const differs = Object.entries(read("package-lock.json")).filter(
    // Optional packages may be meant for other machines.
    ([path, { version, optional }]) =>
      path.startsWith("node_modules/") && (installed[path] ? installed[path].version !== version : !optional),
  );
  return differs.length === 0 ? null : `${differs.length} differ from the lockfile`;
}

/** Runs a command in this terminal and returns its exit code. Signals are passed on to it. */
async function runToEnd(command, args, { env = process.env } = {}) {
  const child = spawn(command, args, { cwd: root, env, stdio: "inherit" });
  const passOn = (signal) => child.kill(signal);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, passOn);
  const code = await new Promise((end) => {
    child.once("error", () => end(1));
    child.once("close", (status, signal) => end(signal ? 1 : (status ?? 1)));
  });
  for (const signal of signals) process.off(signal, passOn);
  return code;
}
