/**
 * The client as somebody else gets it: packed, checked, installed in an empty folder, and used there by the example app,
 * over a line that is cut. Nothing but the package is there, and nothing comes from a registry.
 */
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Line } from "../torture/client/line.ts";

const ROOT = join(import.meta.dirname, "../..");
const BIN = join(ROOT, "node_modules/.bin");
/** ms between two cuts of all sockets, and how often: pauses before the next attempt grow. */
const CUT_EVERY = 400;
const MOST_CUTS = 3;
/** As strict as an app may be, and nobody else's types. */
const COMPILER = {
  strict: true,
  exactOptionalPropertyTypes: true,
  target: "es2022",
  module: "nodenext",
  lib: ["es2022", "dom", "dom.iterable"],
  types: [],
  skipLibCheck: false,
};

export interface Packed {
  readonly folder: string;
  /** Path of the tarball. */
  readonly tarball: string;
  remove(): Promise<void>;
}

/** Packs the client into a temporary folder. */
export async function packClient(): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), "caravan-package-"));
  await run("npm", ["pack", "--workspace", "client", "--pack-destination", folder], ROOT);
  const [name = ""] = await readdir(folder);
  return { folder, tarball: join(folder, name), remove: () => rm(folder, { recursive: true }) };
}

/** What linters of packages say about it; throws when they find a fault. */
export async function lintPackage({ tarball, folder }: Packed): Promise<void> {
  await Promise.all([
    run("publint", [tarball, "--strict"], folder),
    // Types for `import`, which is the only way in.
    run("attw", [tarball, "--profile", "esm-only"], folder),
  ]);
}

/** Installs it offline in an empty folder. Returns that folder and what is in its `node_modules`. */
export async function installPackage({
  folder,
  tarball,
}: Packed): Promise<{ app: string; installed: string[] }> {
  const app = await mkdtemp(join(folder, "app-"));
  await writeFile(join(app, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], app);
  const packages = await readdir(join(app, "node_modules"));
  return { app, installed: packages.filter((name) => !name.startsWith(".")) };
}

/** Compiles the example in that folder and runs it against a server. Returns what it printed, and how often its sockets were cut. */
export async function runExample(app: string, origin: string): Promise<{ printed: string; cuts: number }> {
  await copyFile(join(ROOT, "client/example/app.ts"), join(app, "app.ts"));
  await writeFile(
    join(app, "tsconfig.json"),
    JSON.stringify({ compilerOptions: COMPILER, files: ["app.ts"] }),
  );
  await run("tsc", ["-p", "."], app);
  const line = await Line.to(origin);
  let cuts = 0;
  const timer = setInterval(() => {
    if (cuts < MOST_CUTS && line.cutLive() > 0) cuts += 1;
  }, CUT_EVERY);
  try {
    const printed = await run(process.execPath, ["app.js"], app, { CARAVAN_URL: line.origin });
    return { printed, cuts };
  } finally {
    clearInterval(timer);
    await line.close();
  }
}

const execute = promisify(execFile);

async function run(
  command: string,
  words: string[],
  cwd: string,
  more: Record<string, string> = {},
): Promise<string> {
  const env = { ...process.env, PATH: `${BIN}:${process.env.PATH}`, ...more };
  try {
    return (await execute(command, words, { cwd, env, timeout: 60_000 })).stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${words.join(" ")} failed:\n${stdout}${stderr}`, { cause: error });
  }
}
