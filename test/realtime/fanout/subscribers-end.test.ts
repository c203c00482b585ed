/** When a subscription ends in its room, and that it survives an eviction. */
import { describe, expect, test } from "vitest";
import { latch, subscriberOf } from "../../harness/realtime/fake-network.ts";
import { admit, callerOf, listen, note } from "../../harness/realtime/fake-room.ts";
import { say, subscribers, withSubscriber } from "./with-subscriber.ts";

describe("the end of a subscription", () => {
  test("A subscriber is removed when its inbox says that no socket subscribes, and the others see them leave.", async () => {
    await withSubscriber(
      async (room, world, inbox) => {
        const { frames } = listen(room.sockets.open(admit(world, { caller: callerOf(1) })));
        inbox.answer = async () => false;
        room.log.publish(world.name, note("1"));
        await expect.poll(() => subscribers(world)).toEqual([]);
        await expect
          .poll(() => frames.filter(({ t }) => t === "presence").at(-1))
          .toEqual({ t: "presence", users: [1] });
        room.log.publish(world.name, note("2"));
        expect(inbox.relays).toHaveLength(1);
      },
      { social: true },
    );
  });

  test("A subscriber that came back before its inbox's answer arrived is not removed.", async () => {
    await withSubscriber(async (room, world, inbox) => {
      const { open, opened } = latch<boolean>();
      inbox.answer = () => opened;
      room.log.publish(world.name, note("1"));
      room.subscribers.add(world.name, subscriberOf(7, world), null, null);
      open(false);
      await opened;
      inbox.answer = async () => true;
      room.log.publish(world.name, note("2"));
      await expect.poll(() => inbox.relays.length).toBe(2);
      expect(subscribers(world)).toEqual(["inbox:7"]);
    });
  });

  test.each<[string, object, boolean]>([
    ["their right", { rightsBefore: Number.MAX_SAFE_INTEGER }, true],
    ["a right of an earlier time", { rightsBefore: 1 }, false],
    ["all their sessions", {}, true],
    ["another session", { sessionId: "another" }, false],
  ])("A subscriber is removed only by a revocation that covers them: %s.", async (_, revocation, meant) => {
    await withSubscriber(async (room, world, inbox) => {
      room.sockets.revoke({ userId: 7, ...revocation }, 4003, "no right");
      room.log.publish(world.name, note("1"));
      expect(inbox.dropped).toEqual(meant ? [4003] : []);
      expect(inbox.relays).toHaveLength(meant ? 0 : 1);
      const taken = await room.subscribers.takeFrame("inbox:7", say("a"));
      expect(taken.ok).toBe(!meant);
      if (meant) expect(room.subscribers.read("inbox:7", room.log.latest(world.name, 1).epoch, 0)).toBeNull();
    });
  });

  test("A revoked subscriber can't come back with a right that was looked up before, even after an eviction.", async () => {
    await withSubscriber(async (room, world) => {
      const stale = subscriberOf(7, world);
      world.now += 10;
      room.sockets.revoke({ userId: 7, rightsBefore: world.now }, 4003, "no right");
      expect(room.subscribers.add(world.name, stale, null, null)).toBeNull();
      const fresh = world.fresh();
      expect(fresh.subscribers.add(world.name, stale, null, null)).toBeNull();
      world.now += 1;
      expect(fresh.subscribers.add(world.name, subscriberOf(7, world), null, null)).not.toBeNull();
    });
  });

  test("A retired room drops its subscribers with 4004 and accepts no new ones.", async () => {
    await withSubscriber(async (room, world, inbox) => {
      room.log.retire(world.name, { kind: "gone", ref: null, body: {} });
      await expect.poll(() => inbox.dropped).toEqual([4004]);
      expect(inbox.relays.map(({ kinds }) => kinds)).toEqual([["gone"]]);
      expect(room.subscribers.add(world.name, subscriberOf(7, world), null, null)).toBeNull();
      expect(subscribers(world)).toEqual([]);
    });
  });
});

test("Subscribers survive an eviction, and keep the storage of a room without entries.", async () => {
  await withSubscriber(async (_room, world, inbox) => {
    const fresh = world.fresh();
    await fresh.lifecycle.wake(world.name);
    fresh.log.publish(world.name, note("1"));
    await expect.poll(() => inbox.relays.length).toBe(1);
  });
});
