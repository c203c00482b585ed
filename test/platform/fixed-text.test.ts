/** A statement with a fixed text reads what the query itself reads, with any values, alone and in a batch. */
import { env } from "cloudflare:workers";
import { aliasedTable, and, eq, gt, sql } from "drizzle-orm";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { beforeAll, expect, test } from "vitest";
import { atPrimary, runBatch } from "../../src/platform/db/client.ts";
import { fixedText, runFixed } from "../../src/platform/db/fixed-text.ts";

const things = sqliteTable("fixed_things", {
  id: integer("id").primaryKey(),
  isOld: integer("is_old", { mode: "boolean" }).notNull(),
  name: text("name"),
});
const fields = {
  id: things.id,
  isOld: things.isOld,
  twice: sql<number>`id * 2`.mapWith(Number),
  name: things.name,
};

beforeAll(async () => {
  await env.DB.exec(
    "CREATE TABLE IF NOT EXISTS fixed_things (id INTEGER PRIMARY KEY, is_old INTEGER NOT NULL, name TEXT)",
  );
  await env.DB.exec("INSERT OR IGNORE INTO fixed_things VALUES (1, 0, 'one'), (2, 1, NULL), (3, 1, 'three')");
});

let writings = 0;
const old = fixedText<{ isOld: boolean; after: number; limit: number }, { id: number }[]>((db, value) => {
  writings += 1;
  return db
    .select(fields)
    .from(things)
    .where(and(eq(things.isOld, value("isOld")), gt(things.id, value("after"))))
    .orderBy(things.id)
    .limit(value("limit"));
});

test("It gives the same rows as the query, converted alike.", async () => {
  const db = atPrimary(env.DB);
  const query = await db.select(fields).from(things).where(eq(things.isOld, true)).orderBy(things.id);
  expect(query).toEqual([
    { id: 2, isOld: true, twice: 4, name: null },
    { id: 3, isOld: true, twice: 6, name: "three" },
  ]);
  expect(await runFixed(db, old({ isOld: true, after: 0, limit: -1 }))).toEqual(query);
});

test("A table's columns in an object, an alias and a joined table that is missing are read as the query reads them.", async () => {
  const db = atPrimary(env.DB);
  const nested = (from: typeof db) =>
    from
      .select({ thing: things, loud: sql<string>`upper(name)`.as("loud") })
      .from(things)
      .orderBy(things.id);
  const next = aliasedTable(things, "next");
  const joined = (from: typeof db) =>
    from
      .select({ thing: things, next })
      .from(things)
      .leftJoin(next, eq(next.id, sql`${things.id} + 1`))
      .orderBy(things.id);
  const found = await nested(db);
  expect(found[0]).toEqual({ thing: { id: 1, isOld: false, name: "one" }, loud: "ONE" });
  expect(
    await runFixed(db, fixedText<Record<string, never>, typeof found>((writer) => nested(writer))({})),
  ).toEqual(found);
  expect(
    await runBatch(db, [fixedText<Record<string, never>, typeof found>((writer) => nested(writer))({})]),
  ).toEqual([found]);
  const pairs = await joined(db);
  expect(pairs.map(({ next }) => next)).toEqual([
    { id: 2, isOld: true, name: null },
    { id: 3, isOld: true, name: "three" },
    null,
  ]);
  expect(
    await runFixed(db, fixedText<Record<string, never>, typeof pairs>((writer) => joined(writer))({})),
  ).toEqual(pairs);
});

test("Each use has its own values, and the text is written once.", async () => {
  const db = atPrimary(env.DB);
  const ids = async (values: Parameters<typeof old>[0]) =>
    (await runFixed(db, old(values))).map(({ id }) => id);
  expect(await ids({ isOld: true, after: 2, limit: 9 })).toEqual([3]);
  expect(await ids({ isOld: true, after: 0, limit: 1 })).toEqual([2]);
  expect(await ids({ isOld: false, after: 0, limit: 9 })).toEqual([1]);
  expect(writings).toBe(1);
});

test("The text of a raw statement is written once, too, and its values are bound as they are.", async () => {
  const db = atPrimary(env.DB);
  let texts = 0;
  const counting = {
    getSQL() {
      texts += 1;
      return sql`name`;
    },
  };
  const rename = fixedText<{ id: number; name: string | null }, unknown>((writer, value) =>
    writer.run(
      sql`UPDATE fixed_things SET name = ${value("name")} WHERE id = ${value("id")} RETURNING ${counting}`,
    ),
  );
  const [first, second, third] = await runBatch(db, [
    rename({ id: 1, name: "one" }),
    rename({ id: 2, name: 'it\'s "second"' }),
    rename({ id: 2, name: null }),
  ]);
  expect(first).toMatchObject({ results: [{ name: "one" }] });
  expect(second).toMatchObject({ results: [{ name: 'it\'s "second"' }] });
  expect(third).toMatchObject({ results: [{ name: null }] });
  expect(texts).toBe(1);
});

test("In a batch it stands beside other statements.", async () => {
  const db = atPrimary(env.DB);
  const [one, two, three] = await runBatch(db, [
    old({ isOld: false, after: 0, limit: 9 }),
    db.select({ id: things.id }).from(things).where(eq(things.name, "three")),
    old({ isOld: true, after: 2, limit: 9 }),
  ]);
  expect(one).toEqual([{ id: 1, isOld: false, twice: 2, name: "one" }]);
  expect(two).toEqual([{ id: 3 }]);
  expect(three).toEqual([{ id: 3, isOld: true, twice: 6, name: "three" }]);
});

test("A value that is missing is an error, not NULL.", async () => {
  const incomplete = { isOld: true, after: 0 } as unknown as Parameters<typeof old>[0];
  await expect(runFixed(atPrimary(env.DB), old(incomplete))).rejects.toThrow("limit");
});
