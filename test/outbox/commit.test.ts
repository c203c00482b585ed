/** `commit`: a change and its effects are stored together or not at all. */
import { sql } from "drizzle-orm";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { beforeAll, expect, test, vi } from "vitest";
import { isUniqueViolation, runBatch } from "../../src/platform/db/client.ts";
import { commit, type Effect } from "../../src/platform/db/outbox.ts";
import type { JobMessage, RequestContext } from "../../src/platform/runtime.ts";
import { rows, unique } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";

const things = sqliteTable("test_things", {
  id: integer("id").primaryKey(),
  name: text("name").notNull().unique(),
  state: text("state").notNull().default("new"),
});

beforeAll(async () => {
  await rows(
    "CREATE TABLE IF NOT EXISTS test_things (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, state TEXT NOT NULL DEFAULT 'new')",
  );
});

/** A context whose queue only records its messages. */
function watched(fail = false) {
  const queued: string[][] = [];
  const { ctx, finished } = jobContext();
  const queue = {
    async sendBatch(messages: Iterable<{ body: JobMessage }>) {
      if (fail) throw new Error("the queue is down");
      queued.push([...messages].map(({ body }) => body.outbox));
    },
  } as unknown as Queue<JobMessage>;
  return { ctx: { ...ctx, runtime: { ...ctx.runtime, queue } }, queued, finished };
}

const insert = (ctx: RequestContext, name: string) => ctx.db.insert(things).values({ name }).returning();
const effectFor = (address: string): Effect => ({ kind: "test", address, payload: { word: "é\"'\n", n: 1 } });
const effectsOf = (address: string) =>
  rows<{ id: string; payload: string; status: string; attempts: number }>(
    "SELECT id, payload, status, attempts FROM outbox WHERE address = ?",
    address,
  );
const named = (name: string) => rows("SELECT state FROM test_things WHERE name = ?", name);

test("A change, its effects and dependent statements are stored together, then sent to the queue.", async () => {
  const { ctx, queued, finished } = watched();
  const [name, address] = [unique("thing"), unique("address")];
  const later = ctx.db.update(things).set({ state: "done" }).where(sql`${things.name} = ${name}`);
  const result = await commit(ctx, insert(ctx, name), [effectFor(address), effectFor(address)], [later]);
  await finished();
  expect(result).toMatchObject([{ name, state: "new" }]);
  expect(await named(name)).toEqual([{ state: "done" }]);
  const effects = await effectsOf(address);
  expect(effects).toHaveLength(2);
  for (const effect of effects) {
    expect(JSON.parse(effect.payload)).toEqual({ word: "é\"'\n", n: 1 });
    expect(effect).toMatchObject({ status: "pending", attempts: 0 });
  }
  expect(queued.flat().sort()).toEqual(effects.map(({ id }) => id).sort());
});

test("A change that affects no row returns null and writes nothing.", async () => {
  const { ctx, queued, finished } = watched();
  const [name, address] = [unique("thing"), unique("address")];
  const change = ctx.db.update(things).set({ state: "moved" }).where(sql`${things.name} = ${name}`);
  const result = await commit(ctx, change, [effectFor(address)], [insert(ctx, name)]);
  await finished();
  expect(result).toBeNull();
  expect(await effectsOf(address)).toEqual([]);
  expect(await named(name)).toEqual([]);
  expect(queued).toEqual([]);
});

test("A change without effects that affects no row is refused too.", async () => {
  const { ctx, queued } = watched();
  const name = unique("thing");
  const nothing = ctx.db.delete(things).where(sql`${things.name} = ${name}`);
  expect(await commit(ctx, nothing, [], [insert(ctx, name)])).toBeNull();
  expect(await named(name)).toEqual([]);
  expect(await commit(ctx, insert(ctx, name), [])).toMatchObject([{ name }]);
  expect(queued).toEqual([]);
});

test("A change that affects fewer rows than required is rolled back.", async () => {
  const { ctx } = watched();
  const [first, second, address] = [unique("thing"), unique("thing"), unique("address")];
  await ctx.db.insert(things).values([{ name: first }, { name: second }]);
  const change = () =>
    ctx.db
      .update(things)
      .set({ state: "moved" })
      .where(sql`${things.name} IN (${first}, ${second}) AND ${things.state} = 'new'`);
  expect(await commit(ctx, change(), [effectFor(address)], [], 3)).toBeNull();
  expect(await named(first)).toEqual([{ state: "new" }]);
  expect(await effectsOf(address)).toEqual([]);
  expect(await commit(ctx, change(), [effectFor(address)], [], 2)).not.toBeNull();
  expect(await named(second)).toEqual([{ state: "moved" }]);
});

