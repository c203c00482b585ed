/** The journal alone, on the SQLite of a new object. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Draft } from "../../../src/platform/realtime/log/entry.ts";
import { Journal } from "../../../src/platform/realtime/log/journal.ts";
import { PRUNED, WINDOW } from "../../../src/platform/realtime/log/window.ts";
import { unique } from "../../harness/api.ts";
import { upTo } from "../../harness/rooms.ts";

/** Lets the callback open a journal any number of times on one empty storage. */
function onStorage(work: (open: () => Journal, sql: SqlStorage) => void): Promise<void> {
  const stub = env.EVENT_ROOMS.getByName(`event:${unique("journal")}`);
  return runInDurableObject(stub, (_, { storage: { sql } }) => work(() => new Journal(sql), sql));
}

const draft = (text: string, more: Partial<Draft> = {}): Draft => ({
  author: 1,
  ref: null,
  kind: "message",
  body: { text },
  ...more,
});
const drafts = (count: number) => Array.from({ length: count }, (_, index) => draft(`number ${index}`));

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

test("Pruning keeps the newest 10,000 entries, and positions continue from the newest.", async () => {
  await onStorage((open) => {
    const journal = open();
    journal.append(drafts(WINDOW.entries + 7), 1000);
    journal.markArchived(WINDOW.entries + 7);
    journal.prune(1000);
    expect(journal.after(0, 1)[0]?.seq).toBe(8);
    const reopened = open();
    expect(reopened.head).toBe(WINDOW.entries + 7);
    expect(reopened.append(drafts(1), 1).at(0)?.entry.seq).toBe(WINDOW.entries + 8);
  });
});

test("Entries that are not archived are never pruned, however old.", async () => {
  await onStorage((open) => {
    const journal = open();
    journal.append(drafts(WINDOW.entries + 400), 0);
    journal.markArchived(3);
    journal.prune(WINDOW.age * 10);
    expect(journal.after(0, 1)[0]?.seq).toBe(4);
  });
});

test("Old archived entries are pruned a few at a time, but the last page always stays.", async () => {
  await onStorage((open) => {
    const journal = open();
    const all = WINDOW.page + PRUNED * 2.5;
    journal.append(drafts(all), 0);
    journal.markArchived(all);
    const counts = [1, 2, 3, 4].map(() => {
      journal.prune(WINDOW.age + 1);
      return journal.after(0, 10_000).length;
    });
    expect(counts).toEqual([all - PRUNED, all - 2 * PRUNED, WINDOW.page, WINDOW.page]);
    expect(open().head).toBe(all);
  });
});

test("Entries of the last 72 hours stay while there are few.", async () => {
  await onStorage((open) => {
    const journal = open();
    journal.append(drafts(1000), 0);
    journal.markArchived(1000);
    journal.prune(WINDOW.age);
    expect(journal.after(0, 1)[0]?.seq).toBe(1);
  });
});

test("A journal keeps its epoch when reopened; a reset gives a new one and starts at 0.", async () => {
  await onStorage((open) => {
    const journal = open();
    const { epoch } = journal;
    expect(epoch).toMatch(/^[0-9a-f]{8}$/);
    journal.append(drafts(3), 1);
    journal.markArchived(2);
    expect(open().epoch).toBe(epoch);
    journal.reset();
    expect(journal).toMatchObject({ head: 0, archived: 0 });
    expect(journal.epoch).not.toBe(epoch);
    expect(open()).toMatchObject({ head: 0, archived: 0, epoch: journal.epoch });
    expect(journal.covers(epoch, 3)).toBe(false);
  });
});

test("An archive batch ends at its limit of rows or characters, but has at least one entry.", async () => {
  await onStorage((open) => {
    const journal = open();
    journal.append([draft("x".repeat(1000)), draft("y".repeat(1000)), ...drafts(5)], 1);
    expect(journal.unarchived(3, 1e6).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(journal.unarchived(100, 2500).map(({ seq }) => seq)).toEqual(upTo(7));
    expect(journal.unarchived(100, 1100).map(({ seq }) => seq)).toEqual([1]);
    expect(journal.unarchived(100, 10).map(({ seq }) => seq)).toEqual([1]);
    journal.markArchived(7);
    expect(journal.unarchived(100, 1e6)).toEqual([]);
  });
});

test("How far the archive is costs no row: the next entry stores it, or a checkpoint.", async () => {
  await onStorage((open, sql) => {
    const written = (work: () => unknown) => {
      const before = sql.exec("SELECT total_changes() AS n").one().n as number;
      work();
      return (sql.exec("SELECT total_changes() AS n").one().n as number) - before;
    };
    const journal = open();
    journal.append(drafts(3), 1);
    expect(written(() => journal.markArchived(3))).toBe(0);
    expect(open().archived).toBe(0);
    expect(written(() => journal.append(drafts(1), 2))).toBe(1);
    expect(open().archived).toBe(3);
    journal.markArchived(4);
    expect(written(() => journal.checkpoint())).toBe(1);
    expect(written(() => journal.checkpoint())).toBe(0);
    expect(open().archived).toBe(4);
  });
});

test("A rollback undoes what the journal knows: its positions, its facts, its refs and its newest entries.", async () => {
  const stub = env.EVENT_ROOMS.getByName(`event:${unique("journal")}`);
  await runInDurableObject(stub, (_, { storage }) => {
    const journal = new Journal(storage.sql);
    journal.append([draft("first")], 1);
    journal.latest(5);
    const failing = () => {
      journal.append([draft("lost", { ref: "a" })], 2);
      journal.setFact("newest", "2");
      throw new Error("no");
    };
    expect(() => storage.transactionSync(failing)).toThrow("no");
    journal.reload();
    expect(journal.head).toBe(1);
    expect(journal.fact("newest")).toBeNull();
    expect(journal.holds(1, "a")).toBe(false);
    expect(journal.latest(5).map(({ body }) => body.text)).toEqual(["first"]);
    expect(journal.append([draft("again", { ref: "a" })], 3)[0]).toMatchObject({ repeated: false });
  });
});

test("The newest entries are the same from memory as from storage, after appends, an erasure and an emptying.", async () => {
  await onStorage((open) => {
    const journal = open();
    const same = (limit: number) => expect(journal.latest(limit)).toEqual(open().latest(limit));
    for (let n = 1; n <= 100; n++) {
      journal.append([draft("x".repeat(n * 100), { ref: `r${n}`, author: n % 3 })], n);
      for (const limit of [1, 10, 32, 33, 200]) same(limit);
    }
    journal.erase(1);
    same(10);
    journal.empty(["r99", "r96", "unknown"]);
    same(10);
    expect(journal.latest(10).filter(({ kind }) => kind === "erased")).toHaveLength(6);
    journal.reset();
    expect(journal.latest(10)).toEqual([]);
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
