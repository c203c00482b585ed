// The same people, events, chats and orders on both sides.
import { createHash } from "node:crypto";
import { hashPassword } from "../src/platform/crypto/scrypt.ts";
import { send } from "./clients.mjs";

export const PEOPLE = 200;
const EVENTS = 60;
const PASSWORD = "verysecret";
const DAY = 24 * 3600_000;

/** The key for the Token scheme of a user, up to 200. */
export const keyOf = (userId) => String(userId).padStart(40, "0");

/** The members of the chats, two each: without the first person and the driver. */
export const PAIRS = Array.from({ length: 30 }, (_, index) => [100 + 2 * index, 101 + 2 * index]);
/** Ids of their chats, which follow those of the first person. */
export const pairsChat = (index) => FRIENDS + index + 1;
const FRIENDS = 50;
const SAID = 20;
export const DRIVER = 90;
const ORDERS = 60;
const POSTS = 60;
const POINTS = 60;

/** Fills a migrated database and returns the events' uuids. */
export async function seed(database) {
  const now = Date.now();
  const hash = hashPassword(PASSWORD);
  const rows = (statement, values) => database.prepare(statement).bind(JSON.stringify(values));
  const people = range(PEOPLE).map((id) => ({
    id,
    name: `ride${id - 1}`,
    hash: id === 1 ? hash : null,
    type: id === DRIVER ? "DRIVER" : "CLIENT",
    vehicle: vehicleOf(id),
    key: createHash("sha256").update(keyOf(id)).digest("hex"),
    now,
    until: now + DAY,
  }));
  const events = range(EVENTS).map((id) => ({ id, uuid: uuidOf(id - 1), starts: now + 9e9, now }));
  const friends = range(FRIENDS).map((each) => [1, 1 + each]);
  const chats = [...friends, ...PAIRS].map(([low, high], index) => ({ id: index + 1, low, high, now }));
  const orders = range(ORDERS).map((id) => ({ uuid: uuidOf(id), at: now - id * 60_000 }));
  const points = range(POINTS).map((id) => ({ at: now - id * 60_000 }));
  const v = (name) => `value ->> '${name}'`;
  await database.batch([
    rows(
      `INSERT INTO users (id, username, username_key, email, first_name, password_hash, user_type, is_verified, email_verified_at, created_at, updated_at)
       SELECT ${v("id")}, ${v("name")}, ${v("name")}, ${v("name")} || '@example.com', 'Rider', ${v("hash")}, ${v("type")}, 1, ${v("now")}, ${v("now")}, ${v("now")}
       FROM json_each(?)`,
      people,
    ),
    rows(
      `INSERT INTO sessions (id, user_id, door, key_hash, access_seconds, refresh_seconds, refresh_expires_at, expires_at, address, user_agent, created_at, last_seen_at)
       SELECT ${v("name")}, ${v("id")}, 'bench', ${v("key")}, 3600, 3600, ${v("until")}, ${v("until")}, '127.0.0.1', 'bench', ${v("now")}, ${v("now")}
       FROM json_each(?)`,
      people,
    ),
    rows(
      `INSERT INTO events (id, uuid, creator_id, name, starts_at, ends_at, location, location_key, created_at, updated_at)
       SELECT ${v("id")}, ${v("uuid")}, 1, 'Ride', ${v("starts")}, ${v("starts")} + 1e6, 'Old bridge', 'old bridge', ${v("now")}, ${v("now")}
       FROM json_each(?)`,
      events,
    ),
    rows(
      `INSERT INTO event_members (event_id, user_id, is_organizer, joined_at)
       SELECT e.value ->> 'id', m.value, 0, e.value ->> 'now' FROM json_each(?) AS e, json_each('[2, 3, 4]') AS m`,
      events,
    ),
    rows(
      `INSERT INTO friendships (low_id, high_id, initiator_id, created_at)
       SELECT ${v("low")}, ${v("high")}, ${v("low")}, ${v("now")} FROM json_each(?)`,
      chats,
    ),
    rows(
      `INSERT INTO chats (id, initiator_id, receiver_id, low_id, high_id, started_at, last_seq, active_at)
       SELECT ${v("id")}, ${v("low")}, ${v("high")}, ${v("low")}, ${v("high")}, ${v("now")}, ${SAID}, ${v("now")}
       FROM json_each(?)`,
      chats,
    ),
    rows(
      `INSERT INTO chat_pages (chat_id, last_seq, epoch, first_seq, to_at, messages)
       SELECT c.value ->> 'id', ${SAID}, 'before', 1, c.value ->> 'now',
         json_group_array(json_array(s.value, c.value ->> 'now', c.value ->> 'high', 'message', 'See you at the bridge'))
       FROM json_each(?) AS c, json_each('${JSON.stringify(range(SAID))}') AS s WHERE c.value ->> 'id' <= ${FRIENDS} GROUP BY c.key`,
      chats,
    ),
    database.prepare(
      `INSERT INTO vehicle_types (id, name, max_weight, base_price, per_km_rate, created_at, updated_at)
       VALUES (1, 'Car', 3.5, 300000, 8000, ${now}, ${now})`,
    ),
    database.prepare(
      `INSERT INTO tow_trucks (id, license_plate, model, capacity, driver_id, status, created_at, updated_at)
       VALUES (1, 'A001AA77', 'Isuzu', 3.5, ${DRIVER}, 'AVAILABLE', ${now}, ${now})`,
    ),
    database.prepare("INSERT INTO tow_truck_types (truck_id, vehicle_type_id) VALUES (1, 1)"),
    rows(
      `INSERT INTO client_vehicles (id, owner_id, make, model, year, license_plate, created_at, updated_at)
       SELECT ${v("vehicle")}, ${v("id")}, 'Lada', 'Niva', 2015, 'B' || (${v("id")}), ${v("now")}, ${v("now")} FROM json_each(?)`,
      people,
    ),
    rows(
      `INSERT INTO orders (id, client_id, vehicle_type_id, tow_truck_id, vehicle_id, pickup_address, pickup_latitude, pickup_longitude,
         delivery_address, delivery_latitude, delivery_longitude, status, estimated_price, start_code, created_at, updated_at)
       SELECT ${v("uuid")}, 1, 1, 1, '${uuidOf(0)}', 'Old bridge', 55.75, 37.61, 'New bridge', 55.76, 37.65, 'COMPLETED', 350000,
         '1234', ${v("at")}, ${v("at")} FROM json_each(?)`,
      orders,
    ),
    rows(
      `INSERT INTO order_status_history (order_id, old_status, new_status, changed_by, created_at)
       SELECT o.value ->> 'uuid', s.value ->> 0, s.value ->> 1, ${DRIVER}, o.value ->> 'at' FROM json_each(?) AS o,
         json_each('[["PENDING","ASSIGNED"],["ASSIGNED","IN_PROGRESS"],["IN_PROGRESS","COMPLETED"]]') AS s`,
      orders,
    ),
    rows(
      `INSERT INTO payments (order_id, amount, payment_method, status, created_at, updated_at)
       SELECT ${v("uuid")}, 350000, 'CARD', 'COMPLETED', ${v("at")}, ${v("at")} FROM json_each(?)`,
      orders,
    ),
    rows(
      `INSERT INTO car_posts (user_id, created_at, ${Object.keys(POST)}, search_key, fuel_key, transmission_key, location_key)
       SELECT 1, ${now}, ${Object.values(POST).map((word) => `'${word}'`)}, 'niva', '', '', '' FROM json_each(?)`,
      range(POSTS),
    ),
    rows(
      `INSERT INTO location_reports (user_id, at, received_at, latitude, longitude, accuracy, speed, heading, cell)
       SELECT 1, ${v("at")}, ${v("at")}, 52.2, 21.0, 5, 1, 0, '871f53c93ffffff' FROM json_each(?)`,
      points,
    ),
    // As if placed by the client: PENDING, so that its description may be edited.
    database.prepare(`UPDATE orders SET status = 'PENDING', tow_truck_id = NULL WHERE id = '${ORDER}'`),
  ]);
  return events.map(({ uuid }) => uuid);
}

