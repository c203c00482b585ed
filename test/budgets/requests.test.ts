/** What one request may cost: statements, object calls and queue sends, counted and not timed. */
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Person, person, rows, unique } from "../harness/api.ts";
import { type Bill, charge, counted } from "../harness/counting/counted.ts";
import { authorize, makeRoom } from "../harness/rooms.ts";

const meter = counted();

/** A person whose session no isolate has cached: their token was never used. */
const fresh = () => person("fresh");

let ann: Person;

/** People who can be invited, made without the price of their passwords. */
async function crowd(count: number): Promise<string[]> {
  const names = Array.from({ length: count }, () => unique("crowd"));
  await env.DB.prepare(
    `INSERT INTO users (username, username_key, email, first_name, last_name, password_hash, locale, created_at, updated_at)
     SELECT value, lower(value), lower(value) || '@example.com', '', '', '', 'en', 0, 0 FROM json_each(?)`,
  )
    .bind(JSON.stringify(names))
    .run();
  return names;
}

const ride = (participants: string[] = []) => ({
  name: "Ride",
  starting_time: "2031-01-01T10:00Z",
  end_time: "2031-01-01T11:00Z",
  location: "Bridge",
  participants,
});

async function signInAgain({ username, password }: Person) {
  const { response, bill } = await charge(meter, 200, "POST", "/api/auth/signin/", {
    body: { username, password },
  });
  return { ...(await response.json<{ access: string }>()), bill };
}

beforeAll(async () => {
  ann = await person();
});

afterEach(() => vi.restoreAllMocks());

test("The meter sees statements in sessions and batches, object calls and queue sends.", async () => {
  const session = meter.env.DB.withSession("first-primary");
  await meter.env.DB.prepare("SELECT 1").first();
  await session.prepare("SELECT ?").bind(2).all();
  await session.batch([session.prepare("SELECT 3"), session.prepare("SELECT ?").bind(4)]);
  await meter.env.EVENT_ROOMS.getByName("event:meter").wake("event:meter");
  await meter.env.JOBS.sendBatch([{ body: { outbox: "x" } }, { body: { outbox: "y" } }]);
  expect(meter.read()).toEqual({
    statements: ["SELECT 1", "SELECT ?", "SELECT 3", "SELECT ?"],
    written: [],
    roundTrips: 3,
    objectCalls: ["EVENT_ROOMS.wake"],
    queueSends: [2],
  });
  expect(meter.read().statements).toEqual([]);
});

test("Reading one event costs two statements while the session is unknown, then one, and no object.", async () => {
  const room = await makeRoom(ann, [ann.username]);
  const { token } = await fresh();
  const path = `/api/event/${room.uuid}/`;
  for (const statements of [2, 1, 1]) {
    const { bill } = await charge(meter, 200, "GET", path, { token });
    expect(bill).toMatchObject({ objectCalls: [], queueSends: [] });
    expect(bill.statements).toHaveLength(statements);
  }
});

test("A list costs the same few statements for one row, for 30 and for 100, with everybody who takes part.", async () => {
  const people = await crowd(5);
  await env.DB.prepare(
    `INSERT INTO events (uuid, name, starts_at, created_at, updated_at)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 101)
     SELECT lower(hex(randomblob(16))), 'listed', 1, 0, 0 FROM n`,
  ).run();
  await env.DB.prepare(
    `INSERT INTO event_members (event_id, user_id, is_organizer, joined_at)
     SELECT e.id, u.id, 0, 0 FROM events e, users u WHERE e.name = 'listed' AND u.username IN (SELECT value FROM json_each(?))`,
  )
    .bind(JSON.stringify(people))
    .run();
  for (const limit of [1, 30, 100]) {
    const { token } = await fresh();
    const { bill, response } = await charge(meter, 200, "GET", `/api/events/?limit=${limit}`, { token });
    expect((await response.json<{ events: unknown[] }>()).events).toHaveLength(limit);
    expect(bill).toMatchObject({ objectCalls: [], queueSends: [] });
    expect(bill.statements).toHaveLength(3);
  }
  const { bill } = await charge(meter, 200, "GET", "/api/events/", { token: ann.token });
  expect(bill.statements.length).toBeLessThanOrEqual(2);
  await env.DB.exec("DELETE FROM events WHERE name = 'listed'");
});

