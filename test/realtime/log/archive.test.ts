/** The archive of a room's journal in D1: when it is due, how large a batch is, and what happens when D1 fails. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ARCHIVE, archiveDue, NET } from "../../../src/platform/realtime/log/archive.ts";
import { WINDOW } from "../../../src/platform/realtime/log/window.ts";
import type { Room } from "../../../src/platform/realtime/room.ts";
import { person, rows } from "../../harness/api.ts";
import { note, type World, withRoom } from "../../harness/fake-room.ts";
import { archiveOf, authorize, journalOf, makeRoom, say, until, upTo } from "../../harness/rooms.ts";

// D1 refuses here on purpose, and the room says so.
beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

test.each([
  { lastAt: 0, failures: 0, now: 50_000, due: 50_000, why: "never archived: at once" },
  { lastAt: 49_000, failures: 0, now: 50_000, due: 50_000, why: "a quiet second has passed: at once" },
  { lastAt: 49_700, failures: 0, now: 50_000, due: 50_700, why: "in a flow: a second after the last batch" },
  { lastAt: 50_000, failures: 1, now: 50_000, due: 52_000, why: "refused once" },
  { lastAt: 50_000, failures: 4, now: 50_000, due: 66_000, why: "refused four times" },
  { lastAt: 50_000, failures: 6, now: 50_000, due: 110_000, why: "never longer than a minute" },
  { lastAt: 50_000, failures: 5000, now: 50_000, due: 110_000, why: "however often it was refused" },
])("The next batch is due at $due: $why.", ({ lastAt, failures, now, due }) => {
  expect(archiveDue({ lastAt, failures }, now)).toBe(due);
});

const seqs = ({ batches }: World) => batches.map(({ entries }) => entries.map(({ seq }) => seq));

test("A single entry is archived at once, without waiting for an alarm, which is set a minute later as a net.", async () => {
  await withRoom(async (room, world) => {
    room.log.publish(world.name, note("one"));
    await until(() => world.batches.length === 1);
    expect(seqs(world)).toEqual([[1]]);
    expect(await world.state.storage.getAlarm()).toBe(world.now + NET);
    await world.onSchedule(room);
    expect(seqs(world)).toEqual([[1]]);
    expect(await world.state.storage.getAlarm()).toBeNull();
  });
});

test("Entries of a flow are archived once a pause by the entries that follow, and the last of them two pauses after they were stored.", async () => {
  await withRoom(
    async (room, world) => {
      const begun = world.now;
      for (let n = 1; n <= 12; n++) {
        room.log.publish(world.name, note(String(n)));
        await settled(room, world);
        world.now = begun + n * 1000;
      }
      expect(seqs(world)).toEqual([[1], upTo(6, 2), upTo(11, 7)]);
      world.now = begun + 21_000;
      await world.onSchedule(room);
      expect(seqs(world).at(-1)).toEqual([12]);
    },
    { handler: { archivePause: 5000 } },
  );
});

test("A flow sets one alarm in two pauses, not one for each batch.", async () => {
  await withRoom(async (room, world) => {
    const set = vi.spyOn(world.state.storage, "setAlarm");
    for (let n = 1; n <= 400; n++) {
      const alarm = await world.state.storage.getAlarm();
      if (alarm !== null && alarm <= world.now) await world.onSchedule(room);
      room.log.publish(world.name, note(String(n)));
      await settled(room, world);
      world.now += 25;
    }
    expect(world.batches.length).toBeGreaterThanOrEqual(10);
    expect(set.mock.calls.length).toBeLessThanOrEqual(8);
  });
});

test("A room whose handler archives nothing sets no alarm, and still deletes what falls out of its window.", async () => {
  await withRoom(
    async (room, world) => {
      for (let n = 1; n <= 400; n++) room.log.publish(world.name, note(String(n)));
      await settled(room, world);
      expect(world.batches).toEqual([]);
      expect(await world.state.storage.getAlarm()).toBeNull();
      world.now += WINDOW.age + 1;
      room.log.publish(world.name, note("late"));
      expect(world.state.storage.sql.exec("SELECT min(seq) AS oldest FROM entries").one().oldest).toBe(102);
    },
    { handler: { archive: undefined } },
  );
});

test("An object that died during a batch leaves its alarm, and the next one archives what is missing.", async () => {
  await withRoom(async (room, world) => {
    world.database = () => new Promise(() => {});
    room.log.publish(world.name, note("one"));
    await until(() => world.batches.length === 1);
    const fresh = world.fresh();
    world.database = async () => {};
    world.now = (await world.state.storage.getAlarm()) ?? 0;
    await world.onSchedule(fresh);
    expect(seqs(world)).toEqual([[1], [1]]);
    await world.onSchedule(world.fresh());
    expect(seqs(world)).toEqual([[1], [1]]);
  });
});

/** Lets a copy that is under way end. */
async function settled(room: Room, world: World): Promise<void> {
  await world.state.storage.sync();
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  expect(room).toBeDefined();
}

