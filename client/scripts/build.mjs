// Builds the package into client/dist: modules with their types, and a single file for pages without a bundler.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = join(root, "dist");
const stamp = join(out, ".sources");
const NOTICE = "/*! @caravan/client. Contains openapi-fetch, (c) Drew Powers, MIT licence. */";

/** Single files for pages without a bundler. */
const PAGES = { browser: "src/index.ts", "browser-live": "src/live/index.ts" };

/** Builds unless nothing has changed since the last build. Returns the folder. */
export async function buildClient() {
  const sources = await fingerprint();
  if ((await readFile(stamp, "utf8").catch(() => "")) === sources) return out;
  const [{ generate }, { build }] = await Promise.all([import("./generate.mjs"), import("tsdown")]);
  await generate();
  const shared = {
    cwd: root,
    config: false,
    logLevel: "warn",
    platform: "neutral",
    target: "es2022",
    outDir: out,
    // One package to install: what it is built from is inside.
    deps: { alwaysBundle: [/^openapi-/], onlyBundle: false },
    banner: { js: NOTICE },
    outExtensions: () => ({ js: ".js", dts: ".d.ts" }),
  };
  await build({
    ...shared,
    entry: { index: "src/index.ts", live: "src/live/index.ts", react: "src/react/index.ts" },
    dts: { oxc: {}, resolver: "oxc" },
    clean: true,
  });
  // One by one, so that each is a single file.
  for (const [name, source] of Object.entries(PAGES))
    await build({
      ...shared,
      entry: { [name]: source },
      platform: "browser",
      minify: true,
      dts: false,
      clean: false,
    });
  await mkdir(out, { recursive: true });
  await writeFile(stamp, sources);
  return out;
}

/** A hash of everything that the build reads. */
async function fingerprint() {
  const hash = createHash("sha256");
  for (const path of ["package.json", "../package-lock.json", "../docs/openapi.json"])
    hash.update(await readFile(join(root, path)));
  for (const folder of ["src", "scripts"])
    for (const entry of await readdir(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.parentPath.endsWith("generated")) continue;
      hash.update(entry.name).update(await readFile(join(entry.parentPath, entry.name)));
    }
  return hash.digest("hex");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--force")) await rm(stamp, { force: true });
  await buildClient();
}