/** Returns the numbers from 1 to `count`. */
function range(count) {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function uuidOf(number) {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

/** The order that is read and edited. */
export const ORDER = uuidOf(7);

/** The first person's vehicle is 0: it is in all orders that exist. */
const vehicleOf = (personId) => uuidOf(personId - 1);

/** A new order as the Tow Truck app sends it. */
export function orderDraft(personId) {
  return {
    vehicle: vehicleOf(personId),
    vehicle_type: 1,
    pickup_address: "Old bridge",
    pickup_latitude: 55.75,
    pickup_longitude: 37.61,
    delivery_address: "New bridge",
    delivery_latitude: 55.76,
    delivery_longitude: 37.65,
  };
}

/** A new car post. */
export const POST = {
  car_name: "Niva",
  model: "Legend",
  year: "2015",
  engine: "1.7",
  fuel: "Petrol",
  body: "SUV",
  transmission: "Manual",
  gear_number: "5",
  color: "Green",
  seat_number: "4",
  milleage: "90000",
  power: "83",
  emission_standard: "Euro 5",
  price: "30",
};

/** A new event as Find Friend's client sends it. */
export function rideDraft() {
  return {
    name: "Evening ride",
    description: "Along the river",
    event_type: "ride",
    start_date: "2031-05-01T18:00:00Z",
    end_date: "2031-05-01T20:00:00Z",
    address: "Old bridge",
    event_price: "0",
  };
}

/** Signs the first person in to AlphaBet and returns the access token. */
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
