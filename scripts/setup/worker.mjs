// The deployed script: src/index.ts bundled into one file, and a file for each part that is loaded when it is needed.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { root } from "./environment.mjs";

/** Where `npm run dev` and `npm run deploy` have it. */
export const WORKER = join(root, "dist/worker");
export const ENTRY = join(WORKER, "index.js");

/**
 * Builds the script into a folder: `index.js` is what a cold start loads, `parts/` what an `import()` in the code loads.
 * `isShort` takes out spaces and names, as for a deploy.
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
          codeSplitting: true,
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

/** Bytes of a built script: what a cold start loads, raw and gzipped, and the parts loaded on demand, gzipped. */
export function sizeOf(folder) {
  const [entry, ...parts] = filesOf(folder).map((path) => readFileSync(path));
  const gz = (file) => gzipSync(file, { level: 9 }).byteLength;
  return {
    raw: entry.byteLength,
    gz: gz(entry),
    parts: parts.reduce((sum, part) => sum + gz(part), 0),
  };
}
