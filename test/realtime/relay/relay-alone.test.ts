/** What a relay does on its own: rights, positions that do not follow, pages that are gone. */
import { expect, test } from "vitest";
import type { Attached } from "../../../src/platform/realtime/relay/rpc.ts";
import { admit, callerOf, type World } from "../../harness/realtime/fake-room.ts";
import { EPOCH, entriesBetween, FACTS, FAR, openIn, seqsIn, withRelay } from "./alone.ts";

test("A recheck asks for the rights of everybody in the relay and closes those without one.", () =>
  withRelay(async (alone) => {
    const [stays, goes] = [
      await openIn(alone, { caller: callerOf(1) }),
      await openIn(alone, { caller: callerOf(2) }),
    ];
    alone.rights = new Map([[1, {}]]);
    await alone.relay.recheck({ ...FACTS, rights: JSON.stringify({ version: 5, until: FAR + 60_000 }) });
    expect(await goes.closed).toBe(4003);
    await alone.relay.push({ epoch: EPOCH, entries: entriesBetween(4, 4) });
    await expect.poll(() => seqsIn(stays.frames)).toEqual([4]);
    // Rights that were read before the change are looked up again, with the room's version.
    const stale = await alone.relay.connect(admit(alone.world as World, { caller: callerOf(1) }));
    expect([stale.status, stale.headers.get("x-caravan-rights-version")]).toEqual([409, "5"]);
    await openIn(alone, { caller: callerOf(1), rightsVersion: 5 });
  }));

test("A right that ends by time closes the socket at the alarm; one that begins hides what is older.", () =>
  withRelay(async (alone) => {
    const timed = await openIn(alone, { caller: callerOf(1), until: FAR + 5000 });
    alone.rights = new Map([[2, {}]]);
    const later = await openIn(alone, {
      caller: callerOf(2),
      visibleFrom: FAR - 1000 + 5,
      epoch: EPOCH,
      since: 0,
    });
    await alone.relay.push({ epoch: EPOCH, entries: entriesBetween(4, 5) });
    await expect.poll(() => seqsIn(later.frames)).toEqual([1, 2, 3, 4, 5]);
    const kinds = later.frames.filter(({ t }) => t === "entry").map(({ kind }) => kind);
    expect(kinds).toEqual(["hidden", "hidden", "hidden", "hidden", "notice"]);
    expect(await alone.world.state.storage.getAlarm()).toBe(FAR + 5000);
    alone.world.now = FAR + 5000;
    await alone.relay.alarm();
    expect(await timed.closed).toBe(4003);
  }));

test("A person's oldest socket is closed when they open one more than the relay allows.", () =>
  withRelay(async (alone) => {
    const sockets = [];
    for (let count = 0; count < 3; count++) {
      sockets.push(await openIn(alone, { caller: callerOf(1) }));
      alone.world.now += 1;
    }
    expect(await sockets[0]?.closed).toBe(4429);
  }));

test("A relay whose room is gone refuses with 404.", () =>
  withRelay(async (alone) => {
    alone.attached = null;
    expect((await alone.relay.connect(admit(alone.world as World))).status).toBe(404);
  }));

test("A push with a gap is not sent, and the relay says how far it is.", () =>
  withRelay(async (alone) => {
    const { frames } = await openIn(alone);
    expect(await alone.relay.push({ epoch: EPOCH, entries: entriesBetween(5, 6) })).toEqual({
      seq: 3,
      sockets: 1,
    });
    expect(await alone.relay.push({ epoch: EPOCH, entries: entriesBetween(2, 6) })).toEqual({
      seq: 6,
      sockets: 1,
    });
    await expect.poll(() => seqsIn(frames)).toEqual([4, 5, 6]);
  }));

test("A room of another epoch is another log: the relay's sockets come back.", () =>
  withRelay(async (alone) => {
    const { closed } = await openIn(alone);
    expect(await alone.relay.push({ epoch: "0b0b0b0b", entries: entriesBetween(1, 1) })).toBeNull();
    expect(await closed).toBe(1012);
  }));

test("A page that the room has pruned closes a client that needs it; the next time it is told to reload.", () =>
  withRelay(async (alone) => {
    const newest = entriesBetween(700, 710);
    alone.attached = { ...(alone.attached as Attached), head: 710, newest, oldest: 300 };
    alone.page = entriesBetween(500, 600);
    const late = await openIn(alone, { epoch: EPOCH, since: 320 });
    expect(await late.closed).toBe(4408);
    const again = await openIn(alone, { epoch: EPOCH, since: 320 });
    await expect.poll(() => again.frames[0]).toMatchObject({ t: "welcome", recovered: false });
  }));
