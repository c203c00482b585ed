// `npm run torture [-- --seed 7 --messages 20000 --evictions 200 --kills 5]`: attacks the delivery promise and prints the result.
import { parseArgs } from "node:util";
import { build } from "../../bench/platform.mjs";
import { torture } from "./torture.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    chats: { type: "string", default: "30" },
    messages: { type: "string", default: "20000" },
    points: { type: "string", default: "2000" },
    evictions: { type: "string", default: "200" },
    kills: { type: "string", default: "5" },
  },
});
const plan = {
  seed: Number(values.seed),
  chats: Number(values.chats),
  messages: Number(values.messages),
  points: Number(values.points),
  evictions: Number(values.evictions),
  kills: Number(values.kills),
  progress: (words: string) => console.log(`  ${words}`),
};
build();
console.log(`seed ${plan.seed}`);
const report = await torture(plan);
const { faults, notes, ...figures } = report;
console.table({ ...figures, ...faults });
for (const note of notes) console.log(`  ${note}`);
process.exit(report.lost + report.duplicated + report.reordered === 0 ? 0 : 1);
