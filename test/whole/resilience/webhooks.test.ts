/** A short run of webhooks to a receiver that fails at random. `npm run torture -- --webhooks` runs longer. */
import { expect, test } from "vitest";
import { build } from "../../../bench/platform.mjs";
import { webhooks } from "../../torture/webhooks/run.ts";

test("Every change reaches the receiver at least once, under one id and in order, though the server is killed.", {
  retry: 0,
}, async () => {
  await build();
  const plan = { seed: 2026, events: 250, subjects: 16, kills: 1 };
  const report = await webhooks(plan);
  expect(report.notes).toEqual([]);
  expect(report).toMatchObject({ lost: 0, reordered: 0, unstable: 0, forged: 0, kills: 1 });
  // It failed often enough to prove something.
  expect(report.requests).toBeGreaterThan(1.3 * plan.events);
});