test("A steady flow is archived in batches of at most 100, at most one a second.", async () => {
  await withRoom(async (room, world) => {
    for (let index = 0; index < 250; index++) room.log.publish(world.name, note(String(index)));
    for (let tick = 0; tick < 40; tick++) {
      await world.onSchedule(room);
      world.now += 100;
    }
    expect(world.batches.map(({ entries }) => entries.length)).toEqual([100, 100, 50]);
    expect(world.batches.flatMap(({ entries }) => entries.map(({ seq }) => seq))).toEqual(upTo(250));
  });
});

test("The alarm is set to the end of the pause while entries wait for the archive.", async () => {
  await withRoom(async (room, world) => {
    for (let index = 0; index < 101; index++) room.log.publish(world.name, note(String(index)));
    await settled(room, world);
    expect(await world.state.storage.getAlarm()).toBe(world.now + ARCHIVE.pause);
  });
});

test("An archive batch stays below D1's limit for one value, even when every entry is as large as a frame may be.", async () => {
  await withRoom(async (room, world) => {
    for (let index = 0; index < 100; index++) room.log.publish(world.name, note("ж".repeat(16_000)));
    for (let round = 0; round < 10; round++) {
      await world.onSchedule(room);
      world.now += ARCHIVE.pause;
    }
    const sizes = world.batches.map(
      ({ entries }) => new TextEncoder().encode(JSON.stringify(entries)).length,
    );
    expect(Math.max(...sizes)).toBeLessThan(2_000_000);
    expect(world.batches.flatMap(({ entries }) => entries.map(({ seq }) => seq))).toEqual(upTo(100));
  });
});

test("While D1 refuses, the pauses grow, nothing is lost, and the same entries are sent again.", async () => {
  await withRoom(async (room, world) => {
    world.database = () => Promise.reject(new Error("D1 is overloaded"));
    room.log.publish(world.name, note("one"));
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 8; attempt++) {
      await world.onSchedule(room);
      const alarm = (await world.state.storage.getAlarm()) ?? 0;
      pauses.push(alarm - world.now);
      world.now = alarm;
    }
    expect(pauses).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    world.database = async () => {};
    room.log.publish(world.name, note("two"));
    await world.onSchedule(room);
    expect(world.batches.at(-1)?.entries.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(await world.state.storage.getAlarm()).toBeNull();
    world.now += 5000;
    room.log.publish(world.name, note("three"));
    await settled(room, world);
    expect(world.batches.at(-1)?.entries.map(({ seq }) => seq)).toEqual([3]);
  });
});

test("Entries stored while a batch is running are copied with the next one.", async () => {
  await withRoom(async (room, world) => {
    room.log.publish(world.name, note("one"));
    let letGo = () => {};
    world.database = () => new Promise((resolve) => (letGo = resolve));
    const alarm = world.onSchedule(room);
    await until(() => world.batches.length === 1);
    room.log.publish(world.name, note("two"));
    letGo();
    await alarm;
    world.database = async () => {};
    world.now += ARCHIVE.pause;
    await world.onSchedule(room);
    expect(world.batches.map(({ entries }) => entries.map(({ seq }) => seq))).toEqual([[1], [2]]);
  });
});

test("A room that is retired while a batch is running marks nothing in its new journal as archived.", async () => {
  await withRoom(async (room, world) => {
    for (let index = 0; index < 5; index++) room.log.publish(world.name, note(String(index)));
    let letGo = () => {};
    world.database = () => new Promise((resolve) => (letGo = resolve));
    const alarm = world.onSchedule(room);
    await until(() => world.batches.length === 1);
    room.log.retire(world.name, note("gone"));
    letGo();
    await alarm;
    const facts = world.state.storage.sql.exec("SELECT name FROM facts WHERE name = 'archived'").toArray();
    expect(facts).toEqual([]);
    expect(world.state.storage.sql.exec("SELECT * FROM entries").toArray()).toEqual([]);
  });
});

