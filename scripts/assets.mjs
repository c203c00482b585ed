// Writes everything that is served as a file into dist/assets: a few own files, the console, the playground, the client, the
// API documents and their two self-hosted viewers, the map's world, and the documentation site. Unchanged files are not written again, because a running
// development server watches the folder.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { buildClient } from "../client/scripts/build.mjs";
import { writeApiDocuments } from "./setup/api-documents.mjs";
import { FACT_SOURCES, writeFacts } from "./setup/documentation/facts.mjs";
import { buildSite, SITE_SOURCES, siteHeaders } from "./setup/documentation/site.mjs";
import { writeWorld } from "./setup/map/world.mjs";
import { PLAYGROUND_HEADERS } from "./setup/playground-headers.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = join(root, "dist/assets");

const VENDOR = {
  "vendor/swagger-ui": ["swagger-ui-dist/swagger-ui.css", "swagger-ui-dist/swagger-ui-bundle.js"],
  "vendor/redoc": ["redoc/bundles/redoc.standalone.js"],
};

const files = new Map();
for (const path of await filesIn(join(root, "src/assets")))
  files.set(join("static", path), await readFile(join(root, "src/assets", path)));
for (const [folder, sources] of Object.entries(VENDOR))
  for (const source of sources)
    files.set(join(folder, basename(source)), await readFile(join(root, "node_modules", source)));

// For pages without a bundler; everybody else installs the package.
const client = await buildClient();
for (const name of ["browser.js", "browser-live.js"])
  files.set(join("client", name), await readFile(join(client, name)));

const facts = await buildOnce("facts", FACT_SOURCES, writeFacts);
const site = [...SITE_SOURCES, relative(root, facts)];
for (const [name, folder] of [
  ["console", await buildOnce("console", ["src/console", "client/src"], buildWithVite("console"))],
  ["play", await buildOnce("play", ["src/play", "src/console", "client/src"], buildWithVite("play"))],
  ["documents", await buildOnce("documents", ["src", "scripts/setup"], writeApiDocuments)],
  ["map", await buildOnce("map", ["scripts/setup/map"], writeWorld)],
  ["docs", await buildOnce("docs", site, (folder) => buildSite(folder, facts))],
])
  for (const path of await filesIn(folder)) files.set(join(name, path), await readFile(join(folder, path)));
// Chunks are named by a hash of their content.
const IMMUTABLE = "  Cache-Control: public, max-age=31536000, immutable\n";
files.set(
  "_headers",
  Buffer.from(
    ["console/chunks", "docs/_astro"].map((folder) => `/${folder}/*\n${IMMUTABLE}`).join("") +
      PLAYGROUND_HEADERS +
      siteHeaders(files),
  ),
);

// ReDoc's bundle loads a logo from its maker's server; the pages work without it.
const redoc = "vendor/redoc/redoc.standalone.js";
const words = files.get(redoc).toString();
files.set(
  redoc,
  Buffer.from(words.replaceAll("https://cdn.redoc.ly/redoc/logo-mini.svg", "/static/favicon.svg")),
);

for (const [path, content] of files) {
  const place = join(out, path);
  const before = await readFile(place).catch(() => null);
  if (before?.equals(content)) continue;
  await mkdir(dirname(place), { recursive: true });
  await writeFile(place, content);
}
for (const path of await filesIn(out).catch(() => [])) if (!files.has(path)) await rm(join(out, path));

/** Returns the folder of a build in dist/. `build` makes it when its sources have changed; an incomplete folder is never used. */
async function buildOnce(kind, sources, build) {
  const hash = createHash("sha256").update(await readFile(join(root, "package-lock.json")));
  for (const source of sources)
    for (const path of (await filesIn(join(root, source))).sort())
      hash.update(path).update(await readFile(join(root, source, path)));
  const builds = join(root, "dist", kind);
  const name = hash.digest("hex").slice(0, 16);
  const before = await readdir(builds).catch(() => []);
  if (before.includes(name)) return join(builds, name);
  const draft = join(builds, `${name}.${process.pid}`);
  try {
    await build(draft);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
  // Another build that started at the same time may have been faster.
  await rename(draft, join(builds, name)).catch(() => rm(draft, { recursive: true }));
  for (const old of before)
    if (!old.includes(".")) await rm(join(builds, old), { recursive: true, force: true });
  return join(builds, name);
}

/** A build of one of the folders of `src` that run in a browser. */
function buildWithVite(name) {
  return async (outDir) => {
    // Without this a test that starts a server would get React's development build.
    process.env.NODE_ENV = "production";
    const { build } = await import("vite");
    const configFile = join(root, "src", name, "vite.config.ts");
    await build({ configFile, build: { outDir, emptyOutDir: true } });
  };
}

/** Paths of all files below a folder; of a file, the empty path. */
async function filesIn(folder) {
  if ((await stat(folder)).isFile()) return [""];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
