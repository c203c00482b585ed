// `npm run bench [-- --quick] [-- --only="<words>|<words>"]`: measures the product and the bare platform doing the same work, in one
// run and in turns. `-- --tracking` measures it with a hundred thousand points of tracks, `-- --rows`
// counts the rows that actions write, `-- --profile` shows where the product's CPU goes.
import { quiet, requireNode } from "../scripts/setup/environment.mjs";
import { closeConnections } from "./clients.mjs";
import { socketMemory } from "./connections.mjs";
import { verdict } from "./goals.mjs";
import { compare, median, table } from "./measure.mjs";
import { loadTracks } from "./tracking.mjs";
import { seed, signIn } from "./world.mjs";

requireNode();
Object.assign(process.env, quiet, { WRANGLER_LOG: "error" });
const { build, startBare, startEmpty, startProduct } = await import("./platform.mjs");
const { workloads } = await import("./workloads.mjs");

const quick = process.argv.includes("--quick");
const only = process.argv.find((word) => word.startsWith("--only="))?.slice("--only=".length) ?? "";
const isChosen = (name) => only.split("|").some((words) => name.includes(words));
const plan = quick ? { rounds: 4, forMs: 120, starts: 3 } : { rounds: 14, forMs: 300, starts: 5 };
const HEAD = [
  "",
  "product /s",
  "p50 ms",
  "p99 ms",
  "cpu ms",
  "bare /s",
  "p50 ms",
  "p99 ms",
  "cpu ms",
  "/s",
  "cpu",
  "goal",
  "",
];

const startedAt = performance.now();
const size = await build();
if (process.argv.includes("--rows")) await rowsOnly();
else if (process.argv.includes("--profile")) await profiles();
else await (process.argv.includes("--tracking") ? trackingOnly() : everything());

async function everything() {
  const cold = isChosen("cold start") ? await coldStarts() : null;
  const product = await startProduct();
  const bare = await startBare();
  try {
    const events = await seed(product.database);
    await seed(bare.database);
    const token = await signIn(product.origin);
    const rows = [HEAD];
    for (const [name, prepare] of Object.entries(workloads({ product, bare, token, events }))) {
      if (!isChosen(name)) continue;
      progress(name);
      const workload = await prepare();
      rows.push(row(name, await compare(workload, { product, bare }, plan)));
      await workload.undo?.();
    }
    progress("memory of idle sockets");
    const memory = only ? "" : `sockets     ${await socketMemory({ product, bare, token, events })}\n`;
    progress("");
    print(rows, cold, memory);
  } finally {
    closeConnections();
    await Promise.all([product.stop(), bare.stop()]);
  }
}

async function rowsOnly() {
  const { countRows } = await import("./rows.mjs");
  const words = await countRows(progress);
  progress("");
  console.log(words);
  closeConnections();
}

async function profiles() {
  const { profileOf } = await import("./profile.mjs");
  const product = await startProduct({ inspectorPort: 0 });
  const bare = await startBare();
  try {
    const events = await seed(product.database);
    await seed(bare.database);
    const token = await signIn(product.origin);
    for (const [name, prepare] of Object.entries(workloads({ product, bare, token, events }))) {
      if (!isChosen(name)) continue;
      progress(name);
      const workload = await prepare();
      const words = await profileOf(name, workload, product);
      progress("");
      console.log(words);
      await workload.undo?.();
    }
  } finally {
    closeConnections();
    await Promise.all([product.stop(), bare.stop()]);
  }
}

async function trackingOnly() {
  const product = await startProduct();
  try {
    await seed(product.database);
    const words = await loadTracks(product, progress);
    progress("");
    console.log(words);
  } finally {
    closeConnections();
    await product.stop();
  }
}

/** Returns the time from the start to the first answer, in ms and in ms of CPU: medians of a few fresh starts. */
async function coldStarts() {
  const times = { product: [], empty: [] };
  const cpu = { product: [], empty: [] };
  // The first of all finds nothing in the machine's caches.
  await (await startProduct()).stop();
  for (let start = 0; start < plan.starts; start++) {
    for (const [side, begin] of [
      ["product", startProduct],
      ["empty", startEmpty],
    ]) {
      progress(`cold start ${start + 1} of ${plan.starts}, ${side}`);
      const host = await begin();
      times[side].push(host.coldStart);
      cpu[side].push(host.coldStartCpu);
      await host.stop();
    }
  }
  const medians = ({ product, empty }) => ({ product: median(product), empty: median(empty) });
  return { times: medians(times), cpu: medians(cpu) };
}

function row(name, { product, bare, ratio }) {
  const numbers = (side) => [
    fixed(side.perSecond, 0),
    ...[side.p50, side.p99, side.cpu].map((ms) => fixed(ms)),
  ];
  const cpu = bare.cpu / product.cpu;
  return [
    name,
    ...numbers(product),
    ...numbers(bare),
    fixed(ratio),
    fixed(cpu),
    ...verdict(name, ratio, cpu),
  ];
}

function fixed(number, digits = 2) {
  return Number.isFinite(number) ? number.toFixed(digits) : "—";
}

function print(rows, cold, memory) {
  const seconds = (performance.now() - startedAt) / 1000;
  const kib = (bytes) => `${(bytes / 1024).toFixed(0)} KiB`;
  console.log(`
${table(rows)}

Goals are for the ratios product/bare, by rate or by CPU where a row does not say both: 1 is as good as the platform
itself. Where many hear something, /s is deliveries and the times are until the last one has heard it. cpu is the
server's alone, for one piece of work.

bundle      ${kib(size.raw)} minified, ${kib(size.gz)} gzipped; ${kib(size.parts)} more on demand
            goal: 430 KiB gzipped (${size.gz <= 430 * 1024 ? "met" : "missed"})
${cold ? `cold start  ${coldWords(cold)}\n` : ""}${memory}measured    ${plan.rounds} rounds of ${plan.forMs} ms a side and workload; ${fixed(seconds, 0)} s in all
`);
}

/** A start has its noise in its time; CPU has less. */
function coldWords({ times, cpu }) {
  const ratio = times.product / times.empty;
  const cpuRatio = cpu.product / cpu.empty;
  const met = Math.min(ratio, cpuRatio) <= 1.35 ? "met" : "missed";
  const [ours, floor] = [times.product, times.empty].map((ms) => fixed(ms, 0));
  return `${ours} ms to the first answer of a fresh Miniflare, an empty Worker with the same objects ${floor} ms:
            ${fixed(ratio)} in time, ${fixed(cpuRatio)} in CPU (${fixed(cpu.product, 0)} and ${fixed(cpu.empty, 0)} ms); goal: 1.35 (${met})`;
}

/** Prints progress, on a terminal only. */
function progress(words) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${words}`);
}
