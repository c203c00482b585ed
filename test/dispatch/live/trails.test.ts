/** Trails of trucks: packed rows, rows of older versions, and what a truck's room has not archived yet. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { archiveFixes } from "../../../src/modules/dispatch/live/archive.ts";
import { purgeTrails } from "../../../src/modules/dispatch/live/trails.ts";
import type { Entry } from "../../../src/platform/realtime/log/entry.ts";
import { get, rows } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { connectNative } from "../../harness/socket.ts";
import { type Scene, scene } from "../scene.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

async function trackOf({ truck, operator }: Scene, hours = 72): Promise<number[]> {
  const { status, body } = await get(`/api/v1/tow-trucks/${truck}/track/?hours=${hours}`, {
    token: operator.token,
  });
  expect(status).toBe(200);
  return body.map(({ latitude }: { latitude: number }) => latitude);
}

/** An entry of a truck's journal, with points of these ages before now. */
const entry = (seq: number, at: number, points: readonly [latitude: number, at: number][]): Entry => ({
  seq,
  at,
  author: 7,
  ref: `r${seq}`,
  kind: "points",
  body: {
    tow_truck_id: "1",
    points: points.map(([latitude, at]) => ({
      latitude,
      at,
      longitude: 37.6,
      accuracy: null,
      speed: 12.5,
      heading: 90,
      flag: null,
    })),
  },
});

/** A row as older versions stored each point. */
const oldRow = (truck: number, latitude: number, at: number, seq = 1) =>
  rows(
    `INSERT INTO truck_points (truck_id, epoch, seq, nth, at, latitude, longitude, speed, heading)
     VALUES (?, 'e', ?, 0, ?, ?, 37.6, 12.5, NULL)`,
    truck,
    seq,
    at,
    latitude,
  );

const packedRows = (truck: number) =>
  rows<{ starts_at: number; seq: number }>(
    "SELECT starts_at, seq FROM truck_trails WHERE truck_id = ?",
    truck,
  );

