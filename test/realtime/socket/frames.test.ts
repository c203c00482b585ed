/** The native dialect, frame by frame, as a client of `caravan.v1` reads and writes it. */
import { expect, test } from "vitest";
import { person } from "../../harness/api.ts";
import { authorize, entriesOf, journalOf, makeRoom, say } from "../../harness/rooms.ts";
import { connectNative } from "../../harness/socket.ts";

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

test("The welcome comes first and has the room's exact position.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  const socket = await connectNative(room.path, ann.token);
  const welcome = await socket.next();
  expect(welcome).toEqual({
    t: "welcome",
    epoch: expect.stringMatching(/^[0-9a-f]{8}$/),
    seq: 1,
    ttl: expect.any(Number),
    recovered: true,
    limits: { frame: 16_384, rate: 50, page: 300, rooms: 50, ping: 25, silence: 60 },
  });
  expect(welcome.ttl).toBeGreaterThan(24 * 3600 - 60);
  expect(welcome.ttl).toBeLessThanOrEqual(24 * 3600);
  expect(await socket.silent()).toBe(true);
});

test("The welcome of an anonymous listener has no ttl.", async () => {
  const room = await makeRoom(await person());
  const socket = await connectNative(room.path);
  expect(await socket.next()).toMatchObject({ t: "welcome", ttl: null });
});

test("A say is acknowledged to its sender and sent as an entry to everybody, including the sender.", async () => {
  const ann = await person();
  const bob = await person();
  const room = await makeRoom(ann);
  const [sender, reader] = [await authorize(room, ann.token), await authorize(room, bob.token)];
  sender.send(say("r-1", "Привет"));
  const ack = await sender.next();
  expect(ack).toEqual({ t: "ack", ref: "r-1", seq: 2, at: expect.stringMatching(ISO) });
  const entry = {
    t: "entry",
    seq: 2,
    kind: "message",
    at: ack.at,
    by: ann.id,
    ref: "r-1",
    body: { text: "Привет" },
  };
  expect(await sender.next()).toEqual(entry);
  expect(await reader.next()).toEqual(entry);
  expect(await reader.silent()).toBe(true);
});

test("A system notice has no author.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  const socket = await authorize(room, ann.token);
  await room.stub.publish(room.name, { kind: "notice", ref: "n", body: { text: "x", action: "updated" } });
  expect(await socket.next()).toEqual({
    t: "entry",
    seq: 2,
    kind: "notice",
    at: expect.stringMatching(ISO),
    by: null,
    ref: "n",
    body: { text: "x", action: "updated" },
  });
});

test("The exact ping is answered with a pong, and so is a ping in another spelling.", async () => {
  const ann = await person();
  const socket = await authorize(await makeRoom(ann), ann.token);
  socket.send('{"t":"ping"}');
  expect(await socket.next()).toEqual({ t: "pong" });
  socket.send('{ "t" : "ping" }');
  expect(await socket.next()).toEqual({ t: "pong" });
});

test("A retried say is acknowledged with its first position, and neither stored nor sent again.", async () => {
  const ann = await person();
  const bob = await person();
  const room = await makeRoom(ann);
  const [sender, reader] = [await authorize(room, ann.token), await authorize(room, bob.token)];
  sender.send(say("same", "first"));
  const ack = await sender.next((frame) => frame.t === "ack");
  sender.send(say("same", "first"));
  expect(await sender.next((frame) => frame.t === "ack")).toEqual(ack);
  sender.send(say("other"));
  expect(await sender.next((frame) => frame.t === "ack")).toMatchObject({ ref: "other", seq: 3 });
  await reader.next((frame) => frame.seq === 3);
  expect(entriesOf(reader).map(({ seq }) => seq)).toEqual([2]);
  expect((await journalOf(room)).map(({ ref }) => ref)).toEqual([expect.any(String), "same", "other"]);
});

test("A retry on another socket, after the first one broke, gets the first position.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  const first = await authorize(room, ann.token);
  first.send(say("same"));
  const ack = await first.next((frame) => frame.t === "ack");
  first.close();
  const second = await authorize(room, ann.token);
  second.send(say("same"));
  expect(await second.next()).toEqual(ack);
  expect(await second.silent()).toBe(true);
});

test("Another person's entry with the same ref is another entry.", async () => {
  const ann = await person();
  const bob = await person();
  const room = await makeRoom(ann);
  const [one, other] = [await authorize(room, ann.token), await authorize(room, bob.token)];
  one.send(say("same"));
  expect(await one.next((frame) => frame.t === "ack")).toMatchObject({ seq: 2 });
  other.send(say("same"));
  expect(await other.next((frame) => frame.t === "ack")).toMatchObject({ seq: 3 });
});

test("The author, the position and the time come from the server, whatever the frame says.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  const socket = await authorize(room, ann.token);
  socket.send({ ...say("r"), by: 1, author: 1, seq: 99, at: "2001-01-01T00:00:00.000Z" });
  const entry = await socket.next((frame) => frame.t === "entry");
  expect(entry).toMatchObject({ seq: 2, by: ann.id });
  expect(Date.parse(entry.at)).toBeGreaterThan(Date.now() - 60_000);
});

test("A burst of one sender is stored and sent in the order of its frames.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  const socket = await authorize(room, ann.token);
  const refs = Array.from({ length: 50 }, (_, index) => `r${index}`);
  for (const ref of refs) socket.send(say(ref));
  await socket.next((frame) => frame.t === "entry" && frame.ref === "r49");
  expect((await journalOf(room)).slice(1).map(({ ref }) => ref)).toEqual(refs);
  const acks = socket.frames.filter((frame) => frame.t === "ack");
  expect(acks.map(({ ref, seq }) => [ref, seq])).toEqual(refs.map((ref, index) => [ref, index + 2]));
  expect(entriesOf(socket).map(({ seq }) => seq)).toEqual(refs.slice(0, -1).map((_, index) => index + 2));
});

test("No entry is sent to anybody before its sender's ack.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  const socket = await authorize(room, ann.token);
  for (let index = 0; index < 20; index++) socket.send(say(`r${index}`));
  await socket.next((frame) => frame.t === "entry" && frame.ref === "r19");
  const seen = new Set<number>();
  for (const frame of socket.frames) {
    if (frame.t === "ack") seen.add(frame.seq);
    if (frame.t === "entry") expect(seen).toContain(frame.seq);
  }
});
