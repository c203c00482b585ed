/** Hibernation and eviction: sockets, dialects, callers, faults and positions survive. */
import { evictDurableObject } from "cloudflare:test";
import { beforeAll, expect, test } from "vitest";
import { type Person, person } from "../harness/api.ts";
import { note } from "../harness/realtime/fake-room.ts";
import {
  archiveOf,
  authorize,
  entriesOf,
  journalOf,
  makeRoom,
  say,
  tokenUntil,
  until,
  upTo,
} from "../harness/rooms.ts";
import { connect, connectNative } from "../harness/socket.ts";

/** One person for all tests, because scrypt is slow on purpose. Each test has its own room. */
let ann: Person;
beforeAll(async () => {
  ann = await person();
});

test("Sockets of both dialects survive an eviction and keep their dialect and their person.", async () => {
  const room = await makeRoom(ann);
  const native = await authorize(room, ann.token);
  const old = await connect(`${room.path}?token=${ann.token}`);
  const stranger = await authorize(room);
  await evictDurableObject(room.stub);
  native.send(say("r"));
  expect(await native.next()).toMatchObject({ t: "ack", ref: "r", seq: 2 });
  expect(await native.next()).toMatchObject({ t: "entry", seq: 2, by: ann.id });
  expect(await old.next()).toEqual({ message: "r" });
  await evictDurableObject(room.stub);
  old.send({ message: "Hi" });
  expect(await old.next()).toEqual({ message: "Hi" });
  expect(await native.next()).toMatchObject({ t: "entry", seq: 3, by: ann.id, body: { text: "Hi" } });
  await evictDurableObject(room.stub);
  stranger.send(say("s"));
  expect(await stranger.next((frame) => frame.t === "error")).toMatchObject({ code: "unauthenticated" });
});

test("The exact ping text is answered while the object sleeps.", async () => {
  const room = await makeRoom(ann);
  const socket = await authorize(room, ann.token);
  await evictDurableObject(room.stub);
  socket.send('{"t":"ping"}');
  expect(await socket.next()).toEqual({ t: "pong" });
  await expect(evictDurableObject(room.stub)).rejects.toThrow();
});

test("Bad frames are counted across evictions: the third in a row closes with 4400.", async () => {
  const room = await makeRoom(ann);
  const [native, old] = [await authorize(room, ann.token), await connect(`${room.path}?token=${ann.token}`)];
  for (const socket of [native, old]) {
    for (let bad = 1; bad <= 3; bad++) {
      socket.send("bad");
      await socket.next();
      if (bad < 3) await evictDurableObject(room.stub);
    }
    expect((await socket.closed).code).toBe(4400);
  }
});

test("A good frame resets the count of bad frames across evictions.", async () => {
  const room = await makeRoom(ann);
  const socket = await authorize(room, ann.token);
  for (const frame of ["bad", "bad", say("good"), "bad", "bad"]) {
    socket.send(frame);
    await socket.next((answer) => answer.t === (typeof frame === "string" ? "error" : "ack"));
    await evictDurableObject(room.stub);
  }
  socket.send(say("still here"));
  expect(await socket.next((frame) => frame.t === "ack")).toMatchObject({ ref: "still here" });
});

test("After an eviction positions continue, and a retried say gets its first position.", async () => {
  const room = await makeRoom(ann);
  const socket = await authorize(room, ann.token);
  for (const ref of ["a", "b", "a", "c", "b"]) {
    socket.send(say(ref));
    await socket.next((frame) => frame.t === "ack" && frame.ref === ref);
    await evictDurableObject(room.stub);
  }
  expect((await journalOf(room)).slice(1).map(({ seq, ref }) => [seq, ref])).toEqual([
    [2, "a"],
    [3, "b"],
    [4, "c"],
  ]);
  expect(entriesOf(socket).map(({ seq }) => seq)).toEqual([2, 3, 4]);
});

test("A client that resumed before an eviction misses nothing after it.", async () => {
  const room = await makeRoom(ann);
  for (let n = 0; n < 30; n++) await room.stub.publish(room.name, note(String(n)));
  const socket = await connectNative(`${room.path}?since=0`, ann.token);
  await evictDurableObject(room.stub);
  await room.stub.publish(room.name, note("after"));
  await until(() => entriesOf(socket).length === 32);
  expect(entriesOf(socket).map(({ seq }) => seq)).toEqual(upTo(32));
});

test("A position from before an eviction is valid after it.", async () => {
  const room = await makeRoom(ann);
  const first = await connectNative(room.path, ann.token);
  const { epoch, seq } = await first.next();
  first.close();
  await evictDurableObject(room.stub);
  await room.stub.publish(room.name, note("missed"));
  await evictDurableObject(room.stub);
  const socket = await connectNative(`${room.path}?epoch=${epoch}&since=${seq}`, ann.token);
  expect(await socket.next()).toMatchObject({ epoch, recovered: true, seq: seq + 1 });
  expect(await socket.next()).toMatchObject({ t: "entry", seq: seq + 1 });
});

test("A credential that expires while the object sleeps closes its socket.", async () => {
  const room = await makeRoom(ann);
  const end = Math.ceil(Date.now() / 1000 + 1) * 1000;
  const socket = await authorize(room, await tokenUntil(ann, end));
  await evictDurableObject(room.stub);
  expect((await socket.closed).code).toBe(4001);
});

test("A refreshed credential survives an eviction.", async () => {
  const room = await makeRoom(ann);
  const end = Math.ceil(Date.now() / 1000 + 1) * 1000;
  const socket = await authorize(room, await tokenUntil(ann, end));
  socket.send({ t: "auth", token: ann.token });
  socket.send(say("renewed"));
  await socket.next((frame) => frame.t === "ack");
  await evictDurableObject(room.stub);
  await new Promise((resolve) => setTimeout(resolve, end - Date.now() + 300));
  socket.send(say("still here"));
  expect(await socket.next((frame) => frame.t === "ack")).toMatchObject({ ref: "still here" });
});

test("An entry acknowledged just before an eviction reaches D1 by the alarm alone.", async () => {
  const room = await makeRoom(ann);
  const socket = await authorize(room, ann.token);
  for (const ref of ["a", "b", "c"]) socket.send(say(ref));
  await socket.next((frame) => frame.t === "ack" && frame.ref === "c");
  await evictDurableObject(room.stub);
  await until(async () => (await archiveOf(room)).length === 4, 8000);
  expect((await archiveOf(room)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
});

test("An eviction that closes its sockets, as a deploy does, loses nothing that was acknowledged.", async () => {
  const room = await makeRoom(ann);
  const socket = await connectNative(room.path, ann.token);
  const { epoch } = await socket.next();
  for (const ref of ["a", "b", "c"]) socket.send(say(ref));
  await socket.next((frame) => frame.t === "ack" && frame.ref === "c");
  await evictDurableObject(room.stub, { webSockets: "close" });
  await socket.closed;
  const again = await connectNative(`${room.path}?epoch=${epoch}&since=1`, ann.token);
  expect(await again.next()).toMatchObject({ recovered: true, seq: 4 });
  await until(() => entriesOf(again).length === 3);
  expect(entriesOf(again).map(({ ref }) => ref)).toEqual(["a", "b", "c"]);
});
