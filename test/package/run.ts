// `npm run try-client [-- http://127.0.0.1:8787]`: packs the client, has linters check the package, installs it in an empty folder,
// and runs the example app there against a development server, over a line that is cut.
import { installPackage, lintPackage, packClient, runExample } from "./try.ts";

const origin = process.argv[2] ?? "http://127.0.0.1:8787";
const packed = await step("packed", packClient);
try {
  await step("publint and attw find no fault", () => lintPackage(packed));
  const { app, installed } = await step("installed", () => installPackage(packed));
  console.log(`  ${installed.join(", ")}`);
  const { printed, cuts } = await step("the example works", () => runExample(app, origin));
  console.log(`  the line was cut ${cuts} times\n${printed.replaceAll(/^/gm, "  ")}`);
} finally {
  await packed.remove();
}

async function step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const begun = performance.now();
  const result = await work();
  console.log(`${name} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
  return result;
}
