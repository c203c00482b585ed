// The deployed script: what a cold start loads in one file, and a file for each part that is loaded when it is needed.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { root } from "./environment.mjs";

/** Where `npm run dev` and `npm run deploy` have it. */
export const WORKER = join(root, "dist/worker");
export const ENTRY = join(WORKER, "index.js");

/**
 * The part that a start loads. Without it the bundler cuts the start into pieces that parts have in common; and the entry
 * itself would export what parts use, which the platform takes for entry points.
 */
const START = { name: "start", tags: ["$initial"], test: (id) => id !== join(root, "src/index.ts") };

/**
 * Builds the script into a folder: `index.js` has the Worker's entry points, `parts/start-….js` what they import, other
 * `parts/` what an `import()` in the code loads. `isShort` takes out spaces and names, as for a deploy.
 */
export async function buildWorker(outDir, isShort) {
  const { build } = await import("vite");
  await build({
    configFile: false,
    root,
    logLevel: "error",
    ssr: { noExternal: true, target: "webworker" },
    build: {
      ssr: "src/index.ts",
      outDir,
      emptyOutDir: true,
      minify: isShort,
      sourcemap: true,
      rollupOptions: {
        external: [/^cloudflare:/, /^node:/],
        output: {
          codeSplitting: { groups: [START] },
          entryFileNames: "index.js",
          chunkFileNames: "parts/[name]-[hash].js",
        },
      },
    },
  });
}

/** Paths of all files of a built script, the entry first. */
export function filesOf(folder) {
  const parts = join(folder, "parts");
  const names = existsSync(parts) ? readdirSync(parts).filter((name) => name.endsWith(".js")) : [];
  return [join(folder, "index.js"), ...names.map((name) => join(parts, name))];
}

/** Paths of the files that a cold start loads: the entry, and what it imports by name. */
export function startOf(folder) {
  const files = new Set([join(folder, "index.js")]);
  for (const file of files)
    for (const [, path] of readFileSync(file, "utf8").matchAll(STATIC_IMPORT))
      files.add(join(dirname(file), path));
  return [...files];
}

const STATIC_IMPORT = /(?:^|[;}\n])(?:import|export)\b[^"'`;()]*?["'](\.[^"']+)["']/g;

/** Bytes of a built script: what a cold start loads, raw and gzipped, and the parts loaded on demand, gzipped. */
export function sizeOf(folder) {
  const start = startOf(folder);
  const parts = filesOf(folder).filter((path) => !start.includes(path));
  const sum = (paths, sizeOf) => paths.reduce((total, path) => total + sizeOf(readFileSync(path)), 0);
  const gz = (file) => gzipSync(file, { level: 9 }).byteLength;
  return { raw: sum(start, (file) => file.byteLength), gz: sum(start, gz), parts: sum(parts, gz) };
}
