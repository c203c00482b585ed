// What the documentation site shows from the repository: error messages, close codes, limits, defaults, and docs/settings.md.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../environment.mjs";
import { errorCatalogue } from "./errors.mjs";

export const FACT_SOURCES = ["src", "scripts/setup", "docs/settings.md"];

/** Writes facts.json and settings.md into a folder. */
export async function writeFacts(folder) {
  const { runnerImport } = await import("vite");
  const load = async (path) =>
    (await runnerImport(join(root, path), { configFile: false, root, logLevel: "error" })).module;
  const { CLOSE, LIMITS, MAX_BUFFERED, MAX_FAULTS } = await load("src/platform/realtime/socket/frames.ts");
  const { readSettings } = await load("src/settings.ts");
  const secrets = {
    SIGNING_SECRET: "x".repeat(32),
    RESEND_API_KEY: "x",
    PUBLIC_ORIGIN: "https://example.com",
  };
  const settingsOf = (environment) => {
    const { rates, quotas, roomSockets } = readSettings({ ...secrets, APP_ENV: environment }).settings;
    return { rates, quotas, roomSockets };
  };
  const facts = {
    errors: await errorCatalogue(),
    close: CLOSE,
    socket: { ...LIMITS, maxBuffered: MAX_BUFFERED, maxFaults: MAX_FAULTS },
    development: settingsOf("development"),
    production: settingsOf("production"),
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "facts.json"), JSON.stringify(facts));
  // The page has a title of its own, and no neighbours that links could lead to.
  const settings = await readFile(join(root, "docs/settings.md"), "utf8");
  const words = settings.replace(/^# .*\n/, "").replaceAll(/\[([^\]]+)\]\((?!https?:|\/)[^)]+\)/g, "$1");
  await writeFile(join(folder, "settings.md"), words);
}
