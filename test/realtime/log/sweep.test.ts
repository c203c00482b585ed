/** The sweep of rooms: each noted room is woken once after an hour and once at the end, however many there are. */
import { beforeEach, expect, test } from "vitest";
import { noteRoom, sweepRooms } from "../../../src/platform/realtime/log/sweep.ts";
import type { RoomStub } from "../../../src/platform/realtime/rpc.ts";
import { rows, unique } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";

const HOUR = 3600_000;
const NOW = Date.UTC(2040, 0, 1);

beforeEach(async () => {
  await rows("DELETE FROM rooms");
  await rows("DELETE FROM sweeps WHERE name = 'rooms'");
});

/** Runs the sweep at a time; returns the names of the rooms that it woke. */
async function sweepAt(now: number, fails: (name: string) => boolean = () => false): Promise<string[]> {
  const { ctx } = jobContext({ now: () => now });
  const woken: string[] = [];
  const room = () =>
    ({
      async wake(name: string) {
        woken.push(name);
        if (fails(name)) throw new Error("gone");
      },
    }) as unknown as RoomStub;
  await sweepRooms({ ...ctx, runtime: { ...ctx.runtime, room } });
  return woken;
}

async function note(name: string, now: number): Promise<void> {
  const { ctx, finished } = jobContext({ now: () => now });
  noteRoom(ctx, name);
  await finished();
}

test("A room is woken an hour after it was noted, and not again until its note is deleted two days later.", async () => {
  const name = `event:${unique()}`;
  await note(name, NOW);
  expect(await sweepAt(NOW + HOUR - 1)).toEqual([]);
  expect(await sweepAt(NOW + HOUR)).toEqual([name]);
  expect(await sweepAt(NOW + 2 * HOUR)).toEqual([]);
  expect(await sweepAt(NOW + 47 * HOUR)).toEqual([]);
  expect(await sweepAt(NOW + 48 * HOUR)).toEqual([name]);
  expect(await rows("SELECT * FROM rooms")).toEqual([]);
  expect(await sweepAt(NOW + 49 * HOUR)).toEqual([]);
});

test("A room that is noted again within a day costs no row; after a day its note moves, and it is woken again.", async () => {
  const name = `event:${unique()}`;
  const seenAt = () => rows<{ seen_at: number }>("SELECT seen_at FROM rooms");
  await note(name, NOW);
  await note(name, NOW + 23 * HOUR);
  expect(await seenAt()).toEqual([{ seen_at: NOW }]);
  expect(await sweepAt(NOW + 23 * HOUR)).toEqual([name]);
  await note(name, NOW + 25 * HOUR);
  expect(await seenAt()).toEqual([{ seen_at: NOW + 25 * HOUR }]);
  expect(await sweepAt(NOW + 26 * HOUR)).toEqual([name]);
  expect(await sweepAt(NOW + 48 * HOUR)).toEqual([]);
});

test("Thousands of rooms of one hour are all woken within a few runs, and those that fail keep none from it.", async () => {
  await rows(
    `INSERT INTO rooms (name, seen_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4500)
     SELECT 'event:x' || i, ? + i / 3 FROM n`,
    NOW,
  );
  const runs: string[][] = [];
  for (let run = 0; run < 3; run++)
    runs.push(await sweepAt(NOW + 2 * HOUR + run, (name) => name.endsWith("7")));
  expect(new Set(runs.flat()).size).toBe(4500);
  expect(await sweepAt(NOW + 3 * HOUR)).toEqual([]);
});
