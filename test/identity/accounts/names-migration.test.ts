/** What the migration about names and lists does with existing accounts, in a database of its own. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";

const NAME = "0021_names_others_see.sql";

const PLANTED = `
INSERT INTO users (id, username, username_key, email, phone, is_staff, created_at, updated_at) VALUES
  (1, '79990000001', '79990000001', NULL, '+79990000001', 0, 1, 1),
  (2, 'annkexamplecom', 'annkexamplecom', 'ann.k@example.com', NULL, 0, 1, 1),
  (3, 'annkexamplecom1', 'annkexamplecom1', 'annk@example.com', NULL, 0, 1, 1),
  (4, 'testuser', 'testuser', 'testuser@example.com', NULL, 0, 1, 1),
  (5, 'User-12', 'user-12', 'e@example.com', NULL, 0, 1, 1),
  (6, 'user-ann', 'user-ann', 'f@example.com', NULL, 0, 1, 1),
  (7, 'oldexamplecom', 'oldexamplecom', 'new@example.com', NULL, 0, 1, 1),
  (8, 'ann@example.com', 'ann@example.com', NULL, NULL, 0, 1, 1),
  (9, 'reader', 'reader', NULL, NULL, 0, 1, 1),
  (10, 'talker', 'talker', NULL, NULL, 0, 1, 1);
INSERT INTO outbox (id, kind, address, payload, next_attempt_at, created_at) VALUES ('x', 'mail', 'Old@example.com', '{}', 0, 0);
INSERT INTO profiles (user_id, birthday) VALUES (1, NULL), (2, '1990-01-01');
INSERT INTO social_profiles (user_id) VALUES (3);
INSERT INTO sessions (id, user_id, door, access_seconds, refresh_seconds, refresh_expires_at, expires_at, address, user_agent, created_at, last_seen_at)
  VALUES ('a', 4, 'find-friend', 1, 1, 1, 1, '', '', 1, 1), ('b', 9, 'alphabet', 1, 1, 1, 1, '', '', 1, 1);
INSERT INTO friendships (low_id, high_id, initiator_id, created_at) VALUES (5, 6, 5, 1);
INSERT INTO friend_requests (from_id, to_id, created_at, updated_at) VALUES (7, 8, 1, 1);
INSERT INTO chats (initiator_id, receiver_id, low_id, high_id, started_at, active_at) VALUES (10, NULL, 10, 11, 1, 1)`;

test("The migration marks generated usernames, replaces reserved ones and lists Find Friend's people.", async () => {
  const { users, listed } = await runInDurableObject(
    env.EVENT_ROOMS.getByName("event:migrations"),
    (_, { storage }) => {
      const run = (query: string) => storage.sql.exec(query).toArray();
      for (const { name, queries } of env.TEST_MIGRATIONS) {
        if (name > NAME) break;
        if (name === NAME) run(PLANTED);
        for (const query of queries) run(query);
      }
      return {
        users: run("SELECT id, username, username_key, username_is_generated AS made FROM users ORDER BY id"),
        listed: run("SELECT user_id AS id FROM social_profiles WHERE listed_at > 1e12 ORDER BY user_id"),
      };
    },
  );
  expect(users.filter(({ made }) => made === 1).map(({ id }) => id)).toEqual([1, 2, 3, 7, 8]);
  expect(users[4]?.username).toMatch(/^user_12_[0-9a-f]{12}$/);
  expect(users[4]?.username_key).toBe(users[4]?.username);
  expect(users[5]?.username).toBe("user-ann");
  expect(listed.map(({ id }) => id)).toEqual([2, 3, 4, 5, 6, 7, 8, 10]);
});
