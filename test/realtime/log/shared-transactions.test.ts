/** Transactions that many rooms share: what waits goes together, and what fails, fails only for itself. */
import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { archiveTogether } from "../../../src/platform/realtime/log/archive/archivist.ts";
import {
  type BoundStatement,
  SharedTransactions,
} from "../../../src/platform/realtime/log/archive/shared-transactions.ts";
import { jobContext } from "../../harness/job-context.ts";

const one = (name: string): BoundStatement[] => [{ sql: name, params: [] }];

/** Shared transactions whose database answers when the test says so. */
function pool() {
  const runs: { names: string[]; answer: (fails?: RegExp) => void }[] = [];
  const shared = new SharedTransactions<string>(
    (statements) =>
      new Promise((resolve, reject) => {
        const names = statements.map(({ sql }) => sql);
        const answer = (fails?: RegExp) =>
          names.some((name) => fails?.test(name)) ? reject(new Error("refused")) : resolve([...names]);
        runs.push({ names, answer });
      }),
  );
  const turn = async () => {
    for (let n = 0; n < 20; n++) await Promise.resolve();
  };
  return { shared, runs, turn };
}

describe("shared transactions", () => {
  test("A room on its own does not wait; those that ask meanwhile share the next transaction, and each gets its own results.", async () => {
    const { shared, runs, turn } = pool();
    const first = shared.add(one("a"));
    expect(runs.map(({ names }) => names)).toEqual([["a"]]);
    const others = [shared.add([...one("b1"), ...one("b2")]), shared.add(one("c")), shared.add(one("d"))];
    runs[0]?.answer();
    await turn();
    expect(runs[1]?.names).toEqual(["b1", "b2", "c", "d"]);
    runs[1]?.answer();
    expect(await first).toEqual({ ok: true, results: ["a"] });
    expect(await Promise.all(others)).toEqual(
      [["b1", "b2"], ["c"], ["d"]].map((results) => ({ ok: true, results })),
    );
  });

  test("When a shared transaction fails, each room is tried alone, and only the bad one fails.", async () => {
    const { shared, runs, turn } = pool();
    const all = [shared.add(one("a")), shared.add(one("bad")), shared.add(one("c"))];
    runs[0]?.answer();
    await turn();
    while (runs.length < 4) {
      runs.at(-1)?.answer(/bad/);
      await turn();
    }
    runs.at(-1)?.answer(/bad/);
    expect(runs.map(({ names }) => names)).toEqual([["a"], ["bad", "c"], ["bad"], ["c"]]);
    expect(await Promise.all(all)).toEqual([
      { ok: true, results: ["a"] },
      { ok: false, reason: "refused" },
      { ok: true, results: ["c"] },
    ]);
  });

  test("A transaction takes no more than it may; the rest goes with the next one.", async () => {
    const { shared, runs, turn } = pool();
    const large = (name: string) => shared.add([{ sql: name, params: ["x".repeat(1_500_000)] }]);
    const all = [shared.add(one("a")), ...["b", "c", "d", "e"].map(large)];
    for (let n = 0; n < 3; n++) {
      runs[n]?.answer();
      await turn();
    }
    expect(runs.map(({ names }) => names)).toEqual([["a"], ["b", "c"], ["d", "e"]]);
    expect((await Promise.all(all)).every(({ ok }) => ok)).toBe(true);
  });
});

describe("archivists", () => {
  test("An archivist writes to the database, returns rows and changes, and takes text, numbers, null and bytes.", async () => {
    const { ctx } = jobContext();
    await env.DB.exec("CREATE TABLE archived (id INTEGER PRIMARY KEY, value BLOB)");
    try {
      const bytes = new Uint8Array([1, 2, 250]);
      const [written, read] = (await archiveTogether(ctx, "chat:1", [
        ctx.db.run(sql`INSERT INTO archived VALUES (1, ${"text"}), (2, ${bytes}), (3, ${null}), (4, ${1.5})`),
        ctx.db.run(sql`SELECT typeof(value) AS type FROM archived ORDER BY id`),
      ])) as D1Result<{ type: string }>[];
      expect(written?.meta.changes).toBe(4);
      expect(read?.results.map(({ type }) => type)).toEqual(["text", "blob", "null", "real"]);
    } finally {
      await env.DB.exec("DROP TABLE archived");
    }
  });

  test("A room whose statements the database refuses hears why, those of other rooms are written.", async () => {
    const { ctx } = jobContext();
    await env.DB.exec("CREATE TABLE archived (room TEXT PRIMARY KEY)");
    try {
      const write = (room: string, table: string) =>
        archiveTogether(ctx, room, [ctx.db.run(sql`INSERT INTO ${sql.raw(table)} VALUES (${room})`)]);
      const rooms = Array.from({ length: 30 }, (_, n) => `chat:${n}`);
      const ends = await Promise.allSettled(
        rooms.map((room, n) => write(room, n === 7 ? "no_such_table" : "archived")),
      );
      expect(ends.flatMap(({ status }, n) => (status === "rejected" ? [n] : []))).toEqual([7]);
      expect(String((ends[7] as PromiseRejectedResult).reason)).toContain("no_such_table");
      const { results } = await env.DB.prepare("SELECT count(*) AS n FROM archived").all();
      expect(results).toEqual([{ n: 29 }]);
    } finally {
      await env.DB.exec("DROP TABLE archived");
    }
  });
});
