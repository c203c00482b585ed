// The same people and events on both sides.
import { hashPassword } from "../src/platform/crypto/scrypt.ts";
import { send } from "./clients.mjs";

const PEOPLE = 4;
const EVENTS = 60;
const PASSWORD = "verysecret";

/** Fills a migrated database; answers the events' uuids. */
export async function seed(database) {
  const now = Date.now();
  const hash = hashPassword(PASSWORD);
  const people = Array.from({ length: PEOPLE }, (_, index) =>
    database
      .prepare(
        `INSERT INTO users (id, username, username_key, email, password_hash, user_type, is_verified, email_verified_at, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, 'CLIENT', 1, ?, ?, ?)`,
      )
      .bind(index + 1, `ride${index}`, `ride${index}`, `ride${index}@example.com`, hash, now, now, now),
  );
  const uuids = Array.from(
    { length: EVENTS },
    (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
  );
  const events = uuids.flatMap((uuid, index) => [
    database
      .prepare(
        `INSERT INTO events (id, uuid, creator_id, name, starts_at, ends_at, location, location_key, created_at, updated_at)
         VALUES (?, ?, 1, ?, ?, ?, 'Old bridge', 'old bridge', ?, ?)`,
      )
      .bind(index + 1, uuid, `Ride ${index}`, now + 9e9, now + 9.1e9, now, now),
    ...[2, 3, 4].map((userId) =>
      database
        .prepare("INSERT INTO event_members (event_id, user_id, is_organizer, joined_at) VALUES (?, ?, 0, ?)")
        .bind(index + 1, userId, now),
    ),
  ]);
  await database.batch([...people, ...events]);
  return uuids;
}

/** Signs the first of them in at AlphaBet's door; answers the access token. */
export async function signIn(origin) {
  const body = { username: "ride0", password: PASSWORD };
  return JSON.parse(await send("POST", `${origin}/api/auth/signin/`, { body })).access;
}

/** A new event as AlphaBet's client sends it. */
export function eventDraft() {
  return {
    name: "Evening ride",
    starting_time: "2031-05-01T18:00:00Z",
    end_time: "2031-05-01T20:00:00Z",
    location: "Old bridge",
    participants: ["ride1", "ride2", "ride3"],
  };
}
