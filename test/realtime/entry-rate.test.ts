/** How many entries one person may add to a room: in every kind of room, and in those with a rate of their own. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { eventRoomHandler } from "../../src/modules/events/index.ts";
import { roomObject } from "../../src/platform/realtime/object.ts";
import type { Room } from "../../src/platform/realtime/room.ts";
import type { RequestContext, Runtime } from "../../src/platform/runtime.ts";
import { subscriberOf } from "../harness/realtime/fake-network.ts";
import {
  admit,
  callerOf,
  listen,
  note,
  serverSide,
  type World,
  withRoom,
} from "../harness/realtime/fake-room.ts";
import { handlerOf } from "../http/documents/handlers.ts";

const HOUR = 3600_000;
const rate = { limit: 3, seconds: 3600 };

/** Every way in which a person's entry comes to a room. Add a new way here. */
const SENDERS: Record<string, (world: World, room: Room, ref: string) => Promise<unknown>> = {
  "a native socket": (world, room, ref) =>
    room.sockets.message(
      serverSide(world, 1),
      JSON.stringify({ t: "say", ref, kind: "message", body: { text: ref } }),
    ),
  "a documented socket": (world, room, ref) => room.sockets.message(serverSide(world, 2), ref),
  "an inbox": (_, room, ref) =>
    room.subscribers.takeFrame("inbox:3", { t: "say", ref, kind: "message", body: { text: ref } }),
};
const stored = (room: Room) =>
  room.log
    .latest("", 100)
    .entries.filter(({ author }) => author > 0)
    .map(({ ref, body }) => ref ?? body.text)
    .toReversed();

test.each(Object.entries(SENDERS))(
  "Entries beyond the limit are refused through %s, also after hibernation, and accepted again an hour later.",
  async (sender, send) => {
    await withRoom(
      async (room, world) => {
        const expiresAt = world.now + 2 * HOUR;
        const native = listen(room.sockets.open(admit(world, { caller: callerOf(1, { expiresAt }) })));
        const raw = listen(
          room.sockets.open(admit(world, { caller: callerOf(2, { expiresAt }), native: false })),
        );
        room.subscribers.add(world.name, subscriberOf(3, world), null, null);
        room.log.publish(world.name, note("system entries are not counted"));
        for (const ref of ["a", "b", "c", "d", "e", "f", "g"]) await send(world, room, ref);
        const fresh = world.fresh();
        const answer = await send(world, fresh, "h");
        expect(stored(fresh)).toEqual(["a", "b", "c"]);
        // Each refusal is answered, and no socket is closed for it.
        const told = { "a native socket": native, "a documented socket": raw }[sender];
        if (!told) expect(answer).toMatchObject({ ok: false, code: "too_many" });
        else await expect.poll(() => told.frames.filter(({ code }) => code === "too_many")).toHaveLength(5);
        // A repeated ref is answered as the first time, and each person has a count of their own.
        if (!told) expect(await send(world, fresh, "a")).toMatchObject({ ok: true, seq: 2 });
        const [other] = Object.keys(SENDERS).filter((name) => name !== sender);
        await SENDERS[other ?? ""]?.(world, fresh, "x");
        world.now += HOUR;
        await send(world, fresh, "i");
        expect(stored(fresh)).toEqual(["a", "b", "c", "x", "i"]);
      },
      { handler: { entryRate: () => rate } },
    );
  },
);

test.each(Object.entries(SENDERS))(
  "A flow beyond the limit of every room is refused through %s, a repeated entry is acknowledged, and the next period is free.",
  async (sender, send) => {
    await withRoom(
      async (room, world) => {
        const native = listen(room.sockets.open(admit(world, { caller: callerOf(1) })));
        listen(room.sockets.open(admit(world, { caller: callerOf(2), native: false })));
        room.subscribers.add(world.name, subscriberOf(3, world), null, null);
        for (const ref of ["a", "b", "c", "d"]) await send(world, room, ref);
        expect(stored(room)).toEqual(["a", "b", "c"]);
        const again = await send(world, room, "b");
        if (sender === "an inbox") expect(again).toMatchObject({ ok: true, seq: 2 });
        if (sender === "a native socket")
          await expect
            .poll(() => native.frames.filter(({ t }) => t !== "entry").slice(-2))
            .toMatchObject([
              { t: "error", code: "too_many", ref: "d" },
              { t: "ack", ref: "b", seq: 2 },
            ]);
        const [other] = Object.keys(SENDERS).filter((name) => name !== sender);
        await SENDERS[other ?? ""]?.(world, room, "x");
        world.now += 10_000;
        await send(world, room, "e");
        expect(stored(room)).toEqual(["a", "b", "c", "x", "e"]);
      },
      { entryFlow: { limit: 3, seconds: 10 } },
    );
  },
);

