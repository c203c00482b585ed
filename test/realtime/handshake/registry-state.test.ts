/** A connection registry's storage: what a version before wrote, what an eviction leaves, and what is written again. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Answer, Entrance } from "../../../src/platform/realtime/handshake/connection-registry.ts";
import { RegistryStore } from "../../../src/platform/realtime/handshake/registry-store.ts";
import { unique } from "../../harness/api.ts";

const HOUR = 3600_000;
const DAY = 24 * HOUR;
const MEMORY = 25 * HOUR;
const registry = () => env.ROSTERS.getByName(unique("registry"));

const caller = { userId: 1, sessionId: "a", signedInAt: 1000, userType: "CLIENT", isStaff: false } as const;
const enters = (changes: Partial<Entrance> = {}): Entrance => ({ caller, address: "chat:3", ...changes });
const holds = (asOf: number, changes: object = {}): Entrance =>
  enters({ room: "chat:3", right: { asOf, ...changes } });
const heldIn = (answer: Answer) => (answer.is === "admitted" ? answer.held?.room : answer.is);

/** The tables as the version before made them, with its own statements. */
function before(sql: SqlStorage): void {
  for (const table of ["rooms", "revocations", "tickets", "facts"]) sql.exec(`DROP TABLE IF EXISTS ${table}`);
  sql.exec("CREATE TABLE IF NOT EXISTS rooms (room TEXT PRIMARY KEY, seen_at INTEGER NOT NULL)");
  sql.exec("CREATE TABLE IF NOT EXISTS revocations (revocation TEXT NOT NULL, until INTEGER NOT NULL)");
  sql.exec("CREATE TABLE IF NOT EXISTS tickets (id TEXT PRIMARY KEY, until INTEGER NOT NULL)");
}

const opened = (sql: SqlStorage, room: string, now: number) =>
  sql.exec("INSERT OR REPLACE INTO rooms (room, seen_at) VALUES (?, ?)", room, now);
const ended = (sql: SqlStorage, revocation: object, until: number) =>
  sql.exec("INSERT INTO revocations (revocation, until) VALUES (?, ?)", JSON.stringify(revocation), until);

test("A registry of the version before keeps its rooms and used tickets, and is migrated once.", () =>
  runInDurableObject(registry(), (_, { storage: { sql } }) => {
    before(sql);
    opened(sql, "event:7", 5);
    sql.exec("INSERT OR IGNORE INTO tickets (id, until) VALUES ('t', 100)");
    for (let time = 0; time < 2; time++) {
      const store = new RegistryStore(sql, MEMORY, 10);
      expect(store.rooms()).toEqual(["event:7"]);
      expect(store.heldRoom("event:7")).toBeNull();
      expect(store.useTicket({ id: "t", expiresAt: 100 }, 50)).toBe(false);
      expect(store.trustFrom).toBe(0);
    }
  }));

test("A registry in which the version before ended a session trusts nothing that was signed until now.", () =>
  runInDurableObject(registry(), (_, { storage: { sql } }) => {
    before(sql);
    ended(sql, { userId: 1, sessionId: "b" }, 120_000);
    const store = new RegistryStore(sql, MEMORY, 500_000);
    expect(store.trustFrom).toBe(500_000);
    // The last one is remembered as long as those of this version.
    expect(store.revocations(500_000)).toEqual([{ userId: 1, sessionId: "b" }]);
    expect(new RegistryStore(sql, MEMORY, 900_000).trustFrom).toBe(500_000);
  }));

test("After a return to the version before and back, what was signed meanwhile is not trusted, and rooms are not lost.", () =>
  runInDurableObject(registry(), (_, { storage: { sql } }) => {
    const store = new RegistryStore(sql, MEMORY, 10);
    const right = { asOf: 10, role: "CLIENT" };
    store.noteRoom({ room: "chat:3", right, opens: true }, 10);
    store.addRevocation({ userId: 1, sessionId: "z" }, MEMORY, 10);
    // Its statements fit the new tables.
    opened(sql, "chat:3", 20);
    opened(sql, "chat:4", 20);
    ended(sql, { userId: 1, sessionId: "b" }, 120_020);
    sql.exec("DELETE FROM revocations WHERE until <= ?", 20);
    const again = new RegistryStore(sql, MEMORY, 400_000);
    expect(again.trustFrom).toBe(400_000);
    expect(again.rooms().sort()).toEqual(["chat:3", "chat:4"]);
    expect(again.heldRoom("chat:3")).toBeNull();
    expect(again.revocations(400_000)).toHaveLength(2);
  }));

