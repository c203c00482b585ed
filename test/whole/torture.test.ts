/** A short run of the torture: clients of every kind, evictions, a killed server. `npm run torture` runs longer. */
import { expect, test } from "vitest";
import { build } from "../../bench/platform.mjs";
import { torture } from "../torture/torture.ts";

test("Nothing that was acknowledged is lost, doubled or out of order.", { retry: 0 }, async () => {
  await build();
  const plan = { seed: 2026, chats: 3, messages: 500, points: 40, evictions: 8, kills: 1 };
  const report = await torture(plan);
  expect(report.notes).toEqual([]);
  expect(report).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, faults: { kills: 1 } });
  expect(report.messages).toBeGreaterThanOrEqual(plan.messages);
});
