// The baseline: the same statements on the same tables, an object that inserts and sends, the same scrypt, without
// accounts, rules, dialects and delivery guarantees.

import { DurableObject } from "cloudflare:workers";
import { Buffer } from "node:buffer";
import { scryptSync } from "node:crypto";
import { APPS } from "./bare-apps.mjs";

const EVENT = `SELECT id, uuid, creator_id, name, starts_at, ends_at, location, created_at, updated_at, (
  SELECT json_group_array(json_object('userId', u.id, 'username', u.username, 'email', u.email, 'locale', u.locale,
    'isOrganizer', m.is_organizer) ORDER BY m.joined_at, u.id)
  FROM event_members m JOIN users u ON u.id = m.user_id WHERE m.event_id = events.id) AS members`;
const PEOPLE = `SELECT json_group_array(json_object('userId', id, 'username', username, 'email', email,
  'locale', locale, 'key', username_key)) AS people FROM users WHERE username_key IN (SELECT value FROM json_each(?))`;
const OUTBOX = `INSERT INTO outbox (id, kind, address, payload, next_attempt_at, created_at)
  SELECT iif(changes() >= 1, value ->> 'id', NULL), value ->> 'kind', value ->> 'address', value -> 'payload', ?, ?
  FROM json_each(?)`;

const PERSON = (
  id,
) => `(SELECT json_object('email', u.email, 'firstName', u.first_name, 'lastName', u.last_name)
  FROM users u WHERE u.id = ${id})`;
const CHATS = `SELECT c.id, c.started_at AS startedAt, ${PERSON("c.initiator_id")} AS initiator,
    ${PERSON("c.receiver_id")} AS receiver,
    (SELECT m.value FROM chat_pages p, json_each(p.messages) m WHERE p.chat_id = c.id
      ORDER BY p.last_seq DESC, m.key DESC LIMIT 1) AS last,
    iif(c.low_id = ?1, c.unread_low, c.unread_high) AS unread
  FROM chats c WHERE c.initiator_id = ?1 OR c.receiver_id = ?1 ORDER BY c.active_at DESC, c.id DESC`;
const ORDERS = `SELECT o.*,
    (SELECT json_group_array(json_object('id', h.id, 'old', h.old_status, 'new', h.new_status, 'comment', h.comment,
      'by', h.changed_by, 'at', h.created_at)) FROM order_status_history h WHERE h.order_id = o.id) AS history,
    (SELECT json_group_array(json_object('id', p.id, 'amount', p.amount, 'method', p.payment_method, 'status', p.status,
      'at', p.created_at)) FROM payments p WHERE p.order_id = o.id) AS payments,
    (SELECT json_object('make', v.make, 'model', v.model, 'year', v.year, 'plate', v.license_plate)
      FROM client_vehicles v WHERE v.id = o.vehicle_id) AS vehicle,
    (SELECT json_object('id', t.id, 'plate', t.license_plate, 'model', t.model, 'driver', t.driver_id)
      FROM tow_trucks t WHERE t.id = o.tow_truck_id) AS truck, ${PERSON("o.client_id")} AS client
  FROM orders o WHERE o.client_id = ? ORDER BY o.created_at DESC, o.id DESC LIMIT 20`;

export default {
  async fetch(request, env, context) {
    const url = new URL(request.url);
    const [, place, id] = url.pathname.split("/");
    const work = WORK[`${request.method} ${place}`];
    if (!work) return Response.json({ detail: "Not found." }, { status: 404 });
    // The product asks the coarse rate limit before it writes.
    if (request.method !== "GET") await env.SHIELD.limit({ key: `${place}|1` });
    return work(env, id, request, context, { insertEffects, handOff });
  },
  /** As the product's consumer: reads the rows and marks them. Writing letters is the product's own work. */
  async queue({ messages }, { DB }) {
    const ids = JSON.stringify(messages.map(({ body }) => body.outbox));
    const among = "id IN (SELECT value FROM json_each(?))";
    await DB.prepare(`SELECT id, kind, address, payload FROM outbox WHERE ${among}`).bind(ids).all();
    await DB.prepare(`UPDATE outbox SET status = 'sent', sent_at = ? WHERE ${among}`)
      .bind(Date.now(), ids)
      .run();
  },
};

