// `npm run bench -- --profile --only=<words>`: where the product's own CPU goes in a workload, by V8's profiler. What the
// platform does for it (databases, queues, sockets) is outside of the profile: the first line says how much that is.
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { basename, relative } from "node:path";
import { WebSocket } from "ws";
import { root } from "../scripts/setup/environment.mjs";
import { table } from "./measure.mjs";

/** How long a workload runs before it is measured, and then, ms. */
const WARM = 1500;
const MEASURED = 4000;
/** The functions and files that are shown. */
const SHOWN = 25;

/** Profiles the product's side of a workload and returns what to print. */
export async function profileOf(name, { work, width = 1 }, product) {
  const inspector = await inspect(await product.miniflare.getInspectorURL());
  await repeat(work.product, width, WARM);
  await inspector.send("Profiler.enable");
  await inspector.send("Profiler.setSamplingInterval", { interval: 200 });
  await inspector.send("Profiler.start");
  const cpu = product.cpu();
  const times = await repeat(work.product, width, MEASURED);
  const spent = product.cpu() - cpu;
  const { profile } = await inspector.send("Profiler.stop");
  inspector.close();
  const { functions, files, own } = shares(profile);
  const each = (ms) => (ms / times).toFixed(3);
  const rows = (shares) =>
    [...shares]
      .sort(([, one], [, other]) => other - one)
      .slice(0, SHOWN)
      .map(([place, ms]) => [place, each(ms), `${((100 * ms) / own).toFixed(1)} %`]);
  return `
${name}: ${each(spent)} ms of CPU for one of ${times}, ${each(own)} ms of it in the script

${table([["ms for one piece of work, by function", "ms", "share"], ...rows(functions)])}

${table([["by file", "ms", "share"], ...rows(files)])}
`;
}

async function repeat(work, width, ms) {
  let times = 0;
  const until = performance.now() + ms;
  const one = async () => {
    for (; performance.now() < until; times++) await work();
  };
  await Promise.all(Array.from({ length: width }, one));
  return times;
}

async function inspect(url) {
  const targets = await (await fetch(new URL("/json", String(url).replace("ws", "http")))).json();
  const { webSocketDebuggerUrl } = targets.find(({ id }) => id.endsWith("bench")) ?? targets[0];
  const socket = new WebSocket(webSocketDebuggerUrl);
  await once(socket, "open");
  let ids = 0;
  const waiting = new Map();
  socket.on("message", (words) => {
    const { id, result, error } = JSON.parse(words);
    if (error) waiting.get(id)?.reject(new Error(error.message));
    else waiting.get(id)?.resolve(result);
    waiting.delete(id);
  });
  return {
    send(method, params = {}) {
      ids += 1;
      socket.send(JSON.stringify({ id: ids, method, params }));
      return new Promise((resolve, reject) => waiting.set(ids, { resolve, reject }));
    },
    close: () => socket.close(),
  };
}

/** Ms by function and by file, and all together, without the idle time. */
function shares({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const functions = new Map();
  const files = new Map();
  let own = 0;
  const add = (map, key, ms) => map.set(key, (map.get(key) ?? 0) + ms);
  for (const [index, id] of samples.entries()) {
    const { callFrame } = byId.get(id);
    const ms = timeDeltas[index] / 1000;
    if (["(idle)", "(program)", "(root)"].includes(callFrame.functionName)) continue;
    own += ms;
    const { name, file } = placeOf(callFrame);
    add(functions, `${name} ${file}`, ms);
    add(files, file.replace(/:\d+$/, ""), ms);
  }
  return { functions, files, own };
}

const maps = new Map();
const places = new Map();

/** The function's name and its place in the source. */
function placeOf({ functionName, url, lineNumber, columnNumber }) {
  const key = `${functionName} ${url}:${lineNumber}:${columnNumber}`;
  const known = places.get(key);
  if (known) return known;
  const found = mapOf(url)?.findEntry(lineNumber, columnNumber);
  const source = found?.originalSource;
  const place = source
    ? { name: found.name ?? functionName, file: `${pathOf(source)}:${found.originalLine + 1}` }
    : { name: functionName, file: basename(url) };
  places.set(key, place);
  return place;
}

function mapOf(url) {
  if (!url) return undefined;
  if (!maps.has(url)) {
    const [path] = ["", "parts/"]
      .map((folder) => `${root}/dist/bench/${folder}${basename(url)}.map`)
      .filter((each) => existsSync(each));
    maps.set(url, path && new SourceMap(JSON.parse(readFileSync(path, "utf8"))));
  }
  return maps.get(url);
}

/** A source's path from the repository's root, or the package's name. */
function pathOf(source) {
  const [, inPackage] =
    source.split("node_modules/").length > 1 ? [null, source.split("node_modules/").at(-1)] : [];
  return inPackage ?? relative("../..", source).replace(/^(\.\.\/)+/, "");
}
