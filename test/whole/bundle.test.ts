/** The size of what is deployed: a budget, because a Worker's script is loaded and parsed at each cold start. */
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
