/** A deploy: two versions of the Worker and of its objects meet on one state, and clients go on talking. */
import { expect, test } from "vitest";
import { build } from "../../../bench/platform.mjs";
import { torture } from "../../torture/torture.ts";

test("While two versions of the Worker share one state, nothing that was acknowledged is lost, doubled or out of order.", {
  retry: 0,
}, async () => {
  await build();
  // Objects run the older version, then the newer one, and after a rollback the older one again; Workers of both serve.
  const plan = { seed: 2027, chats: 3, messages: 600, points: 40, evictions: 6, kills: 3, twoVersions: true };
  const report = await torture(plan);
  expect(report.notes).toEqual([]);
  expect(report).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, failures: 0, faults: { kills: 3 } });
  expect(report.messages).toBeGreaterThanOrEqual(plan.messages);
});
