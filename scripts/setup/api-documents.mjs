// The API documents, made by the code that serves the API: src/api-documents.ts, bundled and run here.
import { rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./environment.mjs";
import { refusalReader } from "./refusals/reader.mjs";

/** Writes the documents into a folder. */
export async function writeApiDocuments(folder) {
  const { build } = await import("vite");
  const bundle = join(folder, "bundle");
  await build({
    configFile: false,
    root,
    logLevel: "error",
    plugins: [runtimeClasses, recordedRoutes],
    ssr: { noExternal: true, target: "webworker" },
    build: {
      ssr: "src/api-documents.ts",
      outDir: bundle,
      minify: false,
      sourcemap: "inline",
      rollupOptions: { output: { entryFileNames: "main.mjs" } },
    },
  });
  // Routes remember where in the source they stand.
  process.setSourceMapsEnabled(true);
  const { apiDocuments } = await import(pathToFileURL(join(bundle, "main.mjs")).href);
  const { at, of } = refusalReader(root);
  const reader = {
    of,
    at: (positions) =>
      at(positions.map((position) => ({ ...position, path: relative(root, position.path) }))),
  };
  for (const [name, text] of Object.entries(apiDocuments(reader))) await writeFile(join(folder, name), text);
  await rm(bundle, { recursive: true });
}

/** Stands in for the runtime's own module: the class that the code extends. No document depends on it. */
const runtimeClasses = {
  name: "runtime-classes",
  enforce: "pre",
  resolveId: (name) => (name === "cloudflare:workers" ? name : null),
  load: (name) => (name === "cloudflare:workers" ? "export class DurableObject {}" : null),
};

const ROUTE = join(root, "src/platform/http/route.ts");
const RECORDED = join(root, "src/platform/http/documents/recorded-route.ts");

/** Gives everybody who declares routes the `route` that remembers where. */
const recordedRoutes = {
  name: "recorded-routes",
  enforce: "pre",
  resolveId: (name, importer) =>
    importer && importer !== RECORDED && name.startsWith(".") && join(importer, "..", name) === ROUTE
      ? RECORDED
      : null,
};