test("A right is held for its person, role and address until it is a day old or ends, and what it was signed with is not asked for.", async () => {
  const stub = registry();
  const now = 10 * DAY;
  await stub.admit(holds(now), now);
  const ask = async (changes: Partial<Entrance>, at: number) =>
    heldIn((await stub.admit(enters(changes), at)) as Answer);
  expect(await ask({}, now + HOUR)).toBe("chat:3");
  expect(await ask({ address: "chat:4" }, now)).toBeUndefined();
  expect(await ask({ caller: { ...caller, isStaff: true } }, now)).toBeUndefined();
  expect(await ask({ caller: { ...caller, userType: "OPERATOR" } }, now)).toBeUndefined();
  expect(await ask({}, now + DAY)).toBeUndefined();
  await stub.admit(holds(now, { until: now + 1000 }), now);
  expect(await ask({}, now + 999)).toBe("chat:3");
  expect(await ask({}, now + 1000)).toBeUndefined();
});

test("A right that a refusal took back, or that must be looked up each time, is not held.", async () => {
  const stub = registry();
  const now = 10 * DAY;
  await stub.admit(holds(now), now);
  await stub.drop("chat:3");
  expect(heldIn((await stub.admit(enters(), now)) as Answer)).toBeUndefined();
  await stub.admit(holds(now), now);
  await stub.admit(enters({ room: "chat:3", right: null }), now);
  expect(heldIn((await stub.admit(enters(), now)) as Answer)).toBeUndefined();
});

test("A room that is named by another address is found by it, and greeted sockets are looked up.", async () => {
  const stub = registry();
  const now = 10 * DAY;
  await stub.admit({ ...holds(now, { greets: true }), address: "event:uuid", room: "event:7" }, now);
  const ask = async (changes: Partial<Entrance>) =>
    heldIn((await stub.admit(enters(changes), now)) as Answer);
  expect(await ask({ address: "event:uuid" })).toBe("event:7");
  expect(await ask({ address: "event:7" })).toBe("event:7");
  expect(await ask({ address: "event:7", isDocumented: true })).toBeUndefined();
});

test("A room's row is written when it is new or a day old, and at no other handshake.", async () => {
  const stub = registry();
  const now = 10 * DAY;
  const isNews = async (entrance: Entrance, at: number) => {
    const answer = await stub.admit(entrance, at);
    return answer.is === "admitted" && answer.isNews;
  };
  expect(await isNews(holds(now), now)).toBe(true);
  expect(await isNews(enters(), now + DAY - 1)).toBe(false);
  expect(await isNews(holds(now + DAY), now + DAY)).toBe(true);
  const own = enters({ address: undefined, room: "inbox:1" });
  expect(await isNews(own, now)).toBe(true);
  expect(await isNews(own, now + DAY - 1)).toBe(false);
  expect(await isNews(own, now + DAY)).toBe(true);
});

test.each([
  ["refused", "whose session was ended", {}, { sessionId: "a" }],
  ["refused", "whose sessions were all ended later", { signedInAt: 900 }, { at: 901 }],
  ["admitted", "of another session", {}, { sessionId: "b" }],
  ["admitted", "of the session that may stay", { signedInAt: 900 }, { exceptSession: "a", at: 901 }],
  ["admitted", "who signed in long after the others were ended", { signedInAt: 61_000 }, { at: 900 }],
  // By the clock of another machine it may have been before.
  [
    "unsure",
    "who signed in less than a minute after the others were ended",
    { signedInAt: 60_900 },
    { at: 900 },
  ],
])("A signed caller is %s, a day later and after an eviction, %s.", async (is, _, signed, revocation) => {
  const stub = registry();
  const now = 10 * DAY;
  await stub.revoke({ userId: 1, ...revocation }, 4001, "signed out", now);
  await evictDurableObject(stub);
  const entrance = enters({ caller: { ...caller, ...signed }, signedAt: now });
  expect((await stub.admit(entrance, now + DAY)).is).toBe(is);
  // The database has said who it is, just now.
  const looked = await stub.admit({ ...entrance, signedAt: undefined }, now + DAY);
  expect(looked.is).toBe(is === "unsure" ? "admitted" : is);
});

test("A subscription is no socket: a sign-out does not wake the room for it.", async () => {
  await runInDurableObject(registry(), (_, { storage: { sql } }) => {
    const store = new RegistryStore(sql, MEMORY, 10);
    store.noteRoom({ room: "chat:3", opens: false }, 10);
    expect(store.rooms()).toEqual([]);
    store.noteRoom({ room: "chat:3", opens: true }, 11);
    store.noteRoom({ room: "chat:3", opens: false }, 12);
    expect(store.rooms()).toEqual(["chat:3"]);
  });
});
