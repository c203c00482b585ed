/** What the migration to fewer rows for each order does with existing rows, in a database of its own. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";

const NAME = "0030_order_rows.sql";

const PLANTED = `
INSERT INTO users (id, username, username_key, user_type, created_at, updated_at) VALUES (1, 'client', 'client', 'CLIENT', 1, 1);
INSERT INTO vehicle_types (id, name, max_weight, base_price, created_at, updated_at) VALUES (1, 'T', 1, 1, 1, 1);
INSERT INTO tow_trucks (id, license_plate, model, capacity, status, created_at, updated_at) VALUES (1, 'A', 'M', 5, 'BUSY', 1, 7);
INSERT INTO orders (id, client_id, vehicle_type_id, tow_truck_id, pickup_address, pickup_latitude, pickup_longitude, delivery_address,
  delivery_latitude, delivery_longitude, status, start_code, created_at, updated_at, assigned_at) VALUES
  ('one', 1, 1, 1, 'A', 55, 37, 'B', 56, 38, 'ASSIGNED', '1', 1000, 2000, 1500),
  ('two', 1, 1, NULL, 'A', 55, 37, 'B', 56, 38, 'PENDING', '1', 1000, 2000, NULL);
INSERT INTO order_entries (order_id, epoch, seq, at, author_id, kind, body) VALUES
  ('one', 'e', 1, 1000, NULL, 'status', '{"status":"PENDING"}'), ('one', 'e', 2, 1500, 7, 'status', '{"status":"ASSIGNED"}'),
  ('two', 'f', 1, 1000, NULL, 'status', '{"status":"PENDING"}')`;

test("Archived entries of orders are kept, and go with their order; a truck's orders are still found by an index.", async () => {
  const found = await runInDurableObject(env.EVENT_ROOMS.getByName("event:order-rows"), (_, { storage }) => {
    const run = (query: string) => storage.sql.exec(query).toArray();
    for (const { name, queries } of env.TEST_MIGRATIONS) {
      if (name > NAME) break;
      if (name === NAME) run(PLANTED);
      for (const query of queries) run(query);
    }
    const entries = run(
      "SELECT order_id, epoch, seq, at, author_id, kind, body FROM order_entries ORDER BY order_id, seq",
    );
    const plan = run(
      "EXPLAIN QUERY PLAN SELECT id FROM orders WHERE tow_truck_id = 1 AND status = 'COMPLETED'",
    );
    run("DELETE FROM tow_trucks WHERE id = 1");
    const truckless = run("SELECT tow_truck_id FROM orders WHERE id = 'one'");
    run("DELETE FROM orders WHERE id = 'one'");
    return { entries, plan, truckless, left: run("SELECT order_id FROM order_entries") };
  });
  expect(found.entries).toEqual([
    {
      order_id: "one",
      epoch: "e",
      seq: 1,
      at: 1000,
      author_id: null,
      kind: "status",
      body: '{"status":"PENDING"}',
    },
    {
      order_id: "one",
      epoch: "e",
      seq: 2,
      at: 1500,
      author_id: 7,
      kind: "status",
      body: '{"status":"ASSIGNED"}',
    },
    {
      order_id: "two",
      epoch: "f",
      seq: 1,
      at: 1000,
      author_id: null,
      kind: "status",
      body: '{"status":"PENDING"}',
    },
  ]);
  expect(found.plan).toMatchObject([{ detail: expect.stringContaining("USING INDEX orders_truck") }]);
  expect(found.truckless).toEqual([{ tow_truck_id: null }]);
  expect(found.left).toEqual([{ order_id: "two" }]);
});
