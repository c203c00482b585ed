/** The archive of a room's journal in D1: when it is due, its alarm, and how large a batch is. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ARCHIVE, archiveDue, NET } from "../../../src/platform/realtime/log/archive/archive.ts";
import { WINDOW } from "../../../src/platform/realtime/log/journal/window.ts";
import { person, rows } from "../../harness/api.ts";
import { note, seqs, settled, withRoom } from "../../harness/realtime/fake-room.ts";
import { archiveOf, authorize, makeRoom, say, until, upTo } from "../../harness/rooms.ts";

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
        await settled(world);
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
      await settled(world);
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
      await settled(world);
      expect(world.batches).toEqual([]);
      expect(await world.state.storage.getAlarm()).toBeNull();
      world.now += WINDOW.age + 1;
      room.log.publish(world.name, note("late"));
      expect(world.state.storage.sql.exec("SELECT min(seq) AS oldest FROM entries").one().oldest).toBe(102);
    },
    { handler: { archive: undefined } },
  );
});

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
    await settled(world);
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
