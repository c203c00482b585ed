// Finds a Chromium for the console's tests: CHROMIUM, or the usual paths. As root on Debian or Ubuntu it is installed if missing.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** Returns the path of the program; throws an error that says how to install it if there is none. */
export function findBrowser() {
  const found = known() ?? (install() ? known() : undefined);
  if (found) return found;
  throw new Error(
    "The console's tests need Chromium or Chrome. Install it (Debian: apt-get install chromium), or set its path: CHROMIUM=/path/to/chromium npm test",
  );
}

function known() {
  return [process.env.CHROMIUM, ...PLACES].find((place) => place && existsSync(place));
}

function install() {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false;
  const quietly = { stdio: "ignore", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  spawnSync("apt-get", ["update"], quietly);
  return spawnSync("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], quietly).status === 0;
}
