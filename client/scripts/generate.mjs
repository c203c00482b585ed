// Makes the types of the REST API and the list of POSTs that create from docs/openapi.json, into src/rest/generated.
// They are not committed: the document is, and a build takes under a second.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const folder = fileURLToPath(new URL("../src/rest/generated", import.meta.url));
const source = fileURLToPath(new URL("../../docs/openapi.json", import.meta.url));

/** Writes both files; one that would not change is left alone. */
export async function generate() {
  const document = JSON.parse(readFileSync(source, "utf8"));
  mkdirSync(folder, { recursive: true });
  const types = astToString(await openapiTS(document, { alphabetize: true }));
  write("schema.ts", types);
  const creating = Object.entries(document.paths)
    .filter(([, { post }]) => post?.parameters?.some(({ name }) => name === "Idempotency-Key"))
    .map(([path]) => `  ${JSON.stringify(path)},\n`);
  write(
    "creating.ts",
    `/** Paths whose POST knows repetitions by their \`Idempotency-Key\`. */\nexport const CREATING: readonly string[] = [\n${creating.join("")}];\n`,
  );
}

function write(name, text) {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  const before = (() => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return null;
    }
  })();
  if (before !== text) writeFileSync(path, text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await generate();
