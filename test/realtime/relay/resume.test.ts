/** Clients of relays come back: after a relay died, after pushes were lost, from old positions and from newer ones. */
import { evictDurableObject } from "cloudflare:test";
import { expect, test, vi } from "vitest";
import { LIMITS } from "../../../src/platform/realtime/socket/frames.ts";
import { person } from "../../harness/api.ts";
import {
  abort,
  crowdIn,
  note,
  relayClass,
  roomClass,
  seqsOf,
  sleep,
  withRelaysOf,
} from "../../harness/realtime/relays.ts";
import { authorize, type EventRoomHandle, makeRoom, say, until, upTo } from "../../harness/rooms.ts";
import { connectNative, type Socket } from "../../harness/socket.ts";

const publish = (room: EventRoomHandle, ref: string) => room.stub.publish(room.name, note(ref));

const resume = async (room: EventRoomHandle, since: number): Promise<Socket> => {
  const { epoch } = await room.stub.latest(room.name, 1);
  return connectNative(`${room.path}?epoch=${epoch}&since=${since}`);
};

test("A relay dies: its clients resume without a gap, and nobody gets anything twice.", () =>
  withRelaysOf(2, async () => {
    const ann = await person();
    const room = await makeRoom(ann);
    const staying = [await authorize(room), await authorize(room)];
    const lost = [await authorize(room), await authorize(room)];
    await publish(room, "a");
    await until(() => [...staying, ...lost].every((socket) => seqsOf(socket).length === 1));
    for (const relay of [1, 2]) await abort(room, relay).catch(() => {});
    for (const socket of lost) await socket.closed;
    await publish(room, "b");
    const back = await Promise.all(lost.map(() => resume(room, 2)));
    for (const socket of back) expect(await socket.next()).toMatchObject({ t: "welcome", recovered: true });
    await publish(room, "c");
    for (const socket of back) await until(() => seqsOf(socket).includes(4));
    for (const socket of back) expect(seqsOf(socket)).toEqual([3, 4]);
    for (const socket of staying) expect(seqsOf(socket)).toEqual([2, 3, 4]);
  }));

test("Pushes that are lost, or whose answers are, leave no gap and no repeat.", () =>
  withRelaysOf(1, async () => {
    const room = await makeRoom(await person());
    await authorize(room);
    const socket = await authorize(room);
    const { prototype } = await relayClass(room, 1);
    const { push } = prototype;
    let call = 0;
    const lossy = vi.spyOn(prototype, "push").mockImplementation(async function (this: unknown, ...pushed) {
      call += 1;
      if (call % 3 === 1) throw new Error("lost on its way");
      const report = await push.apply(this, pushed);
      if (call % 3 === 2) throw new Error("its answer is lost");
      return report;
    });
    for (let seq = 2; seq <= 30; seq++) await publish(room, `n${seq}`);
    await until(() => call > 2);
    lossy.mockRestore();
    await publish(room, "n31");
    await until(() => seqsOf(socket).includes(31));
    expect(seqsOf(socket)).toEqual(upTo(31, 2));
  }));

test("A lost push is repeated by itself when nothing else is stored.", () =>
  withRelaysOf(1, async () => {
    const room = await makeRoom(await person());
    await authorize(room);
    const socket = await authorize(room);
    const { prototype } = await relayClass(room, 1);
    const lost = vi.spyOn(prototype, "push").mockImplementationOnce(async () => {
      throw new Error("lost");
    });
    await publish(room, "a");
    await until(() => lost.mock.calls.length > 0);
    await until(() => seqsOf(socket).includes(2), 13_000);
    expect(seqsOf(socket)).toEqual([2]);
    lost.mockRestore();
  }));

test("The room or its relays lose their memory in the middle of a flow: nothing is lost or doubled.", () =>
  withRelaysOf(2, async () => {
    const ann = await person();
    const room = await makeRoom(ann);
    const sockets: Socket[] = [];
    for (let count = 0; count < 6; count++) sockets.push(await authorize(room));
    const writer = await authorize(room, ann.token);
    const refs = Array.from({ length: 30 }, (_, index) => `w${index}`);
    for (const [index, ref] of refs.entries()) {
      writer.send(say(ref));
      if (index % 5 === 1) await sleep(room, 1).catch(() => {});
      if (index % 7 === 2) await evictDurableObject(room.stub).catch(() => {});
      if (index % 5 === 4) await sleep(room, 2).catch(() => {});
    }
    const acked = () => new Set(writer.frames.filter(({ t }) => t === "ack").map(({ ref }) => ref));
    // What an eviction has cut off is said again under the same ref.
    const all = () => until(() => acked().size === refs.length, 1500).catch(() => {});
    await all();
    for (let tries = 0; tries < 5 && acked().size < refs.length; tries++) {
      for (const ref of refs) if (!acked().has(ref)) writer.send(say(ref));
      // No more frames a second than a socket may send.
      await all();
    }
    expect([...acked()].sort()).toEqual([...refs].sort());
    await until(() => [...sockets, writer].every((socket) => seqsOf(socket).length === refs.length), 10_000);
    for (const socket of [...sockets, writer]) expect(seqsOf(socket)).toEqual(upTo(31, 2));
  }));

test("Clients that resume from anywhere get all of it in order, and share what their relay has read.", () =>
  withRelaysOf(12, async () => {
    const room = await makeRoom(await person());
    for (let seq = 2; seq <= 700; seq++) await publish(room, `n${seq}`);
    for (let count = 0; count < 12; count++) await authorize(room);
    const reads = vi.spyOn((await roomClass(room)).prototype, "readForRelay");
    const positions = [0, 0, 1, 5, 250, 299, 300, 301, 450, 699, 700];
    const sockets = await Promise.all(positions.map((since) => resume(room, since)));
    expect(await crowdIn(room, 1)).toEqual([12, positions.length]);
    for (const [index, since] of positions.entries()) {
      const socket = sockets[index] as Socket;
      await until(() => seqsOf(socket).length === 700 - since);
      expect(seqsOf(socket)).toEqual(upTo(700, since + 1));
    }
    // The newest came with the attachment; the others are two pages.
    expect(reads.mock.calls.map(([, , since]) => since).sort()).toEqual([0, LIMITS.page]);
    reads.mockRestore();
  }));

test("A client that is ahead of its relay waits until the relay has come as far.", () =>
  withRelaysOf(2, async () => {
    const room = await makeRoom(await person());
    for (let count = 0; count < 2; count++) await authorize(room);
    const socket = await authorize(room);
    const { prototype } = await relayClass(room, 1);
    const late = vi.spyOn(prototype, "push").mockImplementationOnce(async () => {
      throw new Error("lost");
    });
    await publish(room, "a");
    await until(() => late.mock.calls.length > 0);
    const ahead = await resume(room, 2);
    expect(await crowdIn(room, 1)).toEqual([2, 2]);
    expect(await ahead.next()).toMatchObject({ t: "welcome", recovered: true });
    await publish(room, "b");
    for (const each of [socket, ahead]) await until(() => seqsOf(each).includes(3));
    expect(seqsOf(socket)).toEqual([2, 3]);
    expect(seqsOf(ahead)).toEqual([3]);
    late.mockRestore();
  }));

test("A position that the room never had is told to reload, by a relay too.", () =>
  withRelaysOf(1, async () => {
    const room = await makeRoom(await person());
    await authorize(room);
    for (const query of ["?epoch=00000000&since=1", "?since=900"])
      expect(await (await connectNative(`${room.path}${query}`)).next()).toMatchObject({ recovered: false });
    expect(await (await resume(room, 900)).next()).toMatchObject({ recovered: false });
  }));
