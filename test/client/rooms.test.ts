/** Rooms on the client's socket: subscribed, resumed, in order, without gaps. */
import { describe, expect, test } from "vitest";
import { memoryStorage } from "../../client/src/storage.ts";
import { ears, entry, settle, welcome, world } from "./world.ts";

const ROOM = "chat:3";

/** A connection that is live in one room at a position. */
async function inRoom(seq = 4, options: Parameters<typeof world>[0] = {}) {
  const here = world(options);
  const { heard, listener } = ears();
  const room = here.live.room(ROOM);
  const leave = room.subscribe(listener);
  await here.up();
  here.open(ROOM, seq);
  return Object.assign(here, { room, heard, leave });
}

/** The line breaks, and is there again. */
async function comeBack(here: Awaited<ReturnType<typeof inRoom>>) {
  here.socket.end();
  await here.nextSocket();
  here.socket.hear(welcome());
  await settle();
}

describe("a room", () => {
  test("The first listener connects and subscribes, and is told to load the room when it is open.", async () => {
    const here = await inRoom();
    expect(here.socket.sent).toEqual([{ t: "subscribe", ref: "s1", room: ROOM }]);
    expect(here.heard).toMatchObject({ reloads: ["start"], states: ["asking", "open"] });
    expect(here.room).toMatchObject({ state: "open", seq: 4, error: null });
  });

  test("Entries come once and in order, and repeats are dropped.", async () => {
    const here = await inRoom();
    for (const seq of [5, 6, 6, 5, 7]) here.socket.hear(entry(ROOM, seq));
    expect(here.heard.seqs).toEqual([5, 6, 7]);
  });

  test("Nothing of another room is heard, and the socket's own room has its own entries.", async () => {
    const here = await inRoom();
    const own = ears();
    here.live.own.subscribe(own.listener);
    here.socket.hear(entry("chat:4", 5));
    here.socket.hear(entry(undefined, 1));
    expect([here.heard.seqs, own.heard.seqs]).toEqual([[], [1]]);
  });

  test("An entry that this person may not see takes its position and is not shown.", async () => {
    const here = await inRoom();
    here.socket.hear({ ...entry(ROOM, 5), kind: "hidden" } as never);
    here.socket.hear(entry(ROOM, 6));
    expect(here.heard.seqs).toEqual([6]);
  });

  test("The same name gives the same room, and the last listener to leave unsubscribes.", async () => {
    const here = await inRoom();
    expect(here.live.room(ROOM)).toBe(here.room);
    const leaveToo = here.room.subscribe();
    here.leave();
    here.leave();
    expect(here.socket.of("unsubscribe")).toEqual([]);
    leaveToo();
    expect(here.socket.of("unsubscribe")).toEqual([{ t: "unsubscribe", room: ROOM }]);
    expect(here.room.state).toBe("idle");
  });

  test("A listener that throws costs the others nothing.", async () => {
    const here = await inRoom();
    const errors: unknown[] = [];
    const { error } = console;
    console.error = (words: unknown) => errors.push(words);
    try {
      here.room.on("entry", () => {
        throw new Error("an app's fault");
      });
      const { heard, listener } = ears();
      here.room.subscribe(listener);
      here.socket.hear(entry(ROOM, 5));
      expect([heard.seqs, here.heard.seqs, errors.length]).toEqual([[5], [5], 1]);
    } finally {
      console.error = error;
    }
  });

  test("Presence, typing, read marks and what is shown only are heard.", async () => {
    const here = await inRoom();
    here.socket.hear({ t: "presence", room: ROOM, users: [1, 2] });
    here.socket.hear({ t: "typing", room: ROOM, by: 2 });
    here.socket.hear({ t: "read", room: ROOM, by: 2, seq: 4 });
    here.socket.hear({ t: "latest", room: ROOM, kind: "position", at: "", body: { latitude: 1 } });
    expect(here.heard).toMatchObject({
      presence: [[1, 2]],
      typing: [2],
      reads: [{ by: 2, seq: 4 }],
      latest: [{ latitude: 1 }],
    });
    expect([here.room.present, here.room.reads.get(2)]).toEqual([[1, 2], 4]);
  });

  test("Typing is sent at most every two seconds, and only in an open room.", async () => {
    const here = await inRoom();
    for (let key = 0; key < 5; key++) here.room.typing();
    await here.pass(2000);
    here.room.typing();
    expect(here.socket.of("typing")).toHaveLength(2);
    here.socket.end();
    here.room.typing();
    expect(here.socket.of("typing")).toHaveLength(2);
  });

  test("A read mark only rises, is the newest entry by default, and goes out again after a cut.", async () => {
    const here = await inRoom();
    here.room.read();
    here.room.read(3);
    expect(here.socket.of("read").map(({ seq }) => seq)).toEqual([4]);
    await comeBack(here);
    here.open(ROOM, 4);
    expect(here.socket.of("read").map(({ seq }) => seq)).toEqual([4]);
  });

  test("The async iterator gives entries and reloads in order, and leaving the loop leaves the room.", async () => {
    const here = world();
    const room = here.live.room(ROOM);
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const event of room) {
        seen.push(event.type === "entry" ? event.entry.seq : event.why);
        if (seen.length === 3) break;
      }
    })();
    await here.up();
    here.open(ROOM, 4);
    here.socket.hear(entry(ROOM, 5));
    here.socket.hear(entry(ROOM, 6));
    await reading;
    expect(seen).toEqual(["start", 5, 6]);
    expect(room.state).toBe("idle");
  });

  test("The async iterator throws what the server refused the room with.", async () => {
    const here = world();
    const reading = (async () => {
      for await (const _ of here.live.room(ROOM));
    })();
    const refused = expect(reading).rejects.toMatchObject({ code: "not_found" });
    await here.up();
    here.socket.hear({
      t: "error",
      ref: "s1",
      room: ROOM,
      code: "not_found",
      detail: "There is no such room.",
    });
    await refused;
  });
});

