// The API documents, made by the code that serves the API: src/api-documents.ts, bundled and run here.
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./environment.mjs";

/** Writes the documents into a folder. */
export async function writeApiDocuments(folder) {
  const { build } = await import("vite");
  const bundle = join(folder, "bundle");
  await build({
    configFile: false,
    root,
    logLevel: "error",
    plugins: [runtimeClasses],
    ssr: { noExternal: true, target: "webworker" },
    build: {
      ssr: "src/api-documents.ts",
      outDir: bundle,
      minify: false,
      rollupOptions: { output: { entryFileNames: "main.mjs" } },
    },
  });
  const { apiDocuments } = await import(pathToFileURL(join(bundle, "main.mjs")).href);
  for (const [name, text] of Object.entries(apiDocuments())) await writeFile(join(folder, name), text);
  await rm(bundle, { recursive: true });
}

/** Stands in for the runtime's own module: the class that the code extends. No document depends on it. */
const runtimeClasses = {
  name: "runtime-classes",
  enforce: "pre",
  resolveId: (name) => (name === "cloudflare:workers" ? name : null),
  load: (name) => (name === "cloudflare:workers" ? "export class DurableObject {}" : null),
};
