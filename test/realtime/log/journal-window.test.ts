/** The journal's storage: pruning, its epoch, archive batches, rollbacks, and entries in memory. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { Journal } from "../../../src/platform/realtime/log/journal/journal.ts";
import { PRUNED, WINDOW } from "../../../src/platform/realtime/log/journal/window.ts";
import { unique } from "../../harness/api.ts";
import { upTo } from "../../harness/rooms.ts";
import { draft, drafts, onStorage } from "./on-storage.ts";

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
    journal.append([draft("", { author: 0, ref: "n", body: { about: "chat:1" } })], 101);
    journal.emptyAbout(["chat:1", "unknown"]);
    same(10);
    expect(journal.latest(10).filter(({ kind }) => kind === "erased")).toHaveLength(4);
    expect(journal.holds(0, "n")).toBe(true);
    journal.reset();
    expect(journal.latest(10)).toEqual([]);
  });
});
