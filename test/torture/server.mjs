// The product in a process of its own, to be killed: takes its orders from the parent. See world.ts.
import { join } from "node:path";
import { startProduct } from "../../bench/platform.mjs";
import { root } from "../../scripts/setup/environment.mjs";
import { twoVersions } from "./versions.mjs";

const [port, folder, generation] = process.argv.slice(2);
const settings = {
  // Many sign-ups at once: the real algorithm at a fraction of its cost.
  PASSWORD_COST: "1024/8/1",
  RATE_REGISTRATION: "1000000/60",
  ...JSON.parse(process.env.TORTURE_SETTINGS ?? "{}"),
};
/**
 * Runs SQL from inside. A call through Miniflare's own proxy blocks this process until it is answered, and the server
 * may just be blocked on a line that it logs to us: then both wait for ever.
 */
const control = {
  name: "control",
  modules: [
    {
      type: "ESModule",
      path: "control.mjs",
      contents: `export default {
        async fetch(request, { DB }) {
          const { sql, values } = await request.json();
          return Response.json((await DB.prepare(sql).bind(...values).all()).results);
        },
      }`,
    },
  ],
  compatibilityDate: "2026-10-20",
  routes: ["control.test/*"],
};
/** What rooms tell inboxes gets lost: one push in eight on its way there, one answer in eight on its way back. */
const LOSSY = `
  const { relay } = InboxRoom.prototype;
  const maybeLose = () => {
    if (Math.random() < 1 / 8) throw new Error("lost");
  };
  InboxRoom.prototype.relay = async function (...told) {
    maybeLose();
    const answer = await relay.apply(this, told);
    maybeLose();
    return answer;
  };`;
const BUNDLE = join(root, "dist/bench");
const oneVersion = {
  front: {
    type: "ESModule",
    path: join(BUNDLE, "front.js"),
    contents: `import worker, { InboxRoom } from "./index.js"; export * from "./index.js"; export default worker; ${LOSSY}`,
  },
};
const { beside, ...version } =
  generation === undefined ? oneVersion : twoVersions(Number(generation), BUNDLE, LOSSY);
const place = {
  port: Number(port),
  folder,
  ...version,
  network: settings.OUTBOUND_LOOPBACK === "on",
  beside: (product) => [
    { ...control, d1Databases: product.d1Databases },
    ...(beside ? [beside(product)] : []),
  ],
};
const product = await startProduct(place, settings);

async function query(sql, values = []) {
  const body = JSON.stringify({ sql, values });
  const answer = await product.miniflare.dispatchFetch("http://control.test/", { method: "POST", body });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

/** Order → what it does; its answer goes back. */
const orders = {
  /** Throws an object out of memory: with `close` its sockets go too, as when a deploy or an error ends it. */
  evict: ({ className, name, close }) =>
    product.miniflare.unsafeEvictDurableObject("bench", className, {
      name,
      ...(close ? { webSockets: "close" } : {}),
    }),
  /** The database refuses a table's rows, or takes them again. */
  refuse: ({ table }) =>
    query(
      `CREATE TRIGGER IF NOT EXISTS refuse_${table} BEFORE INSERT ON ${table} BEGIN SELECT RAISE(FAIL, 'refused'); END`,
    ),
  /** What the clock does each minute. */
  minute: async () => (await product.miniflare.getWorker("bench")).scheduled({ cron: "* * * * *" }),
  accept: ({ table }) => query(`DROP TRIGGER IF EXISTS refuse_${table}`),
  query: ({ sql, values }) => query(sql, values),
};

process.on("message", async ({ id, order, ...details }) => {
  try {
    process.send({ id, answer: (await orders[order](details)) ?? null });
  } catch (error) {
    process.send({ id, error: String(error) });
  }
});
process.send({ ready: true });
