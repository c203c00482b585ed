/** A room beyond its own sockets: relays hold the others, and no client sees a difference. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { person, staffMember, unique } from "../../harness/api.ts";
import {
  crowdIn,
  knownRelays,
  note,
  relayOf,
  seqsOf,
  sleep,
  withRelaysOf,
} from "../../harness/realtime/relays.ts";
import { authorize, entriesOf, journalOf, makeRoom, say, until, upTo } from "../../harness/rooms.ts";
import { connect, connectNative, type Socket } from "../../harness/socket.ts";

test("Sockets beyond the setting open in relays, and get every entry once and in order.", () =>
  withRelaysOf(3, async () => {
    const ann = await person();
    const room = await makeRoom(ann);
    const sockets: Socket[] = [];
    for (let count = 0; count < 9; count++) sockets.push(await authorize(room));
    const [own, ...relays] = await crowdIn(room, 3);
    expect(own).toBe(3);
    expect(relays.reduce((sum, count) => sum + count, 0)).toBe(6);
    const writer = await authorize(room, ann.token);
    for (const ref of ["a", "b", "c"]) writer.send(say(ref));
    await until(() => [...sockets, writer].every((socket) => entriesOf(socket).length === 3));
    for (const socket of [...sockets, writer])
      expect(entriesOf(socket).map(({ seq, ref }) => [seq, ref])).toEqual([
        [2, "a"],
        [3, "b"],
        [4, "c"],
      ]);
    expect((await journalOf(room)).map(({ seq }) => seq)).toEqual(upTo(4));
  }));

test("The acknowledgement comes before the entry, as in the room itself.", () =>
  withRelaysOf(1, async () => {
    const ann = await person();
    const room = await makeRoom(ann);
    await authorize(room);
    const writer = await authorize(room, ann.token);
    for (const ref of ["a", "b", "c"]) {
      writer.send(say(ref));
      expect(await writer.next()).toMatchObject({ t: "ack", ref });
      expect(await writer.next()).toMatchObject({ t: "entry", ref });
    }
  }));

test("People who enter at once at the threshold all get a place, and relays share them.", () =>
  withRelaysOf(3, async () => {
    const room = await makeRoom(await person());
    const sockets = await Promise.all(Array.from({ length: 20 }, () => authorize(room)));
    const [own = 0, ...relays] = await crowdIn(room, 10);
    expect(own).toBe(3);
    expect(relays.reduce((sum, count) => sum + count, 0)).toBe(17);
    expect(Math.max(...relays)).toBeLessThanOrEqual(6);
    await room.stub.publish(room.name, note("n"));
    await until(() => sockets.every((socket) => seqsOf(socket).includes(2)));
    for (const socket of sockets) expect(seqsOf(socket)).toEqual([2]);
  }));

test("A relay dissolves with its last socket.", () =>
  withRelaysOf(2, async () => {
    const room = await makeRoom(await person());
    const sockets: Socket[] = [];
    for (let count = 0; count < 5; count++) sockets.push(await authorize(room));
    expect((await knownRelays(room)).length).toBeGreaterThan(0);
    for (const socket of sockets.slice(2)) socket.close();
    await until(async () => (await knownRelays(room)).length === 0);
    await room.stub.publish(room.name, note("n"));
    expect(await sockets[1]?.next()).toMatchObject({ seq: 2 });
  }));

test("A relay that was asleep when its socket closed dissolves too.", () =>
  withRelaysOf(1, async () => {
    const room = await makeRoom(await person());
    const [, other] = [await authorize(room), await authorize(room)];
    await sleep(room, 1);
    other?.close();
    await until(async () => (await crowdIn(room, 1))[1] === 0);
    await room.stub.publish(room.name, note("n"));
    await until(async () => (await knownRelays(room)).length === 0);
  }));

test("A relay that was asleep goes on where it was, and a repeated push is not sent twice.", () =>
  withRelaysOf(1, async () => {
    const room = await makeRoom(await person());
    await authorize(room);
    const socket = await authorize(room);
    for (const ref of ["a", "b", "c"]) {
      await room.stub.publish(room.name, note(ref));
      await socket.next(({ ref: heard }) => heard === ref);
      await sleep(room, 1);
    }
    const entries = (await journalOf(room)).map((row) => ({ ...row, body: JSON.parse(row.body) }));
    const { epoch } = await room.stub.latest(room.name, 1);
    expect(await relayOf(room, 1).push({ epoch, entries })).toEqual({ seq: 4, sockets: 1 });
    expect(await socket.silent()).toBe(true);
  }));

test("A message with a ref that was stored before is acknowledged and not stored again, by a relay too.", () =>
  withRelaysOf(1, async () => {
    const ann = await person();
    const room = await makeRoom(ann);
    const inRoom = await authorize(room, ann.token);
    const inRelay = await authorize(room, ann.token);
    inRoom.send(say("once"));
    expect(await inRoom.next(({ t }) => t === "ack")).toMatchObject({ ref: "once", seq: 2 });
    for (let count = 0; count < 2; count++) {
      inRelay.send(say("once"));
      expect(await inRelay.next(({ t }) => t === "ack")).toMatchObject({ ref: "once", seq: 2 });
    }
    expect((await journalOf(room)).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(seqsOf(inRelay)).toEqual([2]);
  }));

test("The documented dialect and anonymous listeners are served by relays as by the room.", () =>
  withRelaysOf(1, async () => {
    const ann = await person();
    const room = await makeRoom(ann);
    await authorize(room);
    const listener = await connect(room.path);
    const writer = await connect(`${room.path}?token=${ann.token}`);
    listener.send({ message: "not me" });
    expect(await listener.next()).toMatchObject({ type: "error", code: "unauthenticated" });
    writer.send("{");
    expect(await writer.next()).toMatchObject({ type: "error", code: "bad_frame" });
    writer.send({ message: "hello" });
    expect(await listener.next()).toEqual({ message: "hello" });
    expect(await writer.next()).toEqual({ message: "hello" });
  }));

test("A socket in a relay refreshes its token, gets a pong, and is closed after three bad frames.", () =>
  withRelaysOf(1, async () => {
    const ann = await person();
    const room = await makeRoom(ann);
    await authorize(room);
    const socket = await authorize(room, ann.token);
    socket.send({ t: "auth", token: ann.token });
    socket.send({ t: "ping", extra: true });
    expect(await socket.next()).toEqual({ t: "pong" });
    for (let count = 0; count < 3; count++) socket.send("{");
    expect((await socket.closed).code).toBe(4400);
  }));

test("What is shown and not stored comes through relays, also to those who come later.", () =>
  withRelaysOf(2, async () => {
    const room = await makeRoom(await person());
    for (let count = 0; count < 2; count++) await authorize(room);
    const early = await authorize(room);
    const place = (text: string, key: string | null) => ({ kind: "position", key, body: { text } });
    await room.stub.show(room.name, place("first", "truck:1"));
    await room.stub.show(room.name, place("second", "truck:1"));
    await room.stub.show(room.name, place("not kept", null));
    for (const text of ["first", "second", "not kept"])
      expect(await early.next()).toMatchObject({ t: "latest", body: { text } });
    // The relay keeps it, and one that begins now hears it from the room.
    for (let count = 0; count < 2; count++)
      expect(await (await authorize(room)).next()).toMatchObject({ t: "latest", body: { text: "second" } });
    expect((await crowdIn(room, 2))[0]).toBe(2);
  }));

test("The operators' room has relays, too.", () =>
  withRelaysOf(1, async () => {
    const { token } = await staffMember();
    const sockets = await Promise.all([0, 1, 2].map(() => connectNative("/ws/ops/", token)));
    for (const socket of sockets) await socket.next(({ t }) => t === "welcome");
    const ref = unique("ticket");
    await env.OPS_ROOMS.getByName("ops:all").publish("ops:all", { kind: "ticket", ref, body: { id: ref } });
    for (const socket of sockets)
      expect(await socket.next((frame) => frame.ref === ref)).toMatchObject({ kind: "ticket" });
    for (const socket of sockets) socket.close();
  }));