describe("a cut", () => {
  test("A room resumes from its position and asks for no reload.", async () => {
    const here = await inRoom();
    here.socket.hear(entry(ROOM, 5));
    await comeBack(here);
    expect(here.socket.sent).toEqual([{ t: "subscribe", ref: "s2", room: ROOM, epoch: "e1", since: 5 }]);
    here.open(ROOM, 7);
    for (const seq of [6, 7]) here.socket.hear(entry(ROOM, seq));
    expect(here.heard).toMatchObject({ reloads: ["start"], seqs: [5, 6, 7] });
  });

  test("A room that can't be resumed says so and goes on from the server's position.", async () => {
    const here = await inRoom(900);
    await comeBack(here);
    here.open(ROOM, 2, { recovered: false, epoch: "e2" });
    here.socket.hear(entry(ROOM, 3));
    expect(here.heard).toMatchObject({ reloads: ["start", "gap"], seqs: [3] });
  });

  test("An entry beyond the next one is not delivered: the missing ones are asked for first.", async () => {
    const here = await inRoom();
    here.socket.hear(entry(ROOM, 6));
    here.socket.hear(entry(ROOM, 7));
    expect(here.socket.of("subscribe")).toHaveLength(2);
    expect(here.socket.of("subscribe")[1]).toMatchObject({ since: 4 });
    here.open(ROOM, 7);
    for (const seq of [5, 6, 7]) here.socket.hear(entry(ROOM, seq));
    expect(here.heard).toMatchObject({ seqs: [5, 6, 7], reloads: ["start"] });
  });

  test("A gap that the server never fills ends in a reload, never in silence.", async () => {
    const here = await inRoom();
    for (let round = 0; round < 4; round++) {
      here.socket.hear(entry(ROOM, 9));
      here.open(ROOM, 9);
    }
    expect(here.heard).toMatchObject({ seqs: [9], reloads: ["start", "gap"] });
  });

  test("A gap in the socket's own room is filled by the next connection.", async () => {
    const here = world();
    const { heard, listener } = ears();
    here.live.own.subscribe(listener);
    await here.up({ seq: 4 });
    here.socket.hear(entry(undefined, 6));
    await here.nextSocket();
    expect(here.socket.url).toMatch(/since=4$/);
    here.socket.hear(welcome({ seq: 6 }));
    for (const seq of [5, 6]) here.socket.hear(entry(undefined, seq));
    expect(heard.seqs).toEqual([5, 6]);
  });

  test("A subscription that the server dropped for slowness is asked for again from its position.", async () => {
    const here = await inRoom();
    here.socket.hear({ t: "unsubscribed", room: ROOM, code: 4408 });
    await here.pass(500);
    expect(here.socket.of("subscribe").at(-1)).toMatchObject({ since: 4 });
  });

  test("A question without an answer is asked again, and an answer to an earlier one is not taken.", async () => {
    const here = world();
    const { heard, listener } = ears();
    here.live.room(ROOM).subscribe(listener);
    await here.up();
    await here.pass(10_000);
    expect(here.socket.of("subscribe")).toHaveLength(2);
    here.socket.hear({ t: "subscribed", ref: "s1", room: ROOM, epoch: "e1", seq: 4, recovered: true });
    expect(heard.reloads).toEqual([]);
    here.open(ROOM, 4);
    expect(heard.reloads).toEqual(["start"]);
  });

  test.each(["unavailable", "too_many"])(
    "A room that is refused with %s for now is asked for again.",
    async (code) => {
      const here = world();
      here.live.room(ROOM).subscribe();
      await here.up();
      here.socket.hear({ t: "error", ref: "s1", room: ROOM, code, detail: "later" });
      await here.pass(500);
      expect(here.socket.of("subscribe")).toHaveLength(2);
    },
  );

  test.each([
    [4003, "forbidden"],
    [4004, "not_found"],
  ])("A right that ends with %i ends the room, and a new listener asks again.", async (code, why) => {
    const here = await inRoom();
    const ready = here.room.ready();
    await expect(ready).resolves.toBeUndefined();
    here.socket.hear({ t: "unsubscribed", room: ROOM, code });
    expect([here.room.state, here.room.error?.code]).toEqual(["refused", why]);
    await expect(here.room.ready()).rejects.toMatchObject({ code: why });
    await comeBack(here);
    expect(here.socket.of("subscribe")).toEqual([]);
    here.room.subscribe();
    expect(here.socket.of("subscribe")).toHaveLength(1);
  });
});

