/** When a start installs packages first: if they are missing, or differ from the lockfile. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { whyInstall } from "../../scripts/setup/packages.mjs";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "caravan-packages-"));
  mkdirSync(join(folder, "node_modules"));
});
afterAll(() => rmSync(folder, { recursive: true }));

type Packages = Record<string, { version?: string; optional?: boolean }>;
const write = (path: string, packages: Packages) =>
  writeFileSync(join(folder, path), JSON.stringify({ packages }));
const HONO = { version: "4.0.0" };
const OTHER_MACHINE = { version: "1.0.0", optional: true };

test("Without installed packages a start installs them.", () => {
  write("package-lock.json", { "": {}, "node_modules/hono": HONO });
  expect(whyInstall(folder)).toBe("none are installed");
});

test.each<[string, Packages, string | null]>([
  ["the same packages", { "node_modules/hono": HONO }, null],
  ["an older package", { "node_modules/hono": { version: "3.9.0" } }, "1 differ from the lockfile"],
  ["a package less", {}, "1 differ from the lockfile"],
  [
    "an older optional package",
    { "node_modules/hono": HONO, "node_modules/arm": { version: "0.9.0" } },
    "1 differ from the lockfile",
  ],
])("With %s installed the answer fits.", (_, installed, answer) => {
  write("package-lock.json", { "": {}, "node_modules/hono": HONO, "node_modules/arm": OTHER_MACHINE });
  write("node_modules/.package-lock.json", installed);
  expect(whyInstall(folder)).toBe(answer);
});
