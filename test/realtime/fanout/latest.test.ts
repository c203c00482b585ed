/** What a room shows and does not store: the latest of each key, to everybody who may see it, without a row. */
import { describe, expect, test } from "vitest";
import type { Caller } from "../../../src/platform/http/caller.ts";
import { hidden } from "../../../src/platform/realtime/fanout/entry-view.ts";
import type { LatestValue } from "../../../src/platform/realtime/fanout/latest.ts";
import type { Entry } from "../../../src/platform/realtime/log/entry.ts";
import { type FakeInbox, fakeInbox, subscriberOf } from "../../harness/realtime/fake-network.ts";
import { admit, callerOf, listen, note, type World, withRoom } from "../../harness/realtime/fake-room.ts";

const place = (text: string, key: string | null = "truck:4"): LatestValue => ({
  kind: "position",
  key,
  body: { text },
});

/** Guests may not see positions. */
const RIGHTS = {
  audience: (caller: Caller | null) => (caller ? "member" : "guest"),
  showTo: (entry: Entry, audience: string) =>
    audience === "guest" && entry.kind === "position" ? hidden(entry) : entry,
};

const member = (world: World, more = {}) => admit(world, { caller: callerOf(7), ...more });
const latest = (frames: { t?: string; body?: { text: string } }[]) =>
  frames.filter(({ t }) => t === "latest").map(({ body }) => body?.text);
const rowsOf = ({ state }: World) => state.storage.sql.exec("SELECT * FROM entries").toArray();

describe("what is shown", () => {
  test("It reaches native and documented sockets, takes no row, no position and no alarm.", async () => {
    await withRoom(async (room, world) => {
      const native = listen(room.sockets.open(member(world)));
      const documented = listen(room.sockets.open(member(world, { native: false, protocol: null })));
      const alarm = await world.state.storage.getAlarm();
      expect(room.log.show(world.name, place("a"))).toBe(1000);
      await expect.poll(() => latest(native.frames)).toEqual(["a"]);
      expect(native.frames.at(-1)).toEqual({
        t: "latest",
        kind: "position",
        at: expect.stringMatching(/Z$/),
        body: { text: "a" },
      });
      await expect.poll(() => documented.frames).toEqual(["a"]);
      expect([rowsOf(world), await world.state.storage.getAlarm()]).toEqual([[], alarm]);
      room.log.publish(world.name, note("stored"));
      await expect.poll(() => native.frames.at(-1)).toMatchObject({ t: "entry", seq: 1 });
    });
  });

  test("Whoever comes later gets the latest of each key at once, and nothing without a key.", async () => {
    await withRoom(async (room, world) => {
      for (const text of ["a", "b"]) room.log.show(world.name, place(text));
      room.log.show(world.name, place("c", "truck:5"));
      room.log.show(world.name, place("d", null));
      const { frames } = listen(room.sockets.open(member(world)));
      await expect.poll(() => latest(frames)).toEqual(["b", "c"]);
      expect(frames[0]).toMatchObject({ t: "welcome", seq: 0 });
    });
  });

  test("A missed one is not sent again: a client that resumes gets the latest only.", async () => {
    await withRoom(async (room, world) => {
      const { epoch } = await room.log.publish(world.name, note("1"));
      for (const text of ["a", "b", "c"]) room.log.show(world.name, place(text));
      room.log.publish(world.name, note("2"));
      const { frames } = listen(room.sockets.open(member(world, { epoch, since: 1 })));
      await expect.poll(() => frames.filter(({ t }) => t === "entry")).toHaveLength(1);
      expect(latest(frames)).toEqual(["c"]);
    });
  });

  test("Whoever may not see such an entry gets no frame, neither now nor later.", async () => {
    await withRoom(
      async (room, world) => {
        const guest = listen(room.sockets.open(admit(world)));
        const here = listen(room.sockets.open(member(world)));
        room.log.show(world.name, place("a"));
        await expect.poll(() => latest(here.frames)).toEqual(["a"]);
        const late = listen(room.sockets.open(admit(world)));
        room.log.publish(world.name, note("stored"));
        await expect.poll(() => late.frames.at(-1)).toMatchObject({ t: "entry" });
        expect([...latest(guest.frames), ...latest(late.frames)]).toEqual([]);
      },
      { handler: RIGHTS },
    );
  });

  test("A right that begins later hides what was shown before; one that was revoked ends it.", async () => {
    await withRoom(async (room, world) => {
      room.log.show(world.name, place("before"));
      world.now += 1000;
      const { frames, closed } = listen(room.sockets.open(member(world, { visibleFrom: world.now })));
      room.log.show(world.name, place("after"));
      await expect.poll(() => latest(frames)).toEqual(["after"]);
      room.sockets.revoke({ userId: 7, rightsBefore: world.now }, 4003, "gone");
      room.log.show(world.name, place("too late"));
      expect(await closed).toBe(4003);
      expect(latest(frames)).toEqual(["after"]);
    });
  });

  test("A retired room shows nothing and keeps nothing.", async () => {
    await withRoom(async (room, world) => {
      room.log.show(world.name, place("a"));
      room.log.retire(world.name, note("gone"));
      room.log.show(world.name, place("b"));
      world.now += 2 * 3600_000;
      const { frames } = listen(room.sockets.open(member(world)));
      await expect.poll(() => frames.length).toBeGreaterThan(0);
      expect(latest(frames)).toEqual([]);
    });
  });

  test("A handler may take it and show something else instead, and says when the next one is welcome.", async () => {
    await withRoom(
      async (room, world) => {
        const { frames } = listen(room.sockets.open(member(world)));
        expect(room.log.show(world.name, place("a"))).toBe(8000);
        await expect.poll(() => latest(frames)).toEqual(["instead of a"]);
      },
      {
        handler: {
          onLatest(_room, { kind, key, body }, show) {
            show({ kind, key, body: { text: `instead of ${body.text}` } });
            return 8000;
          },
        },
      },
    );
  });
});

describe("a person's own socket", () => {
  function followed(
    work: (
      room: Parameters<Parameters<typeof withRoom>[0]>[0],
      world: World,
      inbox: FakeInbox,
    ) => Promise<void>,
  ) {
    const inbox = fakeInbox();
    return withRoom((room, world) => work(room, world, inbox), {
      handler: RIGHTS,
      objects: (name) => (name === "inbox:7" ? inbox.stub : null),
    });
  }

  test("A new subscription begins with what the room shows, and gets what it shows later.", async () => {
    await followed(async (room, world, inbox) => {
      room.log.show(world.name, place("a"));
      const result = room.subscribers.add(world.name, subscriberOf(7, world), null, null);
      expect(result).toMatchObject({ latest: [{ t: "latest", kind: "position", body: { text: "a" } }] });
      room.log.show(world.name, place("b"));
      await expect.poll(() => inbox.frames).toMatchObject([{ t: "latest", body: { text: "b" } }]);
    });
  });
});
