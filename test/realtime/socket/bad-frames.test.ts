/** Bad frames: each is answered with an error, and the third in a row closes the socket. */
import { beforeAll, expect, test } from "vitest";
import { person } from "../../harness/api.ts";
import { subscriberOf } from "../../harness/realtime/fake-network.ts";
import { admit, callerOf, listen, serverSide, withRoom } from "../../harness/realtime/fake-room.ts";
import { authorize, type EventRoomHandle, journalOf, makeRoom, say } from "../../harness/rooms.ts";

const good = say("r");

/** One room for the whole table: a refused frame changes nothing, so the rows are independent. */
let scene: { room: EventRoomHandle; token: string };
beforeAll(async () => {
  const ann = await person();
  scene = { room: await makeRoom(ann), token: ann.token };
});

test.each([
  ["no JSON", "hello", "bad_frame"],
  ["nothing", "", "bad_frame"],
  ["broken JSON", '{"t":"say"', "bad_frame"],
  ["a number", "5", "bad_frame"],
  ["null", "null", "bad_frame"],
  ["a list", "[]", "bad_frame"],
  ["no type", {}, "bad_frame"],
  ["an unknown type", { t: "shout" }, "bad_frame"],
  ["a type that is no text", { t: 5 }, "bad_frame"],
  ["a type that every object has", { t: "constructor" }, "bad_frame"],
  ["a frame of the server", { t: "entry", seq: 1, kind: "message", at: "x", by: 1, body: {} }, "bad_frame"],
  ["binary", new ArrayBuffer(8), "bad_frame"],
  ["binary of a good frame", new TextEncoder().encode(JSON.stringify(good)).buffer, "bad_frame"],
  ["17 KiB", { ...good, body: { text: "x".repeat(17 * 1024) } }, "too_large"],
  ["16 KiB of text that is 17 KiB of bytes", JSON.stringify("я".repeat(8700)), "too_large"],
  ["10 MB", "x".repeat(10_000_000), "too_large"],
  ["nesting without end", "[".repeat(16_000), "bad_frame"],
  ["no ref", { t: "say", kind: "message", body: { text: "x" } }, "bad_frame"],
  ["an empty ref", { ...good, ref: "" }, "bad_frame"],
  ["a ref of 65 characters", { ...good, ref: "r".repeat(65) }, "bad_frame"],
  ["a ref that is no text", { ...good, ref: 5 }, "bad_frame"],
  ["a kind that the room does not take", { ...good, kind: "shout" }, "bad_frame"],
  ["a kind that only the system says", { ...good, kind: "notice" }, "bad_frame"],
  ["a kind that every object has", { ...good, kind: "constructor" }, "bad_frame"],
  ["the prototype as a kind", '{"t":"say","ref":"r","kind":"__proto__","body":{"text":"x"}}', "bad_frame"],
  ["a body that is a list", { ...good, body: [] }, "bad_frame"],
  ["a body that is text", { ...good, body: "x" }, "bad_frame"],
  ["an empty body", { ...good, body: {} }, "bad_frame"],
  ["a text that is a number", { ...good, body: { text: 5 } }, "bad_frame"],
  ["a text of 1,001 characters", { ...good, body: { text: "x".repeat(1001) } }, "bad_frame"],
  ["half a surrogate pair in a text", { ...good, body: { text: "\ud83d" } }, "bad_frame"],
  ["half a surrogate pair in any JSON", { ...good, body: { data: [{ a: "\ud83d" }] } }, "bad_frame"],
  ["half a surrogate pair as a name", { ...good, body: { data: { "\ud83d": 1 } } }, "bad_frame"],
  ["half a surrogate pair as a ref", { ...good, ref: "\ud83d" }, "bad_frame"],
  ["more in the body than there should be", { ...good, body: { text: "x", admin: true } }, "bad_frame"],
  ["a renewal without a token", { t: "auth" }, "bad_frame"],
  ["a renewal with an endless token", { t: "auth", token: "x".repeat(4097) }, "bad_frame"],
])("A frame with %s is answered with an error and not stored.", async (_, frame, code) => {
  const socket = await authorize(scene.room, scene.token);
  socket.send(frame);
  const answer = await socket.next();
  expect(answer).toMatchObject({ t: "error", code, detail: expect.stringMatching(/\S/) });
  expect(Object.keys(answer)).toEqual(
    expect.arrayContaining(
      answer.ref === undefined ? ["t", "code", "detail"] : ["t", "ref", "code", "detail"],
    ),
  );
  expect(await socket.silent(undefined, 30)).toBe(true);
  expect(await journalOf(scene.room)).toHaveLength(1);
});

test("An error carries the ref of the frame that it answers.", async () => {
  const ann = await person();
  const socket = await authorize(await makeRoom(ann), ann.token);
  socket.send({ ...good, ref: "mine", kind: "shout" });
  expect(await socket.next()).toEqual({
    t: "error",
    ref: "mine",
    code: "bad_frame",
    detail: "This room does not take that kind.",
  });
});

