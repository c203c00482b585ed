/** The exact counters: fixed windows per key that survive an eviction and are swept when they end. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { runtimeOf } from "../../../src/env.ts";
import { counterFor } from "../../../src/platform/http/limits/counter.ts";
import { unique } from "../../harness/api.ts";

const counter = () => env.COUNTERS.getByName(unique("counter"));
const twice = (key: string) => ({ key, limit: 2, seconds: 60 });

test("A window allows its limit, then says how long to wait, then starts anew.", async () => {
  const stub = counter();
  const now = Date.now();
  expect(await stub.hit([twice("a")], now)).toBeNull();
  expect(await stub.hit([twice("a")], now + 10_000)).toBeNull();
  expect(await stub.hit([twice("a")], now + 20_000)).toBe(40);
  expect(await stub.hit([twice("a")], now + 59_999)).toBe(1);
  expect(await stub.hit([twice("a")], now + 60_000)).toBeNull();
});

test("Several limits of one attempt are all counted or none.", async () => {
  const stub = counter();
  const now = Date.now();
  await stub.hit([twice("full")], now);
  await stub.hit([twice("full")], now);
  expect(await stub.hit([twice("free"), twice("full")], now)).toBe(60);
  expect(await stub.hit([twice("free")], now)).toBeNull();
  expect(await stub.hit([twice("free")], now)).toBeNull();
  expect(await stub.hit([twice("free")], now)).toBe(60);
});

test("Keys are counted separately, and a cleared key starts anew.", async () => {
  const stub = counter();
  const now = Date.now();
  for (const key of ["a", "a", "b", "b"]) expect(await stub.hit([twice(key)], now)).toBeNull();
  await stub.clear(["a"]);
  expect(await stub.hit([twice("a")], now)).toBeNull();
  expect(await stub.hit([twice("b")], now)).toBe(60);
});

test("An eviction loses no count.", async () => {
  const stub = counter();
  const now = Date.now();
  await stub.hit([twice("a")], now);
  await stub.hit([twice("a")], now);
  await evictDurableObject(stub);
  expect(await stub.hit([twice("a")], now)).toBe(60);
});

test("Of many concurrent attempts exactly as many pass as the limit allows.", async () => {
  const stub = counter();
  const now = Date.now();
  const hits = Array.from({ length: 120 }, () => stub.hit([{ key: "a", limit: 100, seconds: 60 }], now));
  const passed = (await Promise.all(hits)).filter((wait) => wait === null);
  expect(passed).toHaveLength(100);
});

test("The sweep deletes ended windows and sets no alarm when none is left.", async () => {
  const stub = counter();
  const past = Date.now() - 120_000;
  await stub.hit([twice("ended")], past);
  await stub.hit([{ key: "open", limit: 2, seconds: 3600 }]);
  const keys = () =>
    runInDurableObject(stub, (_, state) =>
      [...state.storage.sql.exec<{ key: string }>("SELECT key FROM hits")].map(({ key }) => key),
    );
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  expect(await keys()).toEqual(["open"]);
  await stub.clear(["open"]);
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  expect(await runDurableObjectAlarm(stub)).toBe(false);
});

test("A key always uses the same counter, and keys are spread over several.", () => {
  const name = (key: string) => String(counterFor(runtimeOf(env), key).id);
  expect(name("user:1")).toBe(name("user:1"));
  const names = new Set(Array.from({ length: 200 }, (_, index) => name(`user:${index}`)));
  expect(names.size).toBeGreaterThan(8);
});
