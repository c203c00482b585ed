/** Every query of the lists uses an index, as the query planner reports it. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { person, rows, staffMember } from "./harness/api.ts";
import { charge, counted } from "./harness/counting/counted.ts";
import { scansOf } from "./harness/counting/scans.ts";

const meter = counted();

test("A full scan of a table is reported, and one of a JSON list is not.", async () => {
  expect(await scansOf("SELECT id FROM users WHERE first_name = ?")).toEqual(["users"]);
  expect(await scansOf("SELECT u.id FROM users u WHERE u.first_name = ?")).toEqual(["u"]);
  expect(await scansOf("SELECT value FROM json_each(?)")).toEqual([]);
  expect(await scansOf("SELECT id FROM users WHERE id = ?")).toEqual([]);
});

test.each([
  "/api/v1/chats/",
  "/api/v1/chats/search/?search=bridge",
  "/api/v1/notifications/",
  "/api/v1/notifications/unread-count/",
  "/api/v1/support/tickets/",
  "/api/v1/orders/list/",
  "/api/v1/orders/list/?status=PENDING",
  "/api/v1/location-reports/",
  "/api/v1/location-reports/?limit=10&cursor=1.1",
  "/api/v1/location-reports/?near=52.2,21",
  "/api/v1/location-reports/latest/?near=52.2,21",
  "/api/v1/location-reports/my_track/",
  "/api/v1/users/my_friends/",
  "/api/v1/users/blacklist/",
  "/api/v1/users/my_events/",
])("The queries of GET %s by a person use an index.", async (path) => {
  const ann = await person();
  const { bill } = await charge(meter, 200, "GET", path, { token: ann.token });
  expect(bill.statements.length).toBeGreaterThan(0);
  expect((await Promise.all(bill.statements.map(scansOf))).flat()).toEqual([]);
});

test.each([
  "/api/v1/location-reports/?near=52.2,21&limit=10",
  "/api/v1/location-reports/?user=1&limit=10",
  "/api/v1/orders/list/?status=PENDING",
])("The queries of GET %s by staff use an index.", async (path) => {
  const staff = await staffMember();
  const { bill } = await charge(meter, 200, "GET", path, { token: staff.token });
  expect((await Promise.all(bill.statements.map(scansOf))).flat()).toEqual([]);
});

/** PRAGMAs of many tables or indexes, each with its rows. */
async function pragmas<Row>(pragma: string, names: readonly string[]): Promise<Row[][]> {
  const results = await env.DB.batch<Row>(names.map((name) => env.DB.prepare(`PRAGMA ${pragma}("${name}")`)));
  return results.map((result) => result.results);
}

test("Every foreign key begins an index, so that deleting a row scans no table.", async () => {
  const names = await rows<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'");
  const tables = names.map(({ name }) => name).filter((name) => !/^(_cf|sqlite|d1)_/.test(name));
  const keys = await pragmas<{ from: string }>("foreign_key_list", tables);
  const columns = await pragmas<{ name: string; pk: number }>("table_info", tables);
  const indexes = await pragmas<{ name: string }>("index_list", tables);
  const missing: string[] = [];
  for (const [at, table] of tables.entries()) {
    const own = indexes[at]?.map(({ name }) => name) ?? [];
    const indexed = own.length > 0 ? await pragmas<{ name: string }>("index_info", own) : [];
    const led = new Set(indexed.map(([first]) => first?.name));
    for (const { name, pk } of columns[at] ?? []) if (pk === 1) led.add(name);
    for (const { from } of keys[at] ?? []) if (!led.has(from)) missing.push(`${table}.${from}`);
  }
  expect(tables.length).toBeGreaterThan(40);
  expect(missing).toEqual([]);
});
