/** Budgets of what is loaded before anything works: the Worker's script at a cold start, the client's socket part in a page. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { build } from "../../bench/platform.mjs";

/** Bytes, gzipped. */
const BUDGET = 430 * 1024;

test("The script that a cold start loads is at most 430 KiB gzipped.", async () => {
  const size = await build();
  expect(size.gz).toBeLessThanOrEqual(BUDGET);
  // A build without the application in it would pass too.
  expect(size.gz).toBeGreaterThan(BUDGET / 4);
  // Tables of the H3 grid: whatever pulls them into the start again.
  expect(size.parts).toBeGreaterThan(50 * 1024);
});

test("The client's socket part is at most 12 kB gzipped, with everything it needs.", () => {
  // `npm test` has built it.
  const file = readFileSync(join(import.meta.dirname, "../../client/dist/browser-live.js"));
  // One file: it imports nothing.
  expect(file.toString()).not.toMatch(/\bimport\b|\bfrom\s*["']/);
  expect(gzipSync(file).length).toBeLessThanOrEqual(12_000);
  expect(gzipSync(file).length).toBeGreaterThan(3_000);
});
