/** What a handshake, a resume and a frame may cost: statements, object calls and queue sends, counted and not timed. */
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Person, person, rows } from "../harness/api.ts";
import { charge, counted } from "../harness/counting/counted.ts";
import {
  archiveOf,
  authorize,
  type EventRoomHandle,
  entriesOf,
  makeRoom,
  say,
  until,
} from "../harness/rooms.ts";
import { connectNative } from "../harness/socket.ts";

const meter = counted();

const notice = (text: string) => ({
  kind: "notice",
  ref: null,
  body: { text, action: "updated", event: crypto.randomUUID() },
});

/** A person whose session no isolate has cached: their token was never used. */
const fresh = () => person("fresh");

let ann: Person;

/** Opens a socket; returns its cost and a counter of its frames. */
async function shakeHands(path: string, token?: string) {
  const protocol = ["caravan.v1", ...(token ? [`auth.${token}`] : [])].join(", ");
  const headers = { upgrade: "websocket", "sec-websocket-protocol": protocol };
  const { bill, response } = await charge(meter, 101, "GET", path, { headers });
  let frames = 0;
  response.webSocket?.addEventListener("message", () => {
    frames += 1;
  });
  response.webSocket?.accept();
  return { bill, frames: () => frames };
}

/** What the queue and other rooms do meanwhile is not a test's business: their statements. */
const BACKGROUND = /outbox|event_entries|from "events" where "events"."uuid" = \?/;

/** Every statement of this isolate, the objects' own too, while a test looks: they share the classes behind their sessions. */
function watchDatabase(room: EventRoomHandle) {
  const session = env.DB.withSession();
  const prepare = vi.spyOn(Object.getPrototypeOf(session), "prepare");
  const bind = vi.spyOn(Object.getPrototypeOf(session.prepare("SELECT 1")), "bind");
  prepare.mockClear();
  return {
    others: () => prepare.mock.calls.map(([sql]) => String(sql)).filter((sql) => !BACKGROUND.test(sql)),
    ofRoom: () => bind.mock.calls.filter((values) => values.includes(room.id)),
  };
}

beforeAll(async () => {
  ann = await person();
});

afterEach(() => vi.restoreAllMocks());

test("A first handshake costs two statements, one of them after the response, the person's registry twice and the room.", async () => {
  const room = await makeRoom(ann);
  const { token } = await fresh();
  const { bill } = await shakeHands(room.path, token);
  // Is there such an event? Who it is stands in the token.
  expect(bill.statements).toHaveLength(2);
  expect(bill.statements[1]).toMatch(/^insert into "rooms"/);
  // Is the session still open, and is a right held; and then the right that was looked up.
  expect(bill.objectCalls).toEqual(["ROSTERS.admit", "ROSTERS.admit", "EVENT_ROOMS.fetch"]);
});

test("A resume costs no statement, and no object but the registry and the room, however much was missed.", async () => {
  const room = await makeRoom(ann);
  const { token } = await fresh();
  await shakeHands(room.path, token);
  for (let n = 0; n < 40; n++) await room.stub.publish(room.name, notice(String(n)));
  const { bill, frames } = await shakeHands(`${room.path}?since=0`, token);
  expect(bill).toEqual({
    statements: [],
    written: [],
    roundTrips: 0,
    // The registry puts a person's handshakes and sign-outs in one order, and holds the right.
    objectCalls: ["ROSTERS.admit", "EVENT_ROOMS.fetch"],
    queueSends: [],
  });
  await until(() => frames() === 42);
});

test("An anonymous resume asks the room and nobody else.", async () => {
  const room = await makeRoom(ann);
  await shakeHands(room.path);
  const { bill } = await shakeHands(`${room.path}?since=0`);
  expect(bill).toMatchObject({ statements: [], objectCalls: ["EVENT_ROOMS.fetch"] });
});

test("What is said, repeated, refused or read again costs no statement anywhere before its answer.", async () => {
  const room = await makeRoom(ann);
  const socket = await authorize(room, ann.token);
  socket.send(say("first"));
  await until(async () => (await archiveOf(room)).length === 2);
  const database = watchDatabase(room);
  for (let n = 0; n < 20; n++) socket.send(say(`r${n}`));
  socket.send(say("first"));
  socket.send("nonsense");
  await socket.next((frame) => frame.t === "error");
  await socket.next((frame) => frame.t === "ack" && frame.ref === "r19");
  expect([...database.others(), ...database.ofRoom()]).toEqual([]);
  const again = await connectNative(`${room.path}?since=0`, ann.token);
  await until(() => entriesOf(again).length === 22);
  expect(database.others()).toEqual([]);
});

test("A flow of entries is archived in at most one statement a second.", async () => {
  const room = await makeRoom(ann);
  await authorize(room);
  const database = watchDatabase(room);
  const begun = Date.now();
  for (let n = 0; n < 90; n++) await room.stub.publish(room.name, notice(String(n)));
  const inD1 = "SELECT count(*) AS n FROM event_entries WHERE event_id = ?";
  // The id as text, so that these statements do not count.
  await until(async () => (await rows<{ n: number }>(inD1, String(room.id)))[0]?.n === 91);
  expect(database.ofRoom().length).toBeLessThanOrEqual(1 + Math.ceil((Date.now() - begun) / 1000));
});