test.each([
  { alarm: "lost", set: null },
  { alarm: "stuck in the past", set: -60_000 },
])(
  "A wake archives what is left when the alarm is $alarm, and the next wake has nothing to do.",
  async ({ set }) => {
    await withRoom(async (room, world) => {
      world.database = () => new Promise(() => {});
      room.log.publish(world.name, note("one"));
      await until(() => world.batches.length === 1);
      await world.state.storage.deleteAlarm();
      if (set !== null) await world.state.storage.setAlarm(world.now + set);
      world.database = async () => {};
      await world.fresh().lifecycle.wake(world.name);
      expect(seqs(world)).toEqual([[1], [1]]);
      await world.fresh().lifecycle.wake(world.name);
      expect(seqs(world)).toEqual([[1], [1]]);
    });
  },
);

test("A wake does not change an alarm that is not overdue.", async () => {
  await withRoom(async (room, world) => {
    world.database = () => Promise.reject(new Error("no"));
    room.log.publish(world.name, note("one"));
    await world.onSchedule(room);
    await room.lifecycle.wake(world.name);
    expect(await world.state.storage.getAlarm()).toBe(world.now + 2000);
  });
});

test("A wake of an empty room leaves nothing in storage.", async () => {
  await withRoom(async (room, world) => {
    await room.lifecycle.wake(world.name);
    const tables = world.state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'entries'");
    expect(tables.toArray()).toEqual([]);
    expect(await world.state.storage.getAlarm()).toBeNull();
  });
});

// ------------------------------------------------------------ with the real database

afterEach(async () => {
  const hidden = await rows("SELECT 1 FROM sqlite_master WHERE name = 'event_entries_away'");
  if (hidden.length > 0) await env.DB.exec("ALTER TABLE event_entries_away RENAME TO event_entries");
});

test("A message is in D1 right away, with its author, exactly once.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  const socket = await authorize(room, ann.token);
  socket.send(say("a", "Hello"));
  await socket.next((frame) => frame.t === "ack");
  await until(async () => (await archiveOf(room)).length === 2, 2500);
  const [created, said] = await archiveOf(room);
  expect(created).toMatchObject({ seq: 1, author_id: null, kind: "notice" });
  expect(said).toMatchObject({ seq: 2, author_id: ann.id, kind: "message", body: '{"text":"Hello"}' });
});

test("A repeated archive batch changes nothing.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  await until(async () => (await archiveOf(room)).length === 1);
  const before = await archiveOf(room);
  const archived = () =>
    runInDurableObject(room.stub, (_, { storage }) =>
      storage.sql.exec("SELECT value FROM facts WHERE name = 'archived'").toArray(),
    );
  expect(await archived()).toEqual([]);
  await evictDurableObject(room.stub);
  await room.stub.wake(room.name);
  expect(await archived()).toEqual([{ value: "1" }]);
  expect(await archiveOf(room)).toEqual(before);
});

test("An outage of D1 delays only the archive, and an eviction during it loses nothing.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  await until(async () => (await archiveOf(room)).length === 1);
  await env.DB.exec("ALTER TABLE event_entries RENAME TO event_entries_away");
  const socket = await authorize(room, ann.token);
  for (const ref of ["a", "b", "c"]) {
    socket.send(say(ref));
    await socket.next((frame) => frame.t === "ack" && frame.ref === ref);
  }
  await evictDurableObject(room.stub);
  expect((await journalOf(room)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  await env.DB.exec("ALTER TABLE event_entries_away RENAME TO event_entries");
  await room.stub.wake(room.name);
  await until(async () => (await archiveOf(room)).length === 4, 10_000);
  expect((await archiveOf(room)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
});

test("The archive skips entries of a deleted event and completes.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  await until(async () => (await archiveOf(room)).length === 1);
  await env.DB.prepare("DELETE FROM events WHERE id = ?").bind(room.id).run();
  await room.stub.publish(room.name, note("late"));
  await until(() => room.stub.flush(room.name));
  expect(await archiveOf(room)).toEqual([]);
});
