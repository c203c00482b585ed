/** Retiring a room: a last entry, 4004, and nothing left in storage. */
import { evictDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { del, person, rows } from "../../harness/api.ts";
import { admit, callerOf, listen, note, type World, withRoom } from "../../harness/realtime/fake-room.ts";
import {
  archiveOf,
  authorize,
  connectHalfOpen,
  journalOf,
  makeRoom,
  say,
  until,
} from "../../harness/rooms.ts";
import { connect, dial } from "../../harness/socket.ts";

const HOUR = 3600_000;
const tablesOf = ({ state }: World) =>
  state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name IN ('entries', 'facts')").toArray();
const entriesIn = ({ state }: World) => state.storage.sql.exec("SELECT * FROM entries").toArray();

test("Deleting an event tells every socket, closes it with 4004 and leaves nothing in storage.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  const sockets = [await authorize(room, ann.token), await authorize(room)];
  const old = await connect(room.path);
  sockets[0]?.send(say("r"));
  await old.next();
  expect((await del(`/api/event/${room.uuid}/`, undefined, { token: ann.token })).status).toBe(200);
  expect(await old.next()).toEqual({ message: 'Event "Ride" has been deleted.' });
  expect((await old.closed).code).toBe(4004);
  for (const socket of sockets) {
    const last = await socket.next((frame) => frame.t === "entry" && frame.kind === "notice");
    expect(last).toMatchObject({ by: null, body: { action: "deleted" } });
    expect((await socket.closed).code).toBe(4004);
  }
  expect(await journalOf(room)).toEqual([]);
  expect(await archiveOf(room)).toEqual([]);
  expect(await dial(room.path)).toMatchObject({ refusal: { status: 404 } });
});

test("The room refuses a handshake that a cached event allowed, even after an eviction.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  // The deletion in another isolate does not clear this isolate's cache by number.
  await authorize(room, ann.token);
  await room.stub.retire(room.name, note("gone"));
  await evictDurableObject(room.stub);
  const result = await dial(room.path, { protocols: ["caravan.v1", `auth.${ann.token}`] });
  expect("refusal" in result && result.refusal.status).toBe(404);
  expect(await rows("SELECT * FROM event_entries WHERE event_id = ? AND seq > 1", room.id)).toEqual([]);
});

test("Frames of a client that does not answer the close of a retired room are not stored.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  const socket = await connectHalfOpen(room.path, ["caravan.v1", `auth.${ann.token}`]);
  await room.stub.retire(room.name, note("gone"));
  expect(await socket.closed).toBe(4004);
  socket.send(say("late"));
  await evictDurableObject(room.stub);
  socket.send(say("later"));
  expect(await journalOf(room)).toEqual([]);
});

test("An entry sent just before a room is retired never appears in the room's next epoch.", async () => {
  await withRoom(async (room, world) => {
    const { frames, closed } = listen(room.sockets.open(admit(world, { caller: callerOf(1) })));
    const [socket] = world.state.getWebSockets();
    if (!socket) throw new Error("no socket");
    const said = ["a", "b", "c"].map((ref) => room.sockets.message(socket, JSON.stringify(say(ref))));
    room.log.retire(world.name, note("gone"));
    await Promise.all(said);
    expect(await closed).toBe(4004);
    expect(entriesIn(world)).toEqual([]);
    expect(frames.filter(({ t }) => t === "entry").at(-1)).toMatchObject({ kind: "notice" });
  });
});

test("A retired room admits nobody and publishes nothing for an hour, and then has no storage.", async () => {
  await withRoom(async (room, world) => {
    room.log.publish(world.name, note("one", "first"));
    room.log.retire(world.name, note("gone", "last"));
    expect(room.sockets.open(admit(world)).status).toBe(404);
    expect(await room.log.publish(world.name, note("late"))).toMatchObject({ seq: 0 });
    expect(entriesIn(world)).toEqual([]);
    world.now += HOUR - 1;
    await world.onSchedule(room);
    expect(world.fresh().sockets.open(admit(world)).status).toBe(404);
    expect(await world.state.storage.getAlarm()).toBe(world.now + 1);
    world.now += 1;
    await world.onSchedule(room);
    expect(tablesOf(world)).toEqual([]);
    expect(await world.state.storage.getAlarm()).toBeNull();
    expect(world.batches).toEqual([]);
  });
});

test("Retiring a room twice is the same as once.", async () => {
  await withRoom(async (room, world) => {
    room.log.publish(world.name, note("one"));
    room.log.retire(world.name, note("gone", "last"));
    world.fresh().log.retire(world.name, note("gone", "last"));
    expect(entriesIn(world)).toEqual([]);
    world.now += HOUR;
    await world.onSchedule(room);
    expect(tablesOf(world)).toEqual([]);
  });
});

test("A room that begins again after it was retired has a new epoch, and old positions are not valid.", async () => {
  await withRoom(async (room, world) => {
    const { epoch, seq } = await room.log.publish(world.name, note("one"));
    room.log.retire(world.name, note("gone"));
    world.now += HOUR;
    await world.onSchedule(room);
    const anew = await room.log.publish(world.name, note("another life"));
    expect(anew.seq).toBe(1);
    expect(anew.epoch).not.toBe(epoch);
    const { frames } = listen(room.sockets.open(admit(world, { epoch, since: seq })));
    await until(() => frames.length > 0);
    expect(frames).toMatchObject([{ t: "welcome", recovered: false, seq: 1 }]);
  });
});
