/** What is said: acknowledged, in order, once, also after a cut, a restart, or another sign-in. */
import { describe, expect, test } from "vitest";
import { memoryStorage } from "../../client/src/storage.ts";
import { ears, entry, settle, welcome, world } from "./world.ts";

const ROOM = "chat:3";

async function inRoom(options: Parameters<typeof world>[0] = {}) {
  const here = world(options);
  const { heard, listener } = ears();
  const room = here.live.room(ROOM);
  room.subscribe(listener);
  await here.up();
  here.open(ROOM, 0);
  const back = async () => {
    here.socket.end();
    await here.nextSocket();
    here.socket.hear(welcome());
    await settle();
    here.open(ROOM, 0);
  };
  return Object.assign(here, { room, heard, back });
}

const texts = (frames: { body: Record<string, unknown> }[]) => frames.map(({ body }) => body.text);

describe("what is said", () => {
  test("The promise of what is said is its acknowledgement, and its ref is known at once.", async () => {
    const here = await inRoom();
    const sent = here.room.say("message", { text: "hi" });
    expect(here.socket.of("say")).toEqual([
      { t: "say", room: ROOM, ref: sent.ref, kind: "message", body: { text: "hi" } },
    ]);
    expect(here.room.pending).toMatchObject([{ ref: sent.ref }]);
    here.ack(7);
    expect(await sent).toEqual({ ref: sent.ref, seq: 7, at: "2026-11-29T00:00:00.000Z" });
    expect([here.room.pending, here.heard.pending]).toEqual([[], [1, 0]]);
  });

  test("One entry of a room is on its way at a time, so that their order stays.", async () => {
    const here = await inRoom();
    for (const text of ["a", "b", "c"]) void here.room.message(text);
    expect(texts(here.socket.of("say"))).toEqual(["a"]);
    here.ack(1);
    here.ack(2);
    expect(texts(here.socket.of("say"))).toEqual(["a", "b", "c"]);
  });

  test("What is said offline goes out when the room is open, in order and with the same refs.", async () => {
    const here = await inRoom();
    here.socket.end();
    const sent = ["a", "b"].map((text) => here.room.message(text));
    await here.nextSocket();
    here.socket.hear(welcome());
    await settle();
    expect(here.socket.of("say")).toEqual([]);
    here.open(ROOM, 0);
    here.ack(1);
    here.ack(2);
    expect((await Promise.all(sent)).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(here.socket.of("say").map(({ ref }) => ref)).toEqual(sent.map(({ ref }) => ref));
  });

  test("An entry whose acknowledgement was lost with the line is sent again with its ref.", async () => {
    const here = await inRoom();
    const sent = here.room.message("a");
    await here.back();
    expect(here.socket.of("say")).toMatchObject([{ ref: sent.ref }]);
    here.ack(1);
    await expect(sent).resolves.toMatchObject({ seq: 1 });
  });

  test("An entry that comes back from the room is stored, whatever became of its acknowledgement.", async () => {
    const here = await inRoom();
    const sent = here.room.message("a");
    here.socket.hear(entry(ROOM, 1, sent.ref));
    await expect(sent).resolves.toMatchObject({ seq: 1 });
    here.socket.hear({ t: "ack", room: ROOM, ref: sent.ref, seq: 1, at: "" });
    expect(here.heard.seqs).toEqual([1]);
  });

  test("An entry without an answer is sent again after ten seconds, and a late acknowledgement counts once.", async () => {
    const here = await inRoom();
    const sent = here.room.message("a");
    void here.room.message("b");
    await here.passAlive(10_000);
    expect(texts(here.socket.of("say"))).toEqual(["a", "a"]);
    for (let twice = 0; twice < 2; twice++) here.socket.hear({ t: "ack", ref: sent.ref, seq: 1, at: "" });
    await expect(sent).resolves.toMatchObject({ seq: 1 });
    expect(texts(here.socket.of("say"))).toEqual(["a", "a", "b"]);
  });

  test.each([
    ["unavailable", 500],
    ["too_many", 7000],
  ])(
    "An entry refused with %s for now is sent again after %i ms, before those after it.",
    async (code, pause) => {
      const here = await inRoom();
      const sent = here.room.message("a");
      void here.room.message("b");
      here.socket.hear({ t: "error", room: ROOM, ref: sent.ref, code, detail: "later" });
      await here.pass(pause - 1);
      expect(texts(here.socket.of("say"))).toEqual(["a"]);
      await here.pass(1);
      expect(texts(here.socket.of("say"))).toEqual(["a", "a"]);
    },
  );

  test("An entry that is refused for good rejects, and those after it go on.", async () => {
    const here = await inRoom();
    const sent = here.room.message("");
    const next = here.room.message("b");
    here.socket.hear({
      t: "error",
      room: ROOM,
      ref: sent.ref,
      code: "bad_frame",
      detail: "A message is not empty.",
    });
    await expect(sent).rejects.toMatchObject({ code: "bad_frame", message: "A message is not empty." });
    here.ack(1);
    await expect(next).resolves.toMatchObject({ seq: 1 });
  });

  test("An entry refused because the subscription was just lost waits for the next one.", async () => {
    const here = await inRoom();
    const sent = here.room.message("a");
    here.socket.hear({ t: "unsubscribed", room: ROOM, code: 4408 });
    here.socket.hear({
      t: "error",
      room: ROOM,
      ref: sent.ref,
      code: "forbidden",
      detail: "Subscribe to the room first.",
    });
    await here.pass(500);
    here.open(ROOM, 0);
    expect(texts(here.socket.of("say"))).toEqual(["a", "a"]);
    here.ack(1);
    await expect(sent).resolves.toMatchObject({ seq: 1 });
  });

  test("A right that ends rejects what waits in the room.", async () => {
    const here = await inRoom();
    const sent = here.room.message("a");
    here.socket.hear({ t: "unsubscribed", room: ROOM, code: 4003 });
    await expect(sent).rejects.toMatchObject({ code: "forbidden" });
  });

  test("What does not fit into a frame is refused here, counted in bytes.", async () => {
    const here = await inRoom();
    await expect(here.room.say("note", { text: "я".repeat(8_200) })).rejects.toMatchObject({
      code: "too_large",
    });
    expect(here.socket.of("say")).toEqual([]);
  });

  test("Saying something subscribes to the room for as long as it waits.", async () => {
    const here = world();
    const sent = here.live.room(ROOM).message("a");
    await here.up();
    here.open(ROOM, 0);
    here.ack(1);
    await sent;
    await settle();
    expect(here.socket.of("unsubscribe")).toEqual([{ t: "unsubscribe", room: ROOM }]);
  });

  test("At most twenty entries of all rooms are unanswered at a time.", async () => {
    const here = world();
    await here.up();
    for (let n = 0; n < 30; n++) void here.live.room(`chat:${n}`).message("a");
    await here.passAlive(2000);
    for (let n = 0; n < 30; n++) here.open(`chat:${n}`, 0);
    await here.passAlive(2000);
    expect(here.socket.of("say")).toHaveLength(20);
    here.ack(1);
    expect(here.socket.of("say")).toHaveLength(21);
  });
});

describe("points", () => {
  test("Places that come within two seconds go as one batch, each with its time.", async () => {
    const here = await inRoom();
    for (const latitude of [1, 2, 3]) here.room.point({ latitude, longitude: 0 });
    expect(here.socket.of("points")).toEqual([]);
    await here.pass(2000);
    expect(here.socket.of("points")).toMatchObject([
      { room: ROOM, points: [{ latitude: 1 }, { latitude: 2 }, {}] },
    ]);
    expect(here.socket.of("points")[0]?.points[0]).toHaveProperty("at");
  });

  test("A long track goes in batches that fit, one after the other.", async () => {
    const here = await inRoom();
    const track = Array.from({ length: 200 }, (_, index) => ({
      latitude: 55.123456789 + index,
      longitude: -137.123456789,
      at: "2026-11-29T00:00:00.000Z",
      accuracy: 12.345678,
      speed: 12.345678,
      heading: 123.456789,
    })).map((point) => ({ ...point, latitude: point.latitude % 90 }));
    const sent = here.room.points(track);
    for (let seq = 1; seq <= 3; seq++) {
      here.ack(seq);
      await settle();
    }
    expect((await sent).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    const frames = here.socket.of("points");
    expect(frames.flatMap(({ points }) => points)).toHaveLength(200);
    for (const frame of frames) expect(JSON.stringify(frame).length).toBeLessThan(16_384);
  });
});

describe("a restart", () => {
  const say = async (outbox: ReturnType<typeof memoryStorage>, owner: string, ...said: string[]) => {
    const here = world({ outbox, owner: () => owner });
    for (const text of said)
      here.live
        .room(ROOM)
        .message(text)
        .catch(() => {});
    await settle();
    here.live.close();
  };

  test("What a process left unsaid is sent by the next one, before what that says, with the same refs.", async () => {
    const outbox = memoryStorage();
    await say(outbox, "user:1", "a", "b");
    const here = world({ outbox, owner: () => "user:1" });
    void here.live.room(ROOM).message("c");
    await settle();
    expect(here.live.unsent).toBe(3);
    await here.up();
    here.open(ROOM, 0);
    for (const seq of [1, 2, 3]) here.ack(seq);
    expect(texts(here.socket.of("say"))).toEqual(["a", "b", "c"]);
    await settle();
    expect(outbox.getItem("caravan.outbox.user:1")).toBeNull();
  });

  test("Two tabs that share a storage keep what waits in either, and forget what is stored.", async () => {
    const outbox = memoryStorage();
    const kept = () =>
      JSON.parse(String(outbox.getItem("caravan.outbox.user:1"))).items.map(
        ({ body }: { body: { text: string } }) => body.text,
      );
    const [one, other] = [1, 2].map(() => world({ outbox, owner: () => "user:1" }));
    if (!one || !other) throw new Error("two tabs");
    await settle();
    for (const tab of [one, other]) await tab.up();
    void one.live.room(ROOM).message("of one");
    await settle();
    void other.live.room(ROOM).message("of the other");
    await settle();
    expect(kept()).toEqual(["of one", "of the other"]);
    other.open(ROOM, 0);
    other.ack(1);
    await settle();
    expect(kept()).toEqual(["of one"]);
    one.open(ROOM, 0);
    one.ack(2);
    await settle();
    expect(outbox.getItem("caravan.outbox.user:1")).toBeNull();
  });

  test("What another person left is not sent, and stays theirs whatever this one says.", async () => {
    const outbox = memoryStorage();
    await say(outbox, "user:1", "a");
    const here = world({ outbox, owner: () => "user:2" });
    await settle();
    expect(here.live.unsent).toBe(0);
    await here.up();
    expect(here.socket.of("subscribe")).toEqual([]);
    void here.live.room(ROOM).message("b");
    here.open(ROOM, 0);
    here.ack(1);
    await settle();
    expect(outbox.getItem("caravan.outbox.user:1")).toContain('"a"');
  });

  test("Forgetting a person rejects what waits, empties the storage, and has rooms begin anew.", async () => {
    const outbox = memoryStorage();
    const here = await inRoom({ outbox, owner: () => "user:1" });
    const sent = here.room.message("a");
    here.live.forget();
    await expect(sent).rejects.toMatchObject({ code: "signed_out" });
    await settle();
    expect([here.live.state, outbox.getItem("caravan.outbox.user:1")]).toEqual(["refused", null]);
    here.live.resume(true);
    await settle();
    here.socket.hear(welcome());
    await settle();
    expect(here.socket.of("subscribe")).toMatchObject([{ room: ROOM }]);
    expect(here.socket.of("subscribe")[0]).not.toHaveProperty("since");
  });

  test("A storage that holds nonsense is as good as an empty one.", async () => {
    const outbox = memoryStorage();
    for (const text of ["{", '{"owner":"","items":[{"ref":1},null,{"ref":"a"}]}']) {
      outbox.setItem("caravan.outbox", text);
      const here = world({ outbox });
      await settle();
      expect(here.live.unsent).toBe(0);
    }
  });
});
