/** The size of what is deployed: a budget, because a Worker's script is loaded and parsed at each cold start. */
import { expect, test } from "vitest";
import { build } from "../../bench/platform.mjs";

/** Bytes, gzipped. */
const BUDGET = 430 * 1024;

test("The Worker's script is at most 430 KiB gzipped.", () => {
  const size = build();
  expect(size.gz).toBeLessThanOrEqual(BUDGET);
  // A build without the application in it would pass too.
  expect(size.gz).toBeGreaterThan(BUDGET / 4);
});
