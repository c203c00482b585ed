/** A socket stays as long as its credential is valid or refreshed in time; otherwise it is closed with 4001. */
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Person, person, post } from "../../harness/api.ts";
import { admit, callerOf, listen, note, type World, withRoom } from "../../harness/realtime/fake-room.ts";
import { authorize, makeRoom, say, tokenUntil, until } from "../../harness/rooms.ts";
import { connectNative } from "../../harness/socket.ts";

const MINUTE = 60_000;
const text = (frame: object) => JSON.stringify(frame);

function serverSide(world: World): WebSocket {
  const [socket] = world.state.getWebSockets();
  if (!socket) throw new Error("no socket");
  return socket;
}

afterEach(() => vi.restoreAllMocks());

test("The alarm closes sockets of both dialects whose credential has expired, and no others.", async () => {
  await withRoom(async (room, world) => {
    const expiresAt = world.now + MINUTE;
    const brief = listen(room.sockets.open(admit(world, { caller: callerOf(1, { expiresAt }) })));
    const old = { caller: callerOf(2, { expiresAt }), native: false, protocol: null };
    const briefToo = listen(room.sockets.open(admit(world, old)));
    listen(room.sockets.open(admit(world, { caller: callerOf(3, { expiresAt: expiresAt + MINUTE }) })));
    listen(room.sockets.open(admit(world)));
    expect(await world.state.storage.getAlarm()).toBe(expiresAt);
    expect(brief.frames).toMatchObject([]);
    world.now = expiresAt;
    await world.onSchedule(room);
    expect([await brief.closed, await briefToo.closed]).toEqual([4001, 4001]);
    expect(world.state.getWebSockets("user:3").map(({ readyState }) => readyState)).toEqual([1]);
    expect(await world.state.storage.getAlarm()).toBe(expiresAt + MINUTE);
  });
});

test("An expired credential closes its socket even while the database is slow.", async () => {
  await withRoom(async (room, world) => {
    const { closed } = listen(
      room.sockets.open(admit(world, { caller: callerOf(1, { expiresAt: world.now + 5 }) })),
    );
    room.log.publish(world.name, note("to be copied"));
    let letGo = () => {};
    world.database = () =>
      new Promise((resolve) => {
        letGo = resolve;
      });
    world.now += 5;
    const alarm = world.onSchedule(room);
    expect(await closed).toBe(4001);
    letGo();
    await alarm;
  });
});

test("The welcome has the whole seconds until the credential expires.", async () => {
  await withRoom(async (room, world) => {
    const caller = callerOf(1, { expiresAt: world.now + 2999 });
    const { frames } = listen(room.sockets.open(admit(world, { caller })));
    await until(() => frames.length > 0);
    expect(frames[0]).toMatchObject({ t: "welcome", ttl: 2 });
  });
});

test("The alarm of an expiry comes before a later one and survives an eviction.", async () => {
  await withRoom(async (room, world) => {
    listen(room.sockets.open(admit(world, { caller: callerOf(1, { expiresAt: world.now + 2 * MINUTE }) })));
    const brief = listen(
      room.sockets.open(admit(world, { caller: callerOf(2, { expiresAt: world.now + MINUTE }) })),
    );
    expect(await world.state.storage.getAlarm()).toBe(world.now + MINUTE);
    world.now += MINUTE;
    await world.onSchedule(world.fresh());
    expect(await brief.closed).toBe(4001);
    expect(await world.state.storage.getAlarm()).toBe(world.now + MINUTE);
  });
});

test("A frame after the expiry but before the alarm is not stored, and closes the socket.", async () => {
  await withRoom(async (room, world) => {
    const { closed } = listen(
      room.sockets.open(admit(world, { caller: callerOf(1, { expiresAt: world.now + 5 }) })),
    );
    world.now += 5;
    await room.sockets.message(serverSide(world), text(say("late")));
    expect(await closed).toBe(4001);
    expect(world.state.storage.sql.exec("SELECT * FROM entries").toArray()).toEqual([]);
  });
});

test("A refresh moves the expiry and resets the count of bad frames.", async () => {
  await withRoom(async (room, world) => {
    const caller = callerOf(1, { expiresAt: world.now + MINUTE });
    const { closed, frames } = listen(room.sockets.open(admit(world, { caller })));
    const socket = serverSide(world);
    const end = world.now + 2 * MINUTE;
    world.gatekeeper = async () => ({ ...caller, expiresAt: end });
    await room.sockets.message(socket, "bad");
    await room.sockets.message(socket, "bad");
    await room.sockets.message(socket, text({ t: "auth", token: "new" }));
    await room.sockets.message(socket, "bad");
    world.now += MINUTE;
    await world.onSchedule(room);
    await room.sockets.message(socket, text(say("still here")));
    expect(socket.readyState).toBe(WebSocket.OPEN);
    world.now = end;
    await world.onSchedule(room);
    expect(await closed).toBe(4001);
    expect(frames.map(({ t }) => t)).toEqual(["welcome", "error", "error", "error", "ack", "entry"]);
  });
});