describe("a trail", () => {
  test("A batch is one row; repeated, and repeated with more, it is still one row.", async () => {
    const there = await scene();
    const { ctx } = jobContext();
    const now = Date.now();
    const batch = [entry(1, now - 2000, [[55.1, now - 2000]]), entry(2, now - 1000, [[55.2, now - 1000]])];
    await archiveFixes(ctx, there.truck, "e", batch);
    await archiveFixes(ctx, there.truck, "e", batch);
    await archiveFixes(ctx, there.truck, "e", [...batch, entry(3, now, [[55.3, now]])]);
    expect(await packedRows(there.truck)).toHaveLength(1);
    expect(await trackOf(there)).toEqual([55.1, 55.2, 55.3]);
  });

  test("Batches that are archived again with other beginnings, after a lost mark, double nothing.", async () => {
    const there = await scene();
    const { ctx } = jobContext();
    const now = Date.now();
    const entries = [1, 2, 3, 4].map((seq) => entry(seq, now + seq, [[55 + seq / 10, now + seq]]));
    await oldRow(there.truck, 55.1, now + 1);
    await archiveFixes(ctx, there.truck, "e", entries.slice(0, 2));
    await archiveFixes(ctx, there.truck, "e", entries.slice(2));
    await archiveFixes(ctx, there.truck, "e", entries.slice(0, 3));
    expect(await trackOf(there)).toEqual([55.1, 55.2, 55.3, 55.4]);
  });

  test("Points that arrived late stand where they belong, and those before the asked time are left out.", async () => {
    const there = await scene();
    const { ctx } = jobContext();
    const now = Date.now();
    const late: [number, number][] = [
      [55.1, now - 90 * MINUTE],
      [55.2, now - 50 * MINUTE],
    ];
    await archiveFixes(ctx, there.truck, "e", [entry(1, now - 55 * MINUTE, [[55.15, now - 55 * MINUTE]])]);
    await archiveFixes(ctx, there.truck, "e", [entry(2, now, late)]);
    expect(await trackOf(there)).toEqual([55.1, 55.15, 55.2]);
    expect(await trackOf(there, 1)).toEqual([55.15, 55.2]);
  });

  test("Of a long trail the newest 2,000 points are given.", async () => {
    const there = await scene();
    const { ctx } = jobContext();
    const now = Date.now();
    for (let batch = 0; batch < 70; batch++) {
      const points = Array.from({ length: 40 }, (_, index): [number, number] => {
        const at = now - (70 - batch) * MINUTE + index * 1000;
        return [(batch * 40 + index) / 100_000, at];
      });
      await archiveFixes(ctx, there.truck, "e", [entry(batch + 1, (points.at(-1)?.[1] ?? 0) + 1, points)]);
    }
    const track = await trackOf(there);
    expect(track).toHaveLength(2000);
    expect(track[0]).toBeCloseTo(800 / 100_000, 7);
    expect(track.at(-1)).toBeCloseTo(2799 / 100_000, 7);
  });

  test("Rows of older versions, packed rows and what the room has not archived yet are one trail.", async () => {
    const there = await scene();
    const { ctx } = jobContext();
    const now = Date.now();
    await oldRow(there.truck, 55.1, now - 3 * MINUTE);
    await archiveFixes(ctx, there.truck, "e", [entry(1, now - 2 * MINUTE, [[55.2, now - 2 * MINUTE]])]);
    const driver = await connectNative(`/ws/tow-trucks/${there.truck}/location/`, there.driver.token);
    for (const latitude of [55.3, 55.4]) {
      driver.send({ t: "points", ref: String(latitude), points: [{ latitude, longitude: 37.6 }] });
      await driver.next(({ t, ref }) => t === "ack" && ref === String(latitude));
    }
    expect(await trackOf(there)).toEqual([55.1, 55.2, 55.3, 55.4]);
  });

  test("What was acknowledged is in the trail after the room slept.", async () => {
    const there = await scene();
    const driver = await connectNative(`/ws/tow-trucks/${there.truck}/location/`, there.driver.token);
    for (const latitude of [55.3, 55.4, 55.5]) {
      driver.send({ t: "points", ref: String(latitude), points: [{ latitude, longitude: 37.6 }] });
      await driver.next(({ t, ref }) => t === "ack" && ref === String(latitude));
    }
    await evictDurableObject(env.TRUCK_ROOMS.getByName(`truck:${there.truck}`));
    expect(await trackOf(there)).toEqual([55.3, 55.4, 55.5]);
  });

  test("A journal that an older version left, archived up to a position, is archived from there on.", async () => {
    const there = await scene();
    const room = env.TRUCK_ROOMS.getByName(`truck:${there.truck}`);
    const at = Date.now() - MINUTE;
    const position = (latitude: number) => ({
      tow_truck_id: String(there.truck),
      latitude,
      longitude: 37.6,
      updated_at: new Date(at).toISOString().replace("Z", "+00:00"),
    });
    await runInDurableObject(room, (_, { storage: { sql } }) => {
      sql.exec(`CREATE TABLE entries (
        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, author INTEGER NOT NULL, ref TEXT, kind TEXT NOT NULL, body TEXT NOT NULL)`);
      sql.exec("CREATE UNIQUE INDEX entries_ref ON entries (author, ref) WHERE ref IS NOT NULL");
      sql.exec("CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)");
      const facts = { epoch: "0a1b2c3d", archived: "1", room: `truck:${there.truck}` };
      for (const [name, value] of Object.entries(facts))
        sql.exec("INSERT INTO facts VALUES (?, ?)", name, value);
      for (const [index, latitude] of [55.1, 55.2].entries())
        sql.exec(
          "INSERT INTO entries VALUES (?, ?, 0, NULL, 'position', ?)",
          index + 1,
          at,
          JSON.stringify(position(latitude)),
        );
    });
    await evictDurableObject(room);
    await oldRow(there.truck, 55.1, at - 1);
    await rows(
      "UPDATE tow_trucks SET latitude = 55.1, longitude = 37.6, located_at = ? WHERE id = ?",
      at - 1,
      there.truck,
    );
    expect(await trackOf(there)).toEqual([55.1, 55.2]);
    const [row] = await rows<{ latitude: number }>(
      "SELECT latitude FROM tow_trucks WHERE id = ?",
      there.truck,
    );
    expect(row?.latitude).toBe(55.2);
  });

  test("Asking for the trail of a truck that never moved makes no room.", async () => {
    const there = await scene();
    expect(await trackOf(there)).toEqual([]);
    const tables = await runInDurableObject(env.TRUCK_ROOMS.getByName(`truck:${there.truck}`), (_, state) =>
      state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'entries'").toArray(),
    );
    expect(tables).toEqual([]);
  });

  test("Nothing is kept of a truck that was deleted.", async () => {
    const there = await scene();
    const { ctx } = jobContext();
    const now = Date.now();
    await archiveFixes(ctx, there.truck, "e", [entry(1, now, [[55.2, now]])]);
    await rows("DELETE FROM tow_trucks WHERE id = ?", there.truck);
    await archiveFixes(ctx, there.truck, "e", [entry(2, now, [[55.3, now]])]);
    expect(await packedRows(there.truck)).toEqual([]);
  });
});

test("By night trails older than seven days are deleted, packed or in rows of older versions; later ones stay.", async () => {
  const there = await scene();
  const { ctx } = jobContext();
  const now = Date.now();
  for (const [index, days] of [9, 7.1, 6.9, 1].entries()) {
    const at = now - days * DAY;
    await archiveFixes(ctx, there.truck, "e", [entry(index + 1, at, [[55, at]])]);
    await oldRow(there.truck, 55, at, index + 1);
  }
  await purgeTrails(ctx);
  expect((await packedRows(there.truck)).map(({ seq }) => seq)).toEqual([3, 4]);
  expect(
    (await rows<{ seq: number }>("SELECT seq FROM truck_points WHERE truck_id = ?", there.truck)).map(
      ({ seq }) => seq,
    ),
  ).toEqual([3, 4]);
});
