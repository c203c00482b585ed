// The documentation site of docs/site: built into static files, and the headers that they are served with.
import { createHash } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../environment.mjs";

/** What the built site depends on. */
export const SITE_SOURCES = [
  "docs/site/src",
  "docs/site/public",
  "docs/site/astro.config.mjs",
  "scripts/setup/documentation",
];

/** Builds the site into a folder; `facts` is the folder that `facts.mjs` wrote. */
export async function buildSite(folder, facts) {
  process.env.ASTRO_TELEMETRY_DISABLED = "1";
  process.env.NODE_ENV = "production";
  const { build } = await import("astro");
  // A cache of its own: one of another configuration would leave links to files that no longer exist.
  const cache = `${folder}.cache`;
  await build({
    root: join(root, "docs/site"),
    outDir: folder,
    cacheDir: cache,
    vite: {
      resolve: {
        alias: { "caravan:facts": join(facts, "facts.json"), "caravan:settings": join(facts, "settings.md") },
      },
    },
    logLevel: "error",
  });
  await rm(cache, { recursive: true, force: true });
  // Other search interfaces than the one that the pages bring with them.
  const search = join(folder, "pagefind");
  for (const name of await readdir(search))
    if (/-(ui|highlight)\.(js|css)$/.test(name)) await rm(join(search, name));
}

/** A line of `_headers` may be this long. */
const LONGEST_LINE = 2000;

/**
 * Returns the part of `_headers` for the site. Its policy allows the inline scripts of its own pages by their hashes,
 * WebAssembly for the search, and style attributes, by which code is coloured.
 */
export function siteHeaders(files) {
  const hashes = new Set();
  for (const [path, content] of files)
    if (path.startsWith("docs/") && path.endsWith(".html"))
      for (const [, script] of content
        .toString()
        .matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g))
        hashes.add(`'sha256-${createHash("sha256").update(script).digest("base64")}'`);
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' ${[...hashes].sort().join(" ")}`,
    "style-src 'self'; style-src-attr 'unsafe-inline'",
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'",
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  ].join("; ");
  const line = `  Content-Security-Policy: ${policy}`;
  if (line.length > LONGEST_LINE)
    throw new Error(`the documentation's policy is ${line.length} characters long`);
  return `/docs/*\n${line}\n  X-Content-Type-Options: nosniff\n  X-Frame-Options: DENY\n  Referrer-Policy: strict-origin-when-cross-origin\n`;
}
