/** The journal alone, on the SQLite of a new object: positions, refs, times, and which positions it covers. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { Journal } from "../../../src/platform/realtime/log/journal/journal.ts";
import { WINDOW } from "../../../src/platform/realtime/log/journal/window.ts";
import { unique } from "../../harness/api.ts";
import { upTo } from "../../harness/rooms.ts";
import { draft, drafts, onStorage } from "./on-storage.ts";

test("Positions start at 1 and rise by one per entry, across batches and reopening.", async () => {
  await onStorage((open) => {
    const journal = open();
    expect(journal.head).toBe(0);
    expect(journal.append(drafts(3), 1000).map(({ entry }) => entry.seq)).toEqual([1, 2, 3]);
    expect(journal.append(drafts(1), 1001).map(({ entry }) => entry.seq)).toEqual([4]);
    expect(
      open()
        .append(drafts(2), 1002)
        .map(({ entry }) => entry.seq),
    ).toEqual([5, 6]);
    expect(
      open()
        .after(0, 100)
        .map(({ seq }) => seq),
    ).toEqual(upTo(6));
  });
});

test("An entry is read back as it was stored.", async () => {
  await onStorage((open) => {
    const body = { text: "Привет 🚚 \u0000 \ud800", nested: [1, null, { a: true }] };
    open().append([draft("", { author: 7, ref: "r", kind: "notice", body })], 1234);
    expect(open().after(0, 1)).toEqual([{ seq: 1, at: 1234, author: 7, ref: "r", kind: "notice", body }]);
  });
});

test("The same ref of the same author is stored once and returns the first entry.", async () => {
  await onStorage((open) => {
    const journal = open();
    const first = journal.append([draft("first", { ref: "a" })], 1000);
    const again = journal.append([draft("second", { ref: "a" }), draft("third", { ref: "b" })], 2000);
    expect(first[0]).toMatchObject({ repeated: false, entry: { seq: 1 } });
    expect(again[0]).toMatchObject({ repeated: true, entry: { seq: 1, at: 1000, body: { text: "first" } } });
    expect(again[1]).toMatchObject({ repeated: false, entry: { seq: 2 } });
    expect(journal.head).toBe(2);
  });
});

test("A ref repeated within one batch is stored once.", async () => {
  await onStorage((open) => {
    const twice = open().append([draft("x", { ref: "a" }), draft("y", { ref: "a" }), draft("z")], 1);
    expect(twice.map(({ entry, repeated }) => [entry.seq, repeated])).toEqual([
      [1, false],
      [1, true],
      [2, false],
    ]);
  });
});

test("Two authors may use the same ref, and an entry without a ref is never a repeat.", async () => {
  await onStorage((open) => {
    const stored = open().append(
      [draft("x", { ref: "a" }), draft("y", { ref: "a", author: 2 }), draft("z"), draft("z")],
      1,
    );
    expect(stored.map(({ repeated }) => repeated)).toEqual([false, false, false, false]);
  });
});

test("The times of entries never go back, whatever the clock does.", async () => {
  await onStorage((open) => {
    const journal = open();
    journal.append(drafts(1), 5000);
    journal.append(drafts(1), 4000);
    open().append(drafts(1), 3000);
    open().append(drafts(1), 6000);
    expect(
      open()
        .after(0, 9)
        .map(({ at }) => at),
    ).toEqual([5000, 5000, 5000, 6000]);
  });
});

test("An append that fails half-way leaves no position taken and no row behind.", async () => {
  const stub = env.EVENT_ROOMS.getByName(`event:${unique("journal")}`);
  await runInDurableObject(stub, (_, { storage }) => {
    const journal = new Journal(storage.sql);
    journal.append(drafts(1), 1);
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    const bad = [draft("fine", { ref: "a" }), draft("", { body: cyclic })];
    expect(() => storage.transactionSync(() => journal.append(bad, 2))).toThrow();
    expect(journal.head).toBe(1);
    const [next] = journal.append([draft("fine", { ref: "a" })], 3);
    expect(next).toMatchObject({ repeated: false, entry: { seq: 2 } });
    expect(journal.after(0, 9).map(({ seq }) => seq)).toEqual([1, 2]);
  });
});

test("An entry that fails alone, without a transaction, takes no position and leaves no row, also where a page of refs is full.", async () => {
  await onStorage((open, sql) => {
    const journal = open();
    for (let n = 1; n <= 256; n++) journal.append([draft(String(n), { ref: `r${n}` })], n);
    sql.exec(`CREATE TRIGGER refuse BEFORE INSERT ON entries WHEN NEW.kind = 'bad'
      BEGIN SELECT RAISE(ABORT, 'refused'); END`);
    expect(() => journal.append([draft("", { ref: "r257", kind: "bad" })], 300)).toThrow("refused");
    for (const each of [journal, open()]) {
      expect(each.head).toBe(256);
      expect(each.holds(1, "r257")).toBe(false);
      expect(each.holds(1, "r1")).toBe(true);
    }
    const [next] = journal.append([draft("fine", { ref: "r257" })], 301);
    expect(next).toMatchObject({ repeated: false, entry: { seq: 257 } });
    expect(open().holds(1, "r257")).toBe(true);
    expect(
      open()
        .after(255, 9)
        .map(({ seq }) => seq),
    ).toEqual([256, 257]);
  });
});

test.each([
  { epoch: "ours", since: 0, covered: true, why: "all there is" },
  { epoch: "ours", since: 3, covered: true, why: "some were missed" },
  { epoch: "ours", since: 5, covered: true, why: "nothing was missed" },
  { epoch: "ours", since: 6, covered: false, why: "ahead of the room" },
  { epoch: "ours", since: -1, covered: false, why: "no position" },
  { epoch: "foreign", since: 3, covered: false, why: "another journal's position" },
  { epoch: "foreign", since: 0, covered: false, why: "another journal's beginning" },
  { epoch: "foreign", since: 5, covered: false, why: "another journal's head" },
  { epoch: null, since: 0, covered: true, why: "from the beginning, whatever journal" },
  { epoch: null, since: 3, covered: false, why: "a position of no journal" },
])("The answer of covers($epoch, $since) is $covered: $why.", async ({ epoch, since, covered }) => {
  await onStorage((open) => {
    const journal = open();
    journal.append(drafts(5), 1);
    expect(journal.covers(epoch === "ours" ? journal.epoch : epoch, since)).toBe(covered);
  });
});

test("A position older than the window is not covered; the one just before it is.", async () => {
  await onStorage((open, sql) => {
    const journal = open();
    journal.append(drafts(5), 1);
    sql.exec("DELETE FROM entries WHERE seq <= 2");
    expect(journal.covers(journal.epoch, 1)).toBe(false);
    expect(journal.covers(journal.epoch, 2)).toBe(true);
    expect(journal.covers(null, 0)).toBe(false);
  });
});

test("Refs are found in memory and after reopening, however many entries there are, and forgotten with pruned entries.", async () => {
  await onStorage((open, sql) => {
    const journal = open();
    for (let n = 1; n <= 1000; n++)
      journal.append([draft(String(n), { author: n % 5, ref: n % 7 === 0 ? null : `r${n}` })], n);
    const pages = sql.exec("SELECT first FROM ref_pages ORDER BY first").toArray();
    expect(pages.map(({ first }) => first)).toEqual([1, 257, 513]);
    for (const each of [journal, open()])
      for (let n = 1; n <= 1000; n++) {
        expect(each.holds(n % 5, `r${n}`)).toBe(n % 7 !== 0);
        expect(each.holds((n + 1) % 5, `r${n}`)).toBe(false);
      }
    expect(open().append([draft("", { author: 3, ref: "r3" })], 9)[0]).toMatchObject({ entry: { seq: 3 } });
    journal.markArchived(1000);
    journal.prune(WINDOW.age + 2000);
    expect(journal.holds(1, "r1")).toBe(false);
    expect(open().holds(0, "r995")).toBe(true);
    expect(sql.exec("SELECT first FROM ref_pages ORDER BY first").toArray()).toEqual([{ first: 513 }]);
    expect(open().append([draft("new", { author: 1, ref: "r1" })], 9)[0]).toMatchObject({
      repeated: false,
      entry: { seq: 1001 },
    });
  });
});
