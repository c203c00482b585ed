/** What the migration that adds duty does with existing rows, in a database of its own. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";

const NAME = "0023_duty.sql";

const order = (id: string, status: string, completedAt: string) =>
  `('${id}', 1, 1, 'A', 55, 37, 'B', 56, 38, '${status}', '1', 1000, 2000, ${completedAt})`;

const PLANTED = `
INSERT INTO users (id, username, username_key, user_type, created_at, updated_at) VALUES
  (1, 'client', 'client', 'CLIENT', 1, 1), (2, 'driver', 'driver', 'DRIVER', 1, 1);
INSERT INTO vehicle_types (id, name, max_weight, base_price, created_at, updated_at) VALUES (1, 'T', 1, 1, 1, 1);
INSERT INTO tow_trucks (id, license_plate, model, capacity, driver_id, status, created_at, updated_at) VALUES
  (1, 'A', 'M', 5, 2, 'OFFLINE', 1, 7), (2, 'B', 'M', 5, NULL, 'AVAILABLE', 1, 7), (3, 'C', 'M', 5, NULL, 'MAINTENANCE', 1, 7);
INSERT INTO orders (id, client_id, vehicle_type_id, pickup_address, pickup_latitude, pickup_longitude, delivery_address,
  delivery_latitude, delivery_longitude, status, start_code, created_at, updated_at, completed_at) VALUES
  ${order("done", "COMPLETED", "1500")}, ${order("off", "CANCELLED", "NULL")}, ${order("on", "PENDING", "NULL")};
INSERT INTO order_shares (id, order_id, token_hash, expires_at, created_at) VALUES
  (1, 'done', 'a', 9999999, 1), (2, 'off', 'b', 9999999, 1), (3, 'on', 'c', 9999999, 1), (4, 'done', 'd', 1800, 1)`;

test("Drivers are on duty, OFFLINE trucks come back with a position, and links of past orders expire.", async () => {
  const found = await runInDurableObject(env.EVENT_ROOMS.getByName("event:duty"), (_, { storage }) => {
    const run = (query: string) => storage.sql.exec(query).toArray();
    for (const { name, queries } of env.TEST_MIGRATIONS) {
      if (name > NAME) break;
      if (name === NAME) run(PLANTED);
      for (const query of queries) run(query);
    }
    return {
      duty: run("SELECT DISTINCT on_duty FROM users"),
      trucks: run("SELECT id, status, idle_at FROM tow_trucks ORDER BY id"),
      links: run("SELECT id, expires_at FROM order_shares ORDER BY id"),
    };
  });
  expect(found).toEqual({
    duty: [{ on_duty: 1 }],
    trucks: [
      { id: 1, status: "OFFLINE", idle_at: 7 },
      { id: 2, status: "AVAILABLE", idle_at: null },
      { id: 3, status: "MAINTENANCE", idle_at: null },
    ],
    links: [
      { id: 1, expires_at: 1500 + 3600_000 },
      { id: 2, expires_at: 2000 + 3600_000 },
      { id: 3, expires_at: 9999999 },
      { id: 4, expires_at: 1800 },
    ],
  });
});