test("What a person sends through a relay and an inbox counts with what their own socket sends.", async () => {
  await withRoom(
    async (room, world) => {
      listen(room.sockets.open(admit(world, { caller: callerOf(3) })));
      room.subscribers.add(world.name, subscriberOf(3, world), null, null);
      const relayed = (ref: string) => {
        // No such object exists here, so the room forgets it with the first entry that it can't bring.
        room.relays.attachRelay({ number: 1, seq: null, sockets: 1 });
        return room.relays.appendFromRelay(1, { author: 3, ref, kind: "message", body: { text: ref } });
      };
      await room.sockets.message(
        serverSide(world, 3),
        JSON.stringify({ t: "say", ref: "a", kind: "message", body: { text: "a" } }),
      );
      expect(await SENDERS["an inbox"]?.(world, room, "b")).toMatchObject({ ok: true });
      expect(await relayed("c")).toMatchObject({ ok: true });
      expect(await relayed("d")).toMatchObject({ ok: false, code: "too_many" });
      expect(await SENDERS["an inbox"]?.(world, room, "e")).toMatchObject({ ok: false, code: "too_many" });
      expect(await relayed("c")).toMatchObject({ ok: true, entry: { ref: "c" } });
    },
    { entryFlow: { limit: 3, seconds: 10 } },
  );
});

const point = {
  latitude: 52.2,
  longitude: 21,
  timestamp: "2030-01-01T00:00:00Z",
};
/** Binding of a kind of room → its channel and what its members may say; null where only the server writes. */
const KINDS: Record<string, [channel: string, kind: string | null, body?: object]> = {
  CHAT_ROOMS: ["chat", "message", { text: "Hi" }],
  EVENT_ROOMS: ["events", "message", { text: "Hi" }],
  INBOX_ROOMS: ["me", null],
  OPS_ROOMS: ["ops", null],
  ORDER_ROOMS: ["order", null],
  TICKET_ROOMS: ["ticket", "message", { body: "Hi" }],
  TRUCK_ROOMS: ["truck", "points", { points: [point] }],
  USER_ROOMS: ["location", "points", { points: [point] }],
};

test("Every kind of room is in the table of the test below.", () => {
  expect(Object.keys(KINDS)).toEqual(
    Object.keys(env)
      .filter((name) => name.endsWith("_ROOMS"))
      .sort(),
  );
});

test.each(Object.entries(KINDS))(
  "The setting limits the entries of one person in a room of %s.",
  async (_, [channel, kind, body]) => {
    const runtime = { settings: { rates: { roomEntries: { limit: 2, seconds: 1e9 } }, roomSockets: 9 } };
    const handler = handlerOf(channel);
    const RoomObject = roomObject(
      () => runtime as unknown as Runtime,
      () => ({
        ...handler,
        archive: async () => {},
        onStored: () => {},
        // An event's own rate is far above.
        ...(handler.entryRate && { entryRate: () => ({ limit: 100, seconds: 3600 }) }),
      }),
    );
    await withRoom(async (_room, world) => {
      const { room } = new RoomObject(world.state, env) as unknown as { room: Room };
      const socket = listen(room.sockets.open(admit(world, { caller: callerOf(1), admittedAt: Date.now() })));
      const say = (ref: string) =>
        room.sockets.message(
          serverSide(world, 1),
          JSON.stringify({ t: "say", ref, kind: kind ?? "message", body: body ?? { text: "Hi" } }),
        );
      for (const ref of ["a", "b", "c", "d"]) await say(ref);
      const answers = () => socket.frames.filter(({ t }) => t === "ack" || t === "error");
      if (kind === null) return expect.poll(answers).toMatchObject([{ t: "error" }, { t: "error" }, {}]);
      await expect
        .poll(answers)
        .toMatchObject([
          { t: "ack" },
          { t: "ack" },
          { t: "error", code: "too_many", ref: "c" },
          { t: "error", code: "too_many", ref: "d" },
        ]);
    });
  },
);

test("The setting limits how many entries one person adds to an event's room.", () => {
  const eventEntries = { limit: 5, seconds: 60 };
  const ctx = { runtime: { settings: { rates: { eventEntries } } } } as unknown as RequestContext;
  expect(eventRoomHandler(() => ctx).entryRate?.()).toBe(eventEntries);
});
