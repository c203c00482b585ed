/** Budgets of what is loaded before anything works: the Worker's script at a cold start, the client's socket part in a page. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { build, productModules } from "../../bench/platform.mjs";

/** Bytes, gzipped. */
const BUDGET = 430 * 1024;

test("The script that a cold start loads is at most 430 KiB gzipped.", async () => {
  const size = await build();
  expect(size.gz).toBeLessThanOrEqual(BUDGET);
  // A build without the application in it would pass too.
  expect(size.gz).toBeGreaterThan(BUDGET / 4);
  // Tables of the H3 grid: whatever pulls them into the start again.
  expect(size.parts).toBeGreaterThan(50 * 1024);
  // What else the entry exports, the platform takes for an entry point of the Worker.
  const entry = readFileSync(productModules()[0]?.path ?? "", "utf8");
  const exported = /export\{([^}]*)\}/
    .exec(entry)?.[1]
    ?.split(",")
    .map((name) => name.split(" as ").at(-1));
  const wrangler = readFileSync(join(import.meta.dirname, "../../wrangler.toml"), "utf8");
  const objects = new Set([...wrangler.matchAll(/class_name = "(\w+)"/g)].map(([, name]) => name));
  expect(exported?.sort()).toEqual(["default", ...objects].sort());
});

test("The client's socket part is at most 12 kB gzipped, with everything it needs.", () => {
  // `npm test` has built it.
  const file = readFileSync(join(import.meta.dirname, "../../client/dist/browser-live.js"));
  // One file: it imports nothing.
  expect(file.toString()).not.toMatch(/\bimport\b|\bfrom\s*["']/);
  expect(gzipSync(file).length).toBeLessThanOrEqual(12_000);
  expect(gzipSync(file).length).toBeGreaterThan(3_000);
});
