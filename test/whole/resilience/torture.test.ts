/** Short runs of the torture: clients of every kind, evictions, a killed server. `npm run torture` runs longer. */
import { beforeAll, expect, test } from "vitest";
import { build } from "../../../bench/platform.mjs";
import { tortureClient } from "../../torture/client/torture.ts";
import { torture } from "../../torture/torture.ts";
import { World } from "../../torture/world.ts";

beforeAll(async () => {
  await build();
});

test("Nothing that was acknowledged is lost, doubled or out of order.", { retry: 0 }, async () => {
  const plan = { seed: 2026, chats: 3, messages: 500, points: 40, evictions: 8, kills: 1 };
  const report = await torture(plan);
  expect(report.notes).toEqual([]);
  expect(report).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, faults: { kills: 1 } });
  expect(report.messages).toBeGreaterThanOrEqual(plan.messages);
});

test("The client says and hears everything once and in order, over lines that fail and a server that is killed.", {
  retry: 0,
}, async () => {
  const world = await World.start();
  try {
    const plan = { seed: 2026, chats: 2, messages: 150, kills: 1 };
    const report = await tortureClient(world, plan);
    expect(report.notes).toEqual([]);
    expect(report).toMatchObject({ lost: 0, doubled: 0, reordered: 0 });
    expect(Object.keys(report.faults).toSorted()).toEqual([
      "clock jumps",
      "cut lines",
      "ended processes",
      "kills",
      "late acknowledgements",
      "silent lines",
    ]);
    expect(report.messages).toBeGreaterThanOrEqual(plan.messages);
  } finally {
    await world.remove();
  }
});