/** One statement after the response settles the effects that were carried out; the queue would need two for each delivery. */
const besidesSettling = ({ statements }: Bill) =>
  statements.filter((sql) => !sql.startsWith("UPDATE outbox SET status = iif("));

test("Making an event costs six statements in three trips, and calls no object.", async () => {
  const { token } = await fresh();
  const { bill } = await charge(meter, 201, "POST", "/api/events/", { token, body: ride([ann.username]) });
  // The last one tells the archive of the room, which nobody can have entered.
  expect(bill.statements).toHaveLength(6);
  expect(bill).toMatchObject({ roundTrips: 3, objectCalls: [], queueSends: [1] });
});

test("A key for repeating a creation costs two statements more.", async () => {
  const { token } = await fresh();
  const headers = { "idempotency-key": unique("key") };
  const { bill } = await charge(meter, 201, "POST", "/api/events/", { token, body: ride(), headers });
  // An event that names nobody costs one statement less than the one above.
  expect(bill.statements).toHaveLength(6);
  expect(bill.objectCalls).toEqual([]);
  const { bill: again } = await charge(meter, 201, "POST", "/api/events/", { token, body: ride(), headers });
  expect(again.statements.length).toBeLessThanOrEqual(3);
  expect(again).toMatchObject({ objectCalls: [], queueSends: [] });
});

test("Changing an event with 100 participants costs six statements, one object call, and queue sends by the hundred.", async () => {
  const room = await makeRoom(ann, await crowd(100));
  await authorize(room);
  const { access } = await signInAgain(ann);
  const { bill } = await charge(meter, 200, "PUT", `/api/event/${room.uuid}/`, {
    token: access,
    body: { name: "Later", participants: await crowd(100) },
  });
  expect(besidesSettling(bill)).toHaveLength(6);
  expect(bill.objectCalls).toEqual(["EVENT_ROOMS.publish"]);
  // 100 who come and 100 who are out.
  expect(bill.queueSends).toEqual([100, 100]);
  const mails = await rows<{ count: number }>(
    "SELECT count(*) AS count FROM outbox WHERE kind = 'mail' AND json_extract(payload, '$.data.name') = 'Later'",
  );
  expect(mails).toEqual([{ count: 200 }]);
});

test("Deleting an event costs four statements at most and one object call.", async () => {
  const room = await makeRoom(ann, await crowd(100));
  const { bill } = await charge(meter, 200, "DELETE", `/api/event/${room.uuid}/`, { token: ann.token });
  expect(besidesSettling(bill).length).toBeLessThanOrEqual(4);
  expect(bill).toMatchObject({ objectCalls: ["EVENT_ROOMS.retire"], queueSends: [100] });
});

test("Signing in costs four statements in two trips; the guesses and the hash have objects of their own.", async () => {
  const { bill } = await signInAgain(await person());
  expect(bill.statements).toHaveLength(4);
  expect(bill).toMatchObject({ roundTrips: 2, queueSends: [] });
  expect(bill.objectCalls).toEqual(["COUNTERS.hit", "COUNTERS.hit", "HASHERS.verify", "COUNTERS.clear"]);
});

test("A wrong password and an unknown name cost the same.", async () => {
  const known = await charge(meter, 401, "POST", "/api/auth/signin/", {
    body: { username: ann.username, password: "wrong password" },
  });
  const unknown = await charge(meter, 400, "POST", "/api/auth/signin/", {
    body: { username: unique("nobody"), password: "wrong password" },
  });
  expect(known.bill.statements).toHaveLength(1);
  expect(unknown.bill.statements).toHaveLength(1);
  expect(unknown.bill.objectCalls).toEqual(known.bill.objectCalls);
});

test("Signing up costs five statements in one trip, one count, one hash and one letter.", async () => {
  const username = unique("new");
  const body = { username, email: `${username}@example.com`, password: "verysecret" };
  const { bill } = await charge(meter, 200, "POST", "/api/auth/signup/", { body });
  expect(bill.statements).toHaveLength(5);
  expect(bill).toMatchObject({
    roundTrips: 1,
    objectCalls: ["COUNTERS.hit", "HASHERS.hash"],
    queueSends: [1],
  });
});
