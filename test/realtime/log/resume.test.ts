/** Resuming: a client gets all that it missed, in order, once, or must reload. There is never a silent gap. */
import { runInDurableObject } from "cloudflare:test";
import { beforeAll, expect, test } from "vitest";
import { type Person, person } from "../../harness/api.ts";
import { note } from "../../harness/realtime/fake-room.ts";
import {
  authorize,
  type EventRoomHandle,
  entriesOf,
  makeRoom,
  say,
  until,
  upTo,
} from "../../harness/rooms.ts";
import { connect, connectNative, type Socket } from "../../harness/socket.ts";

/** One person for all tests, because scrypt is slow on purpose. Each test has its own room. */
let ann: Person;
beforeAll(async () => {
  ann = await person();
});

/** Publishes many system entries at once. */
async function fill(room: EventRoomHandle, count: number, text = "n"): Promise<void> {
  await runInDurableObject(room.stub, (instance) => {
    for (let index = 0; index < count; index++)
      instance.room.log.publish(room.name, note(`${text} ${index}`));
  });
}

async function position(room: EventRoomHandle): Promise<{ epoch: string; seq: number }> {
  const socket = await connectNative(room.path);
  const { epoch, seq } = await socket.next();
  socket.close();
  return { epoch, seq };
}

const resume = (room: EventRoomHandle, since: number, epoch?: string): Promise<Socket> =>
  connectNative(`${room.path}?since=${since}${epoch === undefined ? "" : `&epoch=${epoch}`}`, ann.token);

/** Waits for the entry at `last` and returns the positions of all entries so far. */
async function received(socket: Socket, last: number): Promise<(number | undefined)[]> {
  const seqs = () => entriesOf(socket).map(({ seq }) => seq);
  await until(() => seqs().includes(last), 10_000);
  return seqs();
}

test("A resume delivers the missed entries right after the welcome, in order, once.", async () => {
  const room = await makeRoom(ann);
  const { epoch } = await position(room);
  const writer = await authorize(room, ann.token);
  for (const ref of ["a", "b", "c"]) writer.send(say(ref));
  await writer.next((frame) => frame.seq === 4);
  const socket = await resume(room, 2, epoch);
  expect(await socket.next()).toMatchObject({ t: "welcome", epoch, seq: 4, recovered: true });
  expect(await socket.next()).toMatchObject({
    t: "entry",
    seq: 3,
    by: ann.id,
    ref: "b",
    body: { text: "b" },
  });
  expect(await socket.next()).toMatchObject({
    t: "entry",
    seq: 4,
    by: ann.id,
    ref: "c",
    body: { text: "c" },
  });
  expect(await socket.silent()).toBe(true);
});

test("A resume from 0 without an epoch delivers everything.", async () => {
  const room = await makeRoom(ann);
  await fill(room, 9);
  const socket = await resume(room, 0);
  expect(await socket.next()).toMatchObject({ recovered: true, seq: 10 });
  expect(await received(socket, 10)).toEqual(upTo(10));
});

test("A resume at the newest position delivers only new entries.", async () => {
  const room = await makeRoom(ann);
  const { epoch, seq } = await position(room);
  const socket = await resume(room, seq, epoch);
  expect(await socket.next()).toMatchObject({ recovered: true });
  expect(await socket.silent()).toBe(true);
  await fill(room, 2);
  expect(await received(socket, seq + 2)).toEqual([seq + 1, seq + 2]);
});

// With the first notice: one page, one page and one entry, and more.
test.each([299, 300, 301, 1000])(
  "A resume delivers %i entries completely, though a page holds 300.",
  async (count) => {
    const room = await makeRoom(ann);
    await fill(room, count);
    const socket = await resume(room, 0);
    expect(await received(socket, count + 1)).toEqual(upTo(count + 1));
    await fill(room, 1);
    expect(await received(socket, count + 2)).toEqual(upTo(count + 2));
  },
);

