/** The cache of an isolate: entries expire, and their number is limited. */
import { expect, test } from "vitest";
import { TtlCache } from "../../src/platform/cache.ts";

test("An entry counts until its time is up, and a longer one of its own is kept.", () => {
  const cache = new TtlCache<string, number>({ ttl: 100, size: 10 });
  cache.set("a", 1, 0);
  cache.set("b", 2, 0, 1000);
  expect([cache.get("a", 99), cache.get("a", 100), cache.get("b", 999), cache.get("c", 0)]).toEqual([
    1,
    undefined,
    2,
    undefined,
  ]);
});

test("When it is full, the entry that was set first goes, and only that one.", () => {
  const cache = new TtlCache<string, number>({ ttl: 100, size: 2 });
  cache.set("a", 1, 0);
  cache.set("b", 2, 0);
  cache.set("a", 3, 0);
  cache.set("c", 4, 0);
  expect(["a", "b", "c"].map((key) => cache.get(key, 1))).toEqual([3, undefined, 4]);
});

test("Entries are forgotten by key and by what they hold.", () => {
  const cache = new TtlCache<string, number>({ ttl: 100, size: 10 });
  for (const [key, value] of Object.entries({ a: 1, b: 2, c: 3 })) cache.set(key, value, 0);
  cache.delete("a");
  cache.deleteWhere((value) => value > 2);
  expect(["a", "b", "c"].map((key) => cache.get(key, 1))).toEqual([undefined, 2, undefined]);
});
