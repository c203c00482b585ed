// The two things that are compared, each in a Miniflare of its own with every binding of wrangler.toml: the product as it
// is deployed, and a bare Worker that does the same work and nothing else.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, Response } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { quiet, root } from "../scripts/setup/environment.mjs";
import { buildWorker, filesOf, sizeOf } from "../scripts/setup/worker.mjs";

const BUNDLE = join(root, "dist/bench");

/** Builds the Worker as `npm run deploy` does; returns its size in bytes. */
export async function build() {
  run(join(root, "scripts/assets.mjs"));
  await buildWorker(BUNDLE, true);
  return sizeOf(BUNDLE);
}

/** The built script as Miniflare's modules. */
export function productModules() {
  return filesOf(BUNDLE).map((path) => ({ type: "ESModule", path }));
}

function run(script, ...args) {
  const result = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    env: { ...quiet, CI: "1" },
    encoding: "utf8",
  });
  if (result.status !== 0) throw new Error(`${script} failed:\n${result.stdout}${result.stderr}`);
}

/**
 * Starts the product without its rate limits. `place` may name a port, the folder of a state that is kept, other Workers
 * `beside` the product, made from its own options, an `inspectorPort` (0: any), the `services` that it calls, this machine's `network` as what is outside, and a module in `front` of it; without a place the state is new and
 * temporary. `bindings` are additional settings.
 */
export function startProduct(place, bindings) {
  const settings = {
    APP_ENV: "development",
    SIGNING_SECRET: "a secret for measuring, nothing else",
    RATE_LOGIN: "1000000/60",
    QUOTA_OPEN_ORDERS: "1000000",
    ...bindings,
  };
  return start(filesOf(BUNDLE), settings, undefined, place);
}

export function startBare() {
  const objects = { ROOMS: { className: "Room", useSQLite: true } };
  const files = ["bench/bare-worker.mjs", "bench/bare-apps.mjs"].map((path) => join(root, path));
  return start(files, {}, objects);
}

/** A Worker that does nothing, with the product's objects: what a cold start costs without a script. */
export function startEmpty() {
  return start([join(root, "bench/empty-worker.mjs")], {});
}

/** Starts a Miniflare with the bindings of wrangler.toml and a migrated database. */
async function start(files, bindings, durableObjects, place) {
  const folder = place?.folder ?? mkdtempSync(join(tmpdir(), "caravan-bench-"));
  const isFresh = readdirSync(folder).length === 0;
  const { workerOptions } = unstable_getMiniflareWorkerOptions(join(root, "wrangler.toml"));
  const { modulesRules: _, ratelimits, ...options } = workerOptions;
  const before = childrenOf(process.pid);
  const startedAt = performance.now();
  const product = {
    ...options,
    name: "bench",
    modulesRoot: dirname(files[0]),
    modules: [
      ...(place?.front ? [place.front].flat() : []),
      ...files.map((path) => ({ type: "ESModule", path })),
    ],
    bindings: { ...options.bindings, ...bindings },
    ratelimits: Object.fromEntries(
      Object.entries(ratelimits).map(([name, { namespace_id, simple }]) => [
        name,
        // The coarse rate limit allows everything; only its cost is measured.
        { namespace_id, simple: { ...simple, limit: 1e9 } },
      ]),
    ),
    durableObjects: durableObjects ?? options.durableObjects,
    serviceBindings: { ...options.serviceBindings, ...place?.services },
    // No weather, and no other answer from outside; unless this machine's network is wanted.
    ...(place?.network ? {} : { outboundService: () => Response.json({}) }),
  };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [product, ...(place?.beside?.(product) ?? [])],
      resourcePersistencePath: folder,
      ...(place ? { host: "127.0.0.1", port: place.port, inspectorPort: place.inspectorPort } : {}),
      cf: false,
      log: new Log(LogLevel.ERROR),
    }),
  );
  const origin = (await miniflare.ready).origin;
  await (await fetch(`${origin}/nowhere`)).text();
  const coldStart = performance.now() - startedAt;
  const [pid] = childrenOf(process.pid).filter((child) => !before.includes(child));
  const coldStartCpu = cpuOf(pid);
  const database = await miniflare.getD1Database("DB");
  if (isFresh) for (const statement of migrations()) await database.prepare(statement).run();
  return {
    origin,
    database,
    miniflare,
    coldStart,
    coldStartCpu,
    cpu: () => cpuOf(pid),
    memory: () => memoryOf(pid),
    async stop() {
      await miniflare.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function migrations() {
  const folder = join(root, "migrations");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("--> statement-breakpoint"))
    .filter((statement) => statement.trim());
}

/** Returns the ids of a process's children; none without /proc. */
function childrenOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  } catch {
    return [];
  }
}

/** Returns the CPU time that a process has used, in ms; NaN without /proc. Other programs change it only a little. */
function cpuOf(pid) {
  try {
    const words = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [user, system] = words
      .slice(words.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13);
    return (Number(user) + Number(system)) * 10;
  } catch {
    return Number.NaN;
  }
}

/** Bytes of memory that a process holds; NaN where there is no /proc. */
function memoryOf(pid) {
  try {
    const [, kib] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kib) * 1024;
  } catch {
    return Number.NaN;
  }
}