test("Prototype keys in a body are removed.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  const socket = await authorize(room, ann.token);
  socket.send('{"t":"say","ref":"p","kind":"message","body":{"text":"x","__proto__":{"admin":true}}}');
  await socket.next();
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
  for (const { body } of await journalOf(room)) expect(body).not.toContain("admin");
});

test("The third bad frame in a row closes with 4400.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  const socket = await authorize(room, ann.token);
  for (const frame of ["one", { t: "two" }, new ArrayBuffer(3)]) socket.send(frame);
  expect((await socket.closed).code).toBe(4400);
  expect(socket.frames.map(({ t }) => t)).toEqual(["error", "error", "error"]);
});

test.each([
  ["a say", say("good")],
  ["a ping that the room itself answers", '{"t": "ping"}'],
])("The count of bad frames is reset by %s in between.", async (_, between) => {
  const ann = await person();
  const socket = await authorize(await makeRoom(ann), ann.token);
  for (const frame of ["bad", "bad", between, "bad", "bad"]) socket.send(frame);
  for (let bad = 0; bad < 4; bad++) await socket.next((frame) => frame.t === "error");
  socket.send(say("still here"));
  expect(await socket.next((frame) => frame.t === "ack" && frame.ref === "still here")).toBeTruthy();
});

test("An anonymous listener may not write.", async () => {
  const room = await makeRoom(await person());
  const socket = await authorize(room);
  socket.send(good);
  expect(await socket.next()).toEqual({
    t: "error",
    ref: "r",
    code: "unauthenticated",
    detail: "Sign in to write here.",
  });
  expect(await journalOf(room)).toHaveLength(1);
});

test("Fifty frames a second are accepted, the 51st closes with 4429.", async () => {
  await withRoom(async (room, world) => {
    const { frames, closed } = listen(room.sockets.open(admit(world, { caller: callerOf(1) })));
    const [socket] = world.state.getWebSockets();
    if (!socket) throw new Error("no socket");
    for (const second of [1, 2]) {
      world.now = Math.ceil(world.now / 1000) * 1000 + 1;
      for (let n = 0; n < 50; n++) await room.sockets.message(socket, JSON.stringify(say(`${second}.${n}`)));
      world.now += 998;
      expect(socket.readyState).toBe(WebSocket.OPEN);
    }
    await room.sockets.message(socket, JSON.stringify(say("one too many")));
    await room.sockets.message(socket, JSON.stringify(say("and one more")));
    expect(await closed).toBe(4429);
    expect(frames.filter(({ t }) => t === "ack")).toHaveLength(100);
    const { count } = world.state.storage.sql.exec("SELECT count(*) AS count FROM entries").one();
    expect(count).toBe(100);
  });
});

test("A flooding socket is closed with 4429, and the room and the other sockets go on.", async () => {
  const ann = await person();
  const bob = await person();
  const room = await makeRoom(ann);
  const [flood, other] = [await authorize(room, ann.token), await authorize(room, bob.token)];
  for (let index = 0; index < 800; index++) flood.send(say(`flood ${index}`));
  expect((await flood.closed).code).toBe(4429);
  other.send(say("calm"));
  expect(await other.next((frame) => frame.t === "ack")).toMatchObject({ ref: "calm" });
});

test("Pings that the runtime answers do not count towards the rate limit.", async () => {
  const ann = await person();
  const socket = await authorize(await makeRoom(ann), ann.token);
  for (let index = 0; index < 200; index++) socket.send('{"t":"ping"}');
  for (let index = 0; index < 200; index++) expect(await socket.next()).toEqual({ t: "pong" });
});

test("A lone surrogate is refused in a documented frame, a native frame and a frame through an inbox.", async () => {
  await withRoom(async (room, world) => {
    const old = listen(
      room.sockets.open(admit(world, { caller: callerOf(1), native: false, protocol: null })),
    );
    await room.sockets.message(serverSide(world, 1), "\ud83d");
    const fresh = listen(room.sockets.open(admit(world, { caller: callerOf(2) })));
    await room.sockets.message(serverSide(world, 2), JSON.stringify({ ...good, body: { text: "\ud83d" } }));
    room.subscribers.add(world.name, subscriberOf(3, world), null, null);
    const taken = await room.subscribers.takeFrame("inbox:3", {
      t: "say",
      ref: "r",
      kind: "message",
      body: { text: "\ud83d" },
    });
    await expect.poll(() => old.frames).toMatchObject([{ type: "error", code: "bad_frame" }]);
    await expect.poll(() => fresh.frames.at(-1)).toMatchObject({ t: "error", ref: "r", code: "bad_frame" });
    expect(taken).toMatchObject({ ok: false, code: "bad_frame" });
    expect(room.log.latest(world.name, 10).entries).toEqual([]);
  });
});
