/** Objects whose storage an older version of the journal has written. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { Journal } from "../../../src/platform/realtime/log/journal/journal.ts";
import { unique } from "../../harness/api.ts";
import { upTo } from "../../harness/rooms.ts";

/** The tables as they were until the end of November 2026, with entries, refs and facts. */
const OLD = `
  CREATE TABLE IF NOT EXISTS entries (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, author INTEGER NOT NULL, ref TEXT, kind TEXT NOT NULL, body TEXT NOT NULL);
  CREATE UNIQUE INDEX IF NOT EXISTS entries_ref ON entries (author, ref) WHERE ref IS NOT NULL;
  CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  INSERT OR REPLACE INTO facts (name, value) VALUES ('epoch', '0a1b2c3d'), ('archived', '700'), ('room', 'event:1');`;

const addOld = (sql: SqlStorage, first: number, last: number) => {
  for (const seq of upTo(last, first))
    sql.exec(
      "INSERT INTO entries (seq, at, author, ref, kind, body) VALUES (?, ?, 7, ?, 'message', ?)",
      seq,
      seq,
      seq % 2 === 0 ? `r${seq}` : null,
      JSON.stringify({ text: `number ${seq}` }),
    );
};

function onOld(work: (open: () => Journal, sql: SqlStorage) => void): Promise<void> {
  const stub = env.EVENT_ROOMS.getByName(`event:${unique("old")}`);
  return runInDurableObject(stub, (_, { storage: { sql } }) => {
    sql.exec(OLD);
    // The oldest entries were pruned.
    addOld(sql, 401, 800);
    work(() => new Journal(sql), sql);
  });
}

test("An older object opens with its epoch, its entries, its facts and its archive.", async () => {
  await onOld((open, sql) => {
    for (const journal of [open(), open()]) {
      expect(journal).toMatchObject({ epoch: "0a1b2c3d", head: 800, archived: 700 });
      expect(journal.fact("room")).toBe("event:1");
      expect(journal.after(0, 1000).map(({ seq }) => seq)).toEqual(upTo(800, 401));
      expect(journal.latest(1)).toEqual([
        { seq: 800, at: 800, author: 7, ref: "r800", kind: "message", body: { text: "number 800" } },
      ]);
      expect(journal.unarchived(1000, 1e6).map(({ seq }) => seq)).toEqual(upTo(800, 701));
    }
    const tables = sql.exec("SELECT name, sql FROM sqlite_master WHERE name LIKE 'facts%'").toArray();
    expect(tables).toEqual([{ name: "facts", sql: expect.stringContaining("WITHOUT ROWID") }]);
  });
});

test("A ref that an older version stored is still a repeat.", async () => {
  await onOld((open) => {
    const journal = open();
    const draft = (ref: string) => ({ author: 7, ref, kind: "message", body: {} });
    expect(journal.append([draft("r402")], 900)[0]).toMatchObject({ repeated: true, entry: { seq: 402 } });
    expect(journal.append([draft("new")], 900)[0]).toMatchObject({ repeated: false, entry: { seq: 801 } });
    expect(open().append([draft("r800")], 900)[0]).toMatchObject({ repeated: true, entry: { seq: 800 } });
  });
});

test("An older version that writes again, during a rolling update, loses nothing and is opened again.", async () => {
  await onOld((open, sql) => {
    const journal = open();
    journal.append([{ author: 7, ref: "new", kind: "message", body: {} }], 900);
    journal.markArchived(801);
    journal.checkpoint();
    sql.exec(OLD.replace("'700'", "'803'"));
    addOld(sql, 802, 804);
    const again = open();
    expect(again).toMatchObject({ epoch: "0a1b2c3d", head: 804, archived: 803 });
    for (const ref of ["new", "r402", "r802"]) expect(again.holds(7, ref)).toBe(true);
  });
});
