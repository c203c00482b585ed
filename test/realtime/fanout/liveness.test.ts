/** When silence is checked, what an inbox knows of its sockets, and liveness with real objects. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Room } from "../../../src/platform/realtime/room.ts";
import { isHeard, nextLook } from "../../../src/platform/realtime/socket/liveness.ts";
import { chatters, me, native, raw, say } from "../../chat/friends.ts";
import { rows } from "../../harness/api.ts";
import { admit, callerOf, listen, type World, withRoom } from "../../harness/realtime/fake-room.ts";
import { INBOX, ROOM, subscribe, withInbox } from "../../harness/realtime/inbox.ts";

const MINUTE = 60_000;

describe("the alarm", () => {
  const alarmOf = (work: (room: Room, world: World) => unknown, social = true) =>
    new Promise<number | null>((resolve, reject) => {
      withRoom(
        async (room, world) => {
          await work(room, world);
          const at = await world.state.storage.getAlarm();
          resolve(at === null ? null : at - world.now);
        },
        { handler: { social } },
      ).catch(reject);
    });
  const open = (room: Room, world: World, userId: number, native = true) =>
    listen(room.sockets.open(admit(world, { caller: callerOf(userId), native })));
  const EXPIRY = 3600_000;

  test("No presence alarm is set for one person alone, with any number of tabs.", async () => {
    expect(await alarmOf((room, world) => [open(room, world, 1), open(room, world, 1)])).toBe(EXPIRY);
  });

  test("No presence alarm is set in a room that is not social.", async () => {
    expect(await alarmOf((room, world) => [1, 2].map((id) => open(room, world, id)), false)).toBe(EXPIRY);
    expect(await alarmOf((room, world) => [1, 2].map((id) => open(room, world, id, false)))).toBe(EXPIRY);
  });

  test("A presence alarm for a silent person is set while another one is shown it.", async () => {
    const gone = async (room: Room, world: World) => {
      for (const id of [1, 2]) open(room, world, id);
      world.now += 90_000;
      await world.onSchedule(room);
    };
    // Both are frozen now: nobody is shown anything.
    expect(await alarmOf(gone)).toBe(EXPIRY - 90_000);
  });
});

describe("liveness", () => {
  test.each([
    [0, 59_999, true, 60_000],
    [0, 60_000, false, 120_000],
    [0, 200_000, false, 400_000],
    [0, 10_000_000, false, 10_600_000],
  ])("Liveness of a person heard at %i and checked at %i.", (heardAt, now, heard, next) => {
    expect([isHeard(heardAt, now), nextLook(heardAt, now)]).toEqual([heard, next]);
  });
});

test("An inbox knows when the sockets that subscribe to a room were last heard, and returns null without any.", async () => {
  await withInbox(async ({ room, world, send }) => {
    expect(room.inbox.heard(ROOM)).toBeNull();
    await send(subscribe());
    world.now += 5000;
    await send({ t: "ping" });
    // Another tab that does not subscribe does not count for this room.
    world.now += 5000;
    listen(room.sockets.open(admit(world, { room: INBOX, caller: callerOf(1) })));
    expect(room.inbox.heard(ROOM)).toBe(world.now - 5000);
    expect(room.inbox.heard("chat:2")).toBeNull();
  });
});

describe("real objects", () => {
  /** Makes the last frame of each client this much older. Pings are known to the platform only. */
  const age = (stub: DurableObjectStub, milliseconds: number) =>
    runInDurableObject(stub, (_, state) => {
      for (const socket of state.getWebSockets()) {
        const facts = socket.deserializeAttachment();
        socket.serializeAttachment({ ...facts, heardAt: facts.heardAt - milliseconds });
      }
    });
  const told = (userId: number) =>
    rows("SELECT id FROM notifications WHERE user_id = ? AND type = 'CHAT_MESSAGE'", userId);

  test("A ping that the platform answered keeps its sender present, and a frozen client gets a notification.", async () => {
    const pair = await chatters();
    const stub = env.CHAT_ROOMS.getByName(`chat:${pair.chat}`);
    const [here] = [await native(pair, pair.one), await native(pair, pair.other)];
    await here.next(({ t, users }) => t === "presence" && users.length === 2);
    await age(stub, 2 * MINUTE);
    here.send('{"t":"ping"}');
    await here.next(({ t }) => t === "pong");
    await evictDurableObject(stub);
    await runDurableObjectAlarm(stub);
    expect(await here.next(({ t }) => t === "presence")).toEqual({ t: "presence", users: [pair.one.id] });
    here.send(say("a", "are you there?"));
    await expect.poll(() => told(pair.other.id), { timeout: 4000 }).toHaveLength(1);
  });

  test("A documented client that only listens is away after a minute.", async () => {
    const pair = await chatters();
    const stub = env.CHAT_ROOMS.getByName(`chat:${pair.chat}`);
    const [here] = [await raw(pair, pair.one), await raw(pair, pair.other)];
    await age(stub, 2 * MINUTE);
    await evictDurableObject(stub);
    here.send("кто тут?");
    await here.next();
    await expect.poll(() => told(pair.other.id), { timeout: 4000 }).toHaveLength(1);
    expect(await told(pair.one.id)).toEqual([]);
  });

  test("A frozen client that subscribes from its own socket is away, and back once it pings.", async () => {
    const pair = await chatters();
    const [chat, inbox] = [
      env.CHAT_ROOMS.getByName(`chat:${pair.chat}`),
      env.INBOX_ROOMS.getByName(`inbox:${pair.other.id}`),
    ];
    const phone = await me(pair.other);
    phone.send({ t: "subscribe", room: `chat:${pair.chat}` });
    await phone.next(({ t }) => t === "subscribed");
    await age(inbox, 2 * MINUTE);
    await Promise.all([evictDurableObject(inbox), evictDurableObject(chat)]);
    const here = await native(pair, pair.one);
    expect(await here.next(({ t }) => t === "presence")).toEqual({ t: "presence", users: [pair.one.id] });
    here.send(say("a", "are you there?"));
    await expect.poll(() => told(pair.other.id), { timeout: 4000 }).toHaveLength(1);
    phone.send('{"t":"ping"}');
    await phone.next(({ t }) => t === "pong");
    await evictDurableObject(chat);
    await runDurableObjectAlarm(chat);
    const both = [pair.one.id, pair.other.id].sort((a, b) => a - b);
    expect(await here.next(({ t }) => t === "presence")).toEqual({ t: "presence", users: both });
  });
});
