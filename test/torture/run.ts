// `npm run torture [-- --seed 7 --messages 20000 --evictions 200 --kills 5]`: attacks the delivery promise and prints the result.
// `npm run torture -- --webhooks [--messages 10000 --subjects 200 --kills 5]`: webhooks to a receiver that fails at random.
// `npm run torture -- --relays [--sockets 5000 --each 1000 --messages 60]`: the same for one big room.
// `npm run torture -- --client [--seed 7 --messages 5000 --kills 5]`: the client package's own promise, over lines that fail.
import { parseArgs } from "node:util";
import { build } from "../../bench/platform.mjs";
import { tortureClient } from "./client/torture.ts";
import { bigRoom } from "./relays/run.ts";
import { torture } from "./torture.ts";
import { webhooks } from "./webhooks/run.ts";
import { World } from "./world.ts";

const { values } = parseArgs({
  options: {
    relays: { type: "boolean", default: false },
    client: { type: "boolean", default: false },
    webhooks: { type: "boolean", default: false },
    subjects: { type: "string", default: "200" },
    sockets: { type: "string", default: "5000" },
    each: { type: "string", default: "1000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    chats: { type: "string", default: "30" },
    messages: { type: "string" },
    points: { type: "string", default: "2000" },
    evictions: { type: "string", default: "200" },
    kills: { type: "string", default: "5" },
  },
});
const progress = (words: string) => console.log(`  ${words}`);
await build();
if (values.relays) {
  const { sockets, each, messages = "60" } = values;
  const room = { sockets: Number(sockets), each: Number(each), messages: Number(messages), progress };
  const report = await bigRoom(room);
  console.table(report);
  process.exit(report.lost + report.doubled + report.gaps + report.reloads === 0 ? 0 : 1);
}
if (values.webhooks) {
  const { messages = "10000", subjects, kills, seed } = values;
  const numbers = { events: Number(messages), subjects: Number(subjects), kills: Number(kills) };
  const { notes, ...report } = await webhooks({ ...numbers, seed: Number(seed), progress });
  console.table(report);
  for (const note of notes) console.log(`  ${note}`);
  process.exit(notes.length === 0 ? 0 : 1);
}
if (values.client) {
  const { seed, messages = "5000", kills } = values;
  console.log(`seed ${seed}`);
  const world = await World.start();
  try {
    const plan = { seed: Number(seed), chats: 6, messages: Number(messages), kills: Number(kills), progress };
    const { faults, notes, ...figures } = await tortureClient(world, plan);
    console.table({ ...figures, ...faults });
    for (const note of notes) console.log(`  ${note}`);
    process.exitCode = figures.lost + figures.doubled + figures.reordered === 0 ? 0 : 1;
  } finally {
    await world.remove();
  }
  process.exit();
}
const plan = {
  seed: Number(values.seed),
  chats: Number(values.chats),
  messages: Number(values.messages ?? 20_000),
  points: Number(values.points),
  evictions: Number(values.evictions),
  kills: Number(values.kills),
  progress,
};
console.log(`seed ${plan.seed}`);
const report = await torture(plan);
const { faults, notes, ...figures } = report;
console.table({ ...figures, ...faults });
for (const note of notes) console.log(`  ${note}`);
process.exit(report.lost + report.duplicated + report.reordered === 0 ? 0 : 1);