describe("positions and names", () => {
  test("A kept position is resumed by the next process, which is asked for no reload.", async () => {
    const positions = memoryStorage();
    const first = await inRoom(4, { positions });
    first.socket.hear(entry(ROOM, 5));
    first.live.close();
    const second = world({ positions });
    const { heard, listener } = ears();
    second.live.room(ROOM).subscribe(listener);
    await second.up();
    expect(second.socket.url).toBe("wss://api.example.com/ws/me/?epoch=m1&since=0");
    expect(second.socket.of("subscribe")).toMatchObject([{ epoch: "e1", since: 5 }]);
    second.open(ROOM, 5);
    expect(heard.reloads).toEqual([]);
  });

  test("A position that one person left is not taken for another's, and is forgotten when its owner signs out.", async () => {
    const positions = memoryStorage();
    let owner = "user:1";
    const options = { positions, owner: () => owner };
    const first = await inRoom(4, options);
    first.socket.hear(entry(ROOM, 5));
    first.live.close();
    const asked = async () => {
      const next = world(options);
      next.live.room(ROOM).subscribe(ears().listener);
      await next.up();
      return { live: next.live, subscribed: next.socket.of("subscribe")[0] };
    };
    owner = "user:2";
    const other = await asked();
    expect(other.subscribed).not.toHaveProperty("since");
    other.live.close();
    owner = "user:1";
    const again = await asked();
    expect(again.subscribed).toMatchObject({ epoch: "e1", since: 5 });
    again.live.forget();
    expect((await asked()).subscribed).not.toHaveProperty("since");
  });

  test("A storage that throws is as good as none.", async () => {
    const broken = () => {
      throw new Error("full");
    };
    const here = await inRoom(4, { positions: { getItem: broken, setItem: broken, removeItem: broken } });
    await settle();
    here.open(ROOM, 4);
    here.socket.hear(entry(ROOM, 5));
    expect(here.heard.seqs).toEqual([5]);
  });

  test("A room that was asked for by another name is heard under the asked one, and written in by its own.", async () => {
    const here = world();
    const { heard, listener } = ears();
    const room = here.live.room("event:11111111-1111-4111-8111-111111111111");
    const leave = room.subscribe(listener);
    await here.up();
    const { ref } = here.socket.of("subscribe")[0] ?? {};
    here.socket.hear({ t: "subscribed", ref, room: "event:7", epoch: "e1", seq: 0, recovered: true });
    here.socket.hear(entry("event:7", 1));
    void room.say("message", { text: "hi" });
    expect(heard.seqs).toEqual([1]);
    expect(here.socket.of("say")).toMatchObject([{ room: "event:7" }]);
    here.ack(2);
    await settle();
    leave();
    expect(here.socket.of("unsubscribe")).toEqual([{ t: "unsubscribe", room: "event:7" }]);
  });

  test("A socket of one room begins at a given position and carries its entries in its own room.", async () => {
    const here = world({ path: "/ws/chat/3/", since: 2 });
    const { heard, listener } = ears();
    here.live.own.subscribe(listener);
    await here.up({ seq: 4, epoch: "e9" });
    expect(here.socket.url).toBe("wss://api.example.com/ws/chat/3/?since=2");
    for (const seq of [3, 4]) here.socket.hear(entry(undefined, seq));
    void here.live.own.message("hi");
    expect([heard.seqs, heard.reloads]).toEqual([[3, 4], []]);
    expect(here.socket.of("say")[0]).not.toHaveProperty("room");
    here.socket.end();
    await here.nextSocket();
    expect(here.socket.url).toMatch(/\?epoch=e9&since=4$/);
  });
});
