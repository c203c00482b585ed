/** The documented dialect of the event socket: `{"message": …}` both ways, and an error frame for anything else. */
import { beforeAll, expect, test } from "vitest";
import { type Person, person } from "../../harness/api.ts";
import { authorize, journalOf, makeRoom, say } from "../../harness/rooms.ts";
import { connect } from "../../harness/socket.ts";

/** One person for all tests, because scrypt is slow on purpose. Each test has its own room. */
let ann: Person;
beforeAll(async () => {
  ann = await person();
});

test("An anonymous documented socket listens without a welcome and without old entries.", async () => {
  const room = await makeRoom(ann);
  const socket = await connect(room.path);
  expect(socket.protocol).toBeNull();
  expect(await socket.silent()).toBe(true);
});

test("An event's socket opens by number and by uuid, with and without the last slash.", async () => {
  const room = await makeRoom(ann);
  const paths = [room.path, room.path.slice(0, -1), `/ws/events/${room.uuid}/`, `/ws/events/${room.uuid}`];
  const sockets = await Promise.all(paths.map((path) => connect(path)));
  (await connect(`${room.path}?token=${ann.token}`)).send({ message: "Hi" });
  for (const socket of sockets) expect(await socket.next()).toEqual({ message: "Hi" });
});

test.each([
  ["text", "Привет"],
  ["empty text", ""],
  ["text that says ping", "ping"],
  ["an object", { a: [1, null], b: { c: true } }],
  ["a list", [1, "two", null]],
  ["a number", 0],
  ["false", false],
  ["null", null],
])(
  "A message that is %s is relayed verbatim to everybody, its sender too, and to native sockets as an entry.",
  async (_, message) => {
    const room = await makeRoom(ann);
    const sender = await connect(`${room.path}?token=${ann.token}`);
    const [reader, native] = [await connect(room.path), await authorize(room)];
    sender.send({ message, other: "is dropped" });
    expect(await sender.next()).toEqual({ message });
    expect(await reader.next()).toEqual({ message });
    const body = typeof message === "string" ? { text: message } : { data: message };
    expect(await native.next()).toMatchObject({ t: "entry", seq: 2, kind: "message", by: ann.id, body });
  },
);

test("A documented socket gets a native message as a message, and neither acks nor presence.", async () => {
  const room = await makeRoom(ann);
  const [native, old] = [await authorize(room, ann.token), await connect(`${room.path}?token=${ann.token}`)];
  native.send(say("r", "Hello"));
  expect(await old.next()).toEqual({ message: "Hello" });
  expect(await old.silent()).toBe(true);
});

test("A documented socket gets a notice as a message with its text.", async () => {
  const room = await makeRoom(ann);
  const socket = await connect(room.path);
  await room.stub.publish(room.name, {
    kind: "notice",
    ref: null,
    body: { text: 'Event "Ride" has been updated.', action: "updated" },
  });
  expect(await socket.next()).toEqual({ message: 'Event "Ride" has been updated.' });
});

test.each([
  ["no JSON", "hello"],
  ["no object", "[1]"],
  ["null", "null"],
  ["no message", { text: "hello" }],
  ["a message that only the prototype has", '{"__proto__":{"message":"x"}}'],
  ["binary", new ArrayBuffer(4)],
  ["a text of 1,001 characters", { message: "x".repeat(1001) }],
  ["17 KiB", { message: { long: "x".repeat(17 * 1024) } }],
])("A documented frame with %s is answered with a documented error and sent to nobody.", async (_, frame) => {
  const room = await makeRoom(ann);
  const [sender, reader] = [await connect(`${room.path}?token=${ann.token}`), await connect(room.path)];
  sender.send(frame);
  expect(await sender.next()).toEqual({
    type: "error",
    code: expect.stringMatching(/^(bad_frame|too_large)$/),
    detail: expect.stringMatching(/\S/),
  });
  sender.send({ message: "good" });
  expect(await reader.next()).toEqual({ message: "good" });
  expect(await journalOf(room)).toHaveLength(2);
});

test("On a documented socket the third bad frame in a row closes with 4400, and a good one resets the count.", async () => {
  const room = await makeRoom(ann);
  const socket = await connect(`${room.path}?token=${ann.token}`);
  for (const frame of ["bad", "bad", { message: "good" }, "bad", "bad"]) socket.send(frame);
  for (let bad = 0; bad < 4; bad++) await socket.next((frame) => frame.type === "error");
  socket.send("bad");
  expect((await socket.closed).code).toBe(4400);
});

test("An anonymous documented message is refused and sent to nobody.", async () => {
  const room = await makeRoom(ann);
  const [stranger, reader] = [await connect(room.path), await connect(room.path)];
  stranger.send({ message: 'Event "Ride" has been deleted.' });
  expect(await stranger.next()).toEqual({
    type: "error",
    code: "unauthenticated",
    detail: "Sign in to write here.",
  });
  expect(await reader.silent()).toBe(true);
  expect(await journalOf(room)).toHaveLength(1);
});