test("A resume while others write misses no entry and repeats none.", async () => {
  const room = await makeRoom(ann);
  await fill(room, 900);
  let writing = true;
  const writer = (async () => {
    for (let index = 0; writing; index++) await room.stub.publish(room.name, note(`live ${index}`));
    return room.stub.publish(room.name, note("last"));
  })();
  const sockets: Socket[] = [];
  for (const since of [0, 1, 250, 650, 0])
    sockets.push(await resume(room, since, (await position(room)).epoch));
  for (const socket of sockets) await socket.next((frame) => frame.t === "welcome");
  writing = false;
  const { seq: last } = await writer;
  for (const [index, since] of [0, 1, 250, 650, 0].entries()) {
    const socket = sockets[index] as Socket;
    expect(await received(socket, last)).toEqual(upTo(last, since + 1));
  }
});

test("A resume delivers a hundred entries of 16 KiB completely.", async () => {
  const room = await makeRoom(ann);
  await fill(room, 400, "x".repeat(16_000));
  const socket = await resume(room, 0);
  expect(await received(socket, 401)).toEqual(upTo(401));
});

test("A resume returns a client's own entries with their refs, so that it knows what it need not send again.", async () => {
  const room = await makeRoom(ann);
  const first = await authorize(room, ann.token);
  first.send(say("stored"));
  await first.next((frame) => frame.t === "ack");
  first.close();
  const second = await resume(room, 1, (await position(room)).epoch);
  expect(await second.next()).toMatchObject({ t: "welcome" });
  expect(await second.next()).toMatchObject({ t: "entry", seq: 2, ref: "stored" });
  second.send(say("stored"));
  expect(await second.next()).toMatchObject({ t: "ack", ref: "stored", seq: 2 });
  expect(await second.silent()).toBe(true);
});

test.each<[string, (at: { epoch: string; seq: number }) => [number, string?]]>([
  ["a foreign epoch", ({ seq }) => [seq, "00000000"]],
  ["a position ahead of the room", ({ epoch, seq }) => [seq + 1, epoch]],
  ["a position without its epoch", ({ seq }) => [seq]],
  ["a position far beyond", ({ epoch }) => [999_999_999_999_999, epoch]],
])("A resume from %s means reload: only new entries come.", async (_, place) => {
  const room = await makeRoom(ann);
  await fill(room, 4);
  const at = await position(room);
  const socket = await resume(room, ...place(at));
  expect(await socket.next()).toMatchObject({ t: "welcome", epoch: at.epoch, seq: 5, recovered: false });
  expect(await socket.silent()).toBe(true);
  await fill(room, 1);
  expect(await socket.next()).toMatchObject({ t: "entry", seq: 6 });
});

test("A resume from before the window means reload; from the oldest position in the window it does not.", async () => {
  const room = await makeRoom(ann);
  await fill(room, 9);
  const { epoch } = await position(room);
  await runInDurableObject(room.stub, (_, { storage }) => {
    storage.sql.exec("DELETE FROM entries WHERE seq <= 4");
  });
  expect(await (await resume(room, 3, epoch)).next()).toMatchObject({ recovered: false });
  const socket = await resume(room, 4, epoch);
  expect(await socket.next()).toMatchObject({ recovered: true });
  // The outbox may repeat the notice of the event's creation, whose first entry has just been deleted.
  expect((await received(socket, 10)).slice(0, 6)).toEqual(upTo(10, 5));
});

test("A socket without a position starts at the newest entry.", async () => {
  const room = await makeRoom(ann);
  await fill(room, 4);
  const socket = await connectNative(room.path);
  expect(await socket.next()).toMatchObject({ recovered: true, seq: 5 });
  expect(await socket.silent()).toBe(true);
});

test("A documented socket never gets old entries, whatever position the URL names.", async () => {
  const room = await makeRoom(ann);
  await fill(room, 4);
  const socket = await connect(`${room.path}?since=0`);
  expect(await socket.silent()).toBe(true);
  await fill(room, 1, "new");
  expect(await socket.next()).toEqual({ message: "new 0" });
});
