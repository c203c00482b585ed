// `npm run bench [-- --quick] [-- --only=<words>]`: measures the product and the bare platform doing the same work, in one
// run and in turns. `-- --tracking` measures it with a hundred thousand points of tracks.
import { quiet, requireNode } from "../scripts/setup/environment.mjs";
import { closeConnections } from "./clients.mjs";
import { compare, median, table } from "./measure.mjs";
import { loadTracks } from "./tracking.mjs";
import { seed, signIn } from "./world.mjs";

requireNode();
Object.assign(process.env, quiet, { WRANGLER_LOG: "error" });
const { build, startBare, startProduct } = await import("./platform.mjs");
const { workloads } = await import("./workloads.mjs");

const quick = process.argv.includes("--quick");
const only = process.argv.find((word) => word.startsWith("--only="))?.slice("--only=".length) ?? "";
const plan = quick ? { rounds: 4, forMs: 120, starts: 1 } : { rounds: 14, forMs: 300, starts: 3 };
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
];

const startedAt = performance.now();
const size = build();
await (process.argv.includes("--tracking") ? trackingOnly() : everything());

async function everything() {
  const cold = await coldStarts();
  const product = await startProduct();
  const bare = await startBare();
  try {
    const events = await seed(product.database);
    await seed(bare.database);
    const token = await signIn(product.origin);
    const rows = [HEAD];
    for (const [name, prepare] of Object.entries(workloads({ product, bare, token, events }))) {
      if (!name.includes(only)) continue;
      progress(name);
      const workload = await prepare();
      rows.push(row(name, await compare(workload, { product, bare }, plan)));
      await workload.undo?.();
    }
    progress("");
    print(rows, cold);
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

/** Returns the ms from the start to the first answer: medians of a few fresh starts. */
async function coldStarts() {
  const times = { product: [], bare: [] };
  for (let start = 0; start < plan.starts; start++) {
    for (const [side, begin] of [
      ["product", startProduct],
      ["bare", startBare],
    ]) {
      progress(`cold start ${start + 1} of ${plan.starts}, ${side}`);
      const host = await begin();
      times[side].push(host.coldStart);
      await host.stop();
    }
  }
  return { product: median(times.product), bare: median(times.bare) };
}

function row(name, { product, bare, ratio }) {
  const numbers = (side) => [
    fixed(side.perSecond, 0),
    ...[side.p50, side.p99, side.cpu].map((ms) => fixed(ms)),
  ];
  return [name, ...numbers(product), ...numbers(bare), fixed(ratio), fixed(bare.cpu / product.cpu)];
}

function fixed(number, digits = 2) {
  return Number.isFinite(number) ? number.toFixed(digits) : "—";
}

function print(rows, cold) {
  const seconds = (performance.now() - startedAt) / 1000;
  const kib = (bytes) => `${(bytes / 1024).toFixed(0)} KiB`;
  console.log(`
${table(rows)}

The last two columns are product/bare: 1 is as good as the platform itself. Where many hear something, /s is deliveries
and the times are until the last one has heard it. cpu is the server's alone, for one piece of work.

bundle      ${kib(size.raw)} minified, ${kib(size.gz)} gzipped
cold start  ${fixed(cold.product, 0)} ms to the first answer of a fresh Miniflare, bare ${fixed(cold.bare, 0)} ms
measured    ${plan.rounds} rounds of ${plan.forMs} ms a side and workload; ${fixed(seconds, 0)} s in all
`);
}

/** Prints progress, on a terminal only. */
function progress(words) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${words}`);
}
