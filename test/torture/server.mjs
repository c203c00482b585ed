// The product in a process of its own, to be killed: takes its orders from the parent. See world.ts.
import { startProduct } from "../../bench/platform.mjs";

const [port, folder] = process.argv.slice(2);
const settings = {
  // Many sign-ups at once: the real algorithm at a fraction of its cost.
  PASSWORD_COST: "1024/8/1",
  RATE_REGISTRATION: "1000000/60",
};
const product = await startProduct({ port: Number(port), folder }, settings);

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
    product.database
      .prepare(
        `CREATE TRIGGER IF NOT EXISTS refuse_${table} BEFORE INSERT ON ${table} BEGIN SELECT RAISE(FAIL, 'refused'); END`,
      )
      .run(),
  accept: ({ table }) => product.database.prepare(`DROP TRIGGER IF EXISTS refuse_${table}`).run(),
  query: async ({ sql, values }) =>
    (
      await product.database
        .prepare(sql)
        .bind(...(values ?? []))
        .all()
    ).results,
  /** What cron does each minute. */
  tick: async () => {
    const worker = await product.miniflare.getWorker();
    await worker.scheduled({ cron: "* * * * *" });
  },
};

process.on("message", async ({ id, order, ...details }) => {
  try {
    process.send({ id, answer: (await orders[order](details)) ?? null });
  } catch (error) {
    process.send({ id, error: String(error) });
  }
});
process.send({ ready: true });