const WORK = {
  ...APPS,

  async "GET event"({ DB }, uuid) {
    return Response.json(await DB.prepare(`${EVENT} FROM events WHERE uuid = ?`).bind(uuid).first());
  },

  async "GET events"({ DB }) {
    const list = DB.prepare(`${EVENT} FROM events WHERE id > ? ORDER BY id LIMIT ?`).bind(0, 51);
    const { results } = await list.all();
    const { count } = await DB.prepare("SELECT count(*) AS count FROM events").first();
    return Response.json({ events: results, count });
  },

  async "POST events"(env, _, request, context) {
    const event = await request.json();
    const { people } = await env.DB.prepare(PEOPLE).bind(JSON.stringify(event.participants)).first();
    const now = Date.now();
    const uuid = crypto.randomUUID();
    const row = { uuid, name: event.name, startsAt: now, endsAt: now + 1, location: event.location };
    const members = JSON.parse(people).map(({ userId }) => ({ uuid, userId }));
    const insert = env.DB.prepare(`INSERT INTO events
      (uuid, creator_id, name, starts_at, ends_at, location, location_key, created_at, updated_at)
      SELECT value ->> 'uuid', ?, value ->> 'name', value ->> 'startsAt', value ->> 'endsAt', value ->> 'location',
        value ->> 'location', ?, ? FROM json_each(?) RETURNING id, uuid`);
    const insertMembers =
      env.DB.prepare(`INSERT INTO event_members (event_id, user_id, is_organizer, joined_at)
      SELECT e.id, m.value ->> 'userId', 0, ? FROM json_each(?) AS m JOIN events e ON e.uuid = m.value ->> 'uuid'
      WHERE EXISTS (SELECT 1 FROM users WHERE id = m.value ->> 'userId') ON CONFLICT DO NOTHING`);
    const rows = effects(event, members.length + 1);
    await env.DB.batch([
      insert.bind(1, now, now, JSON.stringify([row])),
      insertEffects(env.DB, rows, now),
      insertMembers.bind(now, JSON.stringify(members)),
    ]);
    context.waitUntil(handOff(env.JOBS, rows));
    return Response.json({ id: uuid, event: row }, { status: 201 });
  },

  async "PUT event"(env, uuid, request, context) {
    const change = await request.json();
    const event = await env.DB.prepare(`${EVENT} FROM events WHERE uuid IN (SELECT value FROM json_each(?))`)
      .bind(JSON.stringify([uuid]))
      .first();
    const now = Date.now();
    const update = env.DB.prepare(`UPDATE events SET name = coalesce(change.value ->> 'name', name),
        starts_at = coalesce(change.value ->> 'startsAt', starts_at), ends_at = coalesce(change.value ->> 'endsAt', ends_at),
        location = coalesce(change.value ->> 'location', location),
        location_key = coalesce(change.value ->> 'key', location_key), updated_at = ?
      FROM json_each(?) AS change WHERE events.id = change.value ->> 'id' AND events.starts_at > ?`);
    const changes = [{ id: event.id, location: change.location, key: change.location }];
    const rows = effects(event, JSON.parse(event.members).length + 1);
    await env.DB.batch([update.bind(now, JSON.stringify(changes), now), insertEffects(env.DB, rows, now)]);
    context.waitUntil(handOff(env.JOBS, rows));
    await env.ROOMS.getByName(uuid).publish("notice", {
      text: `Event "${event.name}" has been updated.`,
      action: "updated",
      event: uuid,
    });
    return Response.json({ message: "Event has been updated", event: { ...event, ...change } });
  },

  async "GET chats"({ DB }) {
    const { results } = await DB.prepare(CHATS).bind(1).all();
    return Response.json(results);
  },

  async "GET orders"({ DB }) {
    const [{ results }, { results: count }] = await DB.batch([
      DB.prepare(ORDERS).bind(1),
      DB.prepare("SELECT count(*) AS count FROM orders WHERE client_id = ?").bind(1),
    ]);
    return Response.json({ results, ...count[0] });
  },

  async "POST location"(env, driver, request) {
    const { latitude, longitude } = await request.json();
    const now = Date.now();
    const { id } =
      await env.DB.prepare(`UPDATE tow_trucks SET latitude = ?, longitude = ?, located_at = ?, updated_at = ?
      WHERE driver_id = ? RETURNING id`)
        .bind(latitude, longitude, now, now, Number(driver))
        .first();
    const location = { tow_truck_id: id, latitude, longitude, updated_at: new Date(now).toISOString() };
    await env.ROOMS.getByName(`truck:${id}`).publish("position", location);
    return Response.json({ message: "Location updated", location });
  },

  "GET room": (env, name, request) => env.ROOMS.getByName(name).fetch(request),

  async "POST signin"(_env, _, request) {
    const { password } = await request.json();
    const options = { N: 2 ** 14, r: 8, p: 5, maxmem: 64 * 1024 * 1024 };
    const key = scryptSync(password, Buffer.from("a salt of 16 byte"), 32, options);
    return Response.json({ key: key.toString("base64") });
  },
};

/** As many outbox rows as the product writes: the room's notice and a letter for each participant. */
function effects({ name, location, participants }, count) {
  return Array.from({ length: count }, () => ({
    id: crypto.randomUUID(),
    kind: "none",
    address: "somebody@example.com",
    payload: { name, location, participants },
  }));
}

function insertEffects(DB, rows, now) {
  return DB.prepare(OUTBOX).bind(now, now, JSON.stringify(rows));
}

/** Sends the rows to the queue, for `queue`. */
function handOff(queue, rows) {
  return queue.sendBatch(rows.map(({ id }) => ({ body: { outbox: id } })));
}

/** Inserts a row and sends it to everybody. */
export class Room extends DurableObject {
  constructor(state, env) {
    super(state, env);
    state.storage.sql.exec(`CREATE TABLE IF NOT EXISTS entries (
      seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, author INTEGER NOT NULL, ref TEXT, kind TEXT NOT NULL, body TEXT NOT NULL)`);
  }

  fetch() {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    server.send(JSON.stringify({ t: "welcome" }));
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(socket, data) {
    const { t, ref, kind = t, points, body = { points } } = JSON.parse(data);
    const { seq, at } = this.#insert(kind, body, ref);
    socket.send(JSON.stringify({ t: "ack", ref, seq, at }));
    this.#send({ t: "entry", seq, kind, at, by: 1, ref, body });
  }

  webSocketClose(socket) {
    socket.close(1000);
  }

  publish(kind, body) {
    const { seq, at } = this.#insert(kind, body, crypto.randomUUID());
    this.#send({ t: "entry", seq, kind, at, by: null, body });
  }

  #insert(kind, body, ref) {
    const at = new Date();
    const { seq } = this.ctx.storage.sql
      .exec(
        "INSERT INTO entries (at, author, ref, kind, body) VALUES (?, ?, ?, ?, ?) RETURNING seq",
        at.getTime(),
        1,
        ref,
        kind,
        JSON.stringify(body),
      )
      .one();
    return { seq, at: at.toISOString() };
  }

  #send(entry) {
    const frame = JSON.stringify(entry);
    for (const socket of this.ctx.getWebSockets()) socket.send(frame);
  }
}