test.each([
  ["the change", true],
  ["a dependent statement", false],
])("When %s breaks a constraint everything is rolled back and the error is thrown.", async (_, inChange) => {
  const { ctx, queued, finished } = watched();
  const [taken, name, address] = [unique("thing"), unique("thing"), unique("address")];
  await ctx.db.insert(things).values({ name: taken });
  const failing = insert(ctx, taken);
  const fine = insert(ctx, name);
  const attempt = inChange
    ? commit(ctx, failing, [effectFor(address)], [fine])
    : commit(ctx, fine, [effectFor(address)], [failing]);
  await expect(attempt).rejects.toSatisfy((error) => isUniqueViolation(error, "test_things.name"));
  await finished();
  expect(await named(name)).toEqual([]);
  expect(await effectsOf(address)).toEqual([]);
  expect(queued).toEqual([]);
});

test("Of two concurrent commits of the same transition one succeeds, with one effect.", async () => {
  const { ctx } = watched();
  const [name, address] = [unique("thing"), unique("address")];
  await ctx.db.insert(things).values({ name });
  const take = () =>
    commit(
      ctx,
      ctx.db
        .update(things)
        .set({ state: "taken" })
        .where(sql`${things.name} = ${name} AND ${things.state} = 'new'`)
        .returning(),
      [effectFor(address)],
    );
  const results = await Promise.all([take(), take(), take()]);
  expect(results.filter((result) => result !== null)).toHaveLength(1);
  expect(await effectsOf(address)).toHaveLength(1);
});

test("More effects than a statement has parameters are stored in one statement, and sent to the queue by the hundred.", async () => {
  const { ctx, queued, finished } = watched();
  const [name, address] = [unique("thing"), unique("address")];
  const effects = Array.from({ length: 250 }, () => effectFor(address));
  expect(await commit(ctx, insert(ctx, name), effects)).not.toBeNull();
  await finished();
  expect(await effectsOf(address)).toHaveLength(250);
  expect(queued.map((batch) => batch.length)).toEqual([100, 100, 50]);
});

test("A queue that is down loses nothing: the change is stored and its rows wait for the sweep.", async () => {
  const warnings = vi.spyOn(console, "warn").mockImplementation(() => {});
  const { ctx, finished } = watched(true);
  const [name, address] = [unique("thing"), unique("address")];
  expect(await commit(ctx, insert(ctx, name), [effectFor(address)])).not.toBeNull();
  await finished();
  expect(await effectsOf(address)).toMatchObject([{ status: "pending", attempts: 0 }]);
  expect(warnings).toHaveBeenCalledOnce();
  warnings.mockRestore();
});

test("A batch returns each statement's result, also of raw ones.", async () => {
  const { ctx } = watched();
  const name = unique("thing");
  const [made, raw, updated] = await runBatch(ctx.db, [
    insert(ctx, name),
    ctx.db.run(sql`SELECT ${name} AS name, ${1} + 1 AS two`),
    ctx.db.update(things).set({ state: "x" }).where(sql`${things.name} = ${name}`),
  ]);
  expect(made).toMatchObject([{ name, state: "new" }]);
  expect(raw).toMatchObject({ results: [{ name, two: 2 }] });
  expect(updated).toMatchObject({ meta: { changes: 1 } });
});

test("A change on its own is one statement, and null when it changed no row.", async () => {
  const { ctx } = watched();
  const name = unique("thing");
  const batch = vi.spyOn(ctx.db.$client, "batch");
  expect(await commit(ctx, insert(ctx, name), [])).toMatchObject([{ name, state: "new" }]);
  const done = (from: string) =>
    ctx.db.update(things).set({ state: "done" }).where(sql`${things.name} = ${name} AND state = ${from}`);
  expect(await commit(ctx, done("new"), [])).not.toBeNull();
  expect(await commit(ctx, done("new"), [])).toBeNull();
  expect(await commit(ctx, done("new").returning(), [])).toBeNull();
  expect(await commit(ctx, done("done").returning(), [])).toMatchObject([{ name }]);
  for (const [statements] of batch.mock.calls) expect(statements).toHaveLength(1);
});