test("A refresh during an outage is answered with an error, and the socket may try again.", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  await withRoom(async (room, world) => {
    const caller = callerOf(1, { expiresAt: world.now + MINUTE });
    const { frames } = listen(room.sockets.open(admit(world, { caller })));
    const socket = serverSide(world);
    world.gatekeeper = () => Promise.reject(new Error("D1 is overloaded"));
    for (let attempt = 0; attempt < 4; attempt++)
      await room.sockets.message(socket, text({ t: "auth", token: "new" }));
    expect(socket.readyState).toBe(WebSocket.OPEN);
    world.gatekeeper = async () => ({ ...caller, expiresAt: world.now + 2 * MINUTE });
    await room.sockets.message(socket, text({ t: "auth", token: "new" }));
    world.now += MINUTE;
    await world.onSchedule(room);
    expect(socket.readyState).toBe(WebSocket.OPEN);
    await until(() => frames.length === 5);
    expect(frames.slice(1)).toEqual(
      Array(4).fill({ t: "error", code: "unavailable", detail: "Send it again later." }),
    );
  });
});

test("A socket whose session ends during a refresh is not refreshed.", async () => {
  await withRoom(async (room, world) => {
    const caller = callerOf(1, { expiresAt: world.now + MINUTE });
    const { closed } = listen(room.sockets.open(admit(world, { caller })));
    const other = callerOf(1, { sessionId: "another of their sessions" });
    let checked = (_: typeof caller) => {};
    world.gatekeeper = () => new Promise((resolve) => (checked = resolve));
    const renewal = room.sockets.message(serverSide(world), text({ t: "auth", token: "new" }));
    room.sockets.revoke({ userId: 1, sessionId: other.sessionId }, 4001, "signed out");
    checked(other);
    await renewal;
    expect(await closed).toBe(4001);
  });
});

// ------------------------------------------------------------ with real tokens

let ann: Person;
beforeAll(async () => {
  ann = await person();
});

test("A real token that expires closes its socket at that time, with no frame sent.", async () => {
  const room = await makeRoom(ann);
  const end = Math.ceil(Date.now() / 1000 + 1) * 1000;
  const socket = await connectNative(room.path, await tokenUntil(ann, end));
  expect((await socket.next()).ttl).toBeLessThanOrEqual(2);
  expect((await socket.closed).code).toBe(4001);
  expect(Date.now()).toBeGreaterThanOrEqual(end);
  expect(Date.now()).toBeLessThan(end + 3000);
});

test("A socket that is refreshed with a new token stays after the old one expires.", async () => {
  const room = await makeRoom(ann);
  const end = Math.ceil(Date.now() / 1000 + 1) * 1000;
  const socket = await authorize(room, await tokenUntil(ann, end));
  socket.send({ t: "auth", token: ann.token });
  await new Promise((resolve) => setTimeout(resolve, end - Date.now() + 300));
  socket.send(say("still here"));
  expect(await socket.next()).toMatchObject({ t: "ack", ref: "still here" });
});

test.each<[string, () => Promise<string>]>([
  ["a token of somebody else", async () => (await person()).token],
  ["a token that has ended", () => tokenUntil(ann, Date.now() - 1000)],
  ["a refresh token", async () => ann.refresh],
  ["nonsense", async () => "nonsense"],
  ["a key of nobody", async () => "0".repeat(40)],
])("A refresh with %s closes with 4001.", async (_, token) => {
  const room = await makeRoom(ann);
  const socket = await authorize(room, ann.token);
  socket.send({ t: "auth", token: await token() });
  expect((await socket.closed).code).toBe(4001);
});

test("An anonymous listener that sends a token is closed with 4001.", async () => {
  const socket = await authorize(await makeRoom(ann));
  socket.send({ t: "auth", token: ann.token });
  expect((await socket.closed).code).toBe(4001);
});

test("A token of another session of the same person refreshes a socket, and that session's sign-out closes it.", async () => {
  const room = await makeRoom(ann);
  const { body } = await post("/api/auth/signin/", { username: ann.username, password: ann.password });
  const socket = await authorize(room, ann.token);
  socket.send({ t: "auth", token: body.access });
  socket.send(say("renewed"));
  await socket.next((frame) => frame.t === "ack");
  await post("/api/v1/auth/logout/", {}, { token: body.access });
  expect((await socket.closed).code).toBe(4001);
});

test("A system entry is not sent to a socket whose credential has expired.", async () => {
  await withRoom(async (room, world) => {
    const caller = callerOf(1, { expiresAt: world.now + 5 });
    const { frames, closed } = listen(room.sockets.open(admit(world, { caller })));
    world.now += 10;
    await world.onSchedule(room);
    room.log.publish(world.name, note("later"));
    expect(await closed).toBe(4001);
    expect(frames.map(({ t }) => t)).toEqual(["welcome"]);
  });
});
