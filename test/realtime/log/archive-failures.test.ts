/** The archive after failures: outages of D1, dead objects, lost alarms, repeated batches, and deleted events. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { person, rows } from "../../harness/api.ts";
import { note, seqs, settled, withRoom } from "../../harness/realtime/fake-room.ts";
import { archiveOf, authorize, journalOf, makeRoom, say, until } from "../../harness/rooms.ts";

// D1 refuses here on purpose, and the room says so.
beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
});

afterEach(() => vi.restoreAllMocks());

// ------------------------------------------------------------ with the real database

afterEach(async () => {
  const hidden = await rows("SELECT 1 FROM sqlite_master WHERE name = 'event_entries_away'");
  if (hidden.length > 0) await env.DB.exec("ALTER TABLE event_entries_away RENAME TO event_entries");
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
    await settled(world);
    expect(world.batches.at(-1)?.entries.map(({ seq }) => seq)).toEqual([3]);
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

test("A repeated archive batch changes nothing.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  const socket = await authorize(room, ann.token);
  socket.send(say("a"));
  await until(async () => (await archiveOf(room)).length === 2);
  const before = await archiveOf(room);
  const archived = () =>
    runInDurableObject(room.stub, (_, { storage }) =>
      storage.sql.exec("SELECT value FROM facts WHERE name = 'archived'").toArray(),
    );
  expect(await archived()).toEqual([]);
  await evictDurableObject(room.stub);
  await room.stub.wake(room.name);
  expect(await archived()).toEqual([{ value: "2" }]);
  expect(await archiveOf(room)).toEqual(before);
});

test("An outage of D1 delays only the archive, and an eviction during it loses nothing.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  const socket = await authorize(room, ann.token);
  await env.DB.exec("ALTER TABLE event_entries RENAME TO event_entries_away");
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
