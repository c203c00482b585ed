// What every script that starts the toolchain shares: a quiet, offline environment, and the secrets of this machine.
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const wrangler = fileURLToPath(
  new URL("../../node_modules/wrangler/bin/wrangler.js", import.meta.url),
);

/** No telemetry, no update check, no look-up of the machine's location, no local trace store (2.3 times faster). */
export const quiet = {
  ...process.env,
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_NO_SKILLS_UPDATE_PROMPTS: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  X_LOCAL_OBSERVABILITY: "false",
  X_LOCAL_EXPLORER: "false",
};

/** Ends with a message when the running Node is too old for the toolchain. */
export function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 12)) return;
  console.error(
    `Caravan's toolchain needs Node 22.12 or newer and this is ${process.versions.node}.\n` +
      "On Linux `npm install` installs it (without --omit=optional), and `npm run …` uses it; elsewhere install Node 24.",
  );
  process.exit(1);
}

/** Creates .dev.vars on the first start, with the environment's name and a new secret. Existing lines stay. */
export function ensureSecrets() {
  const file = new URL("../../.dev.vars", import.meta.url);
  const words = existsSync(file) ? readFileSync(file, "utf8") : "";
  const defaults = {
    APP_ENV: "development",
    SIGNING_SECRET: randomBytes(32).toString("hex"),
    // Receivers of webhooks on this machine can be tried.
    OUTBOUND_LOOPBACK: "on",
  };
  const missing = Object.entries(defaults).filter(([name]) => !new RegExp(`^${name}=`, "m").test(words));
  if (missing.length === 0) return;
  const lines = missing.map(([name, value]) => `${name}=${value}\n`).join("");
  writeFileSync(file, `${words}${words && !words.endsWith("\n") ? "\n" : ""}${lines}`, { mode: 0o600 });
}
