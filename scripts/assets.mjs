// Puts everything that is served as a file into dist/assets: our own few files and the two self-hosted API viewers.
import { copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";

const root = new URL("..", import.meta.url);
const out = new URL("dist/assets/", root);

const VENDOR = {
  "vendor/swagger-ui/": ["swagger-ui-dist/swagger-ui.css", "swagger-ui-dist/swagger-ui-bundle.js"],
  "vendor/redoc/": ["redoc/bundles/redoc.standalone.js"],
};

await rm(out, { recursive: true, force: true });
await mkdir(new URL("static/", out), { recursive: true });
await cp(new URL("src/assets/", root), new URL("static/", out), { recursive: true });
for (const [folder, files] of Object.entries(VENDOR)) {
  await mkdir(new URL(folder, out), { recursive: true });
  for (const file of files) {
    await copyFile(new URL(`node_modules/${file}`, root), new URL(folder + file.split("/").at(-1), out));
  }
}

// ReDoc's bundle shows a logo from its maker's network; the pages work without any.
const redoc = new URL("vendor/redoc/redoc.standalone.js", out);
const words = await readFile(redoc, "utf8");
await writeFile(redoc, words.replaceAll("https://cdn.redoc.ly/redoc/logo-mini.svg", "/static/favicon.svg"));
