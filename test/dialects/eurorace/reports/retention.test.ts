/** Old days of a track are archived as small objects and read back with the rest. */
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { checkTracks, compactTracks } from "../../../../src/modules/tracking/tracks/compaction.ts";
import { get, person, rows } from "../../../harness/api.ts";
import { jobContext } from "../../../harness/job-context.ts";
import {
  DAY,
  daysOf,
  NOW,
  name,
  PATH,
  point,
  pointsOf,
  reportsOf,
  roll,
  store,
  today,
  trackOf,
} from "./compaction.ts";

afterEach(() => vi.restoreAllMocks());

test("Points older than thirty days are archived, one object per day, and the rest stays.", async () => {
  const ann = await person();
  const [old, older] = [today - 31 * DAY, today - 40 * DAY];
  await store(
    ann,
    point(older + 5),
    point(older + 1),
    point(old),
    point(old + DAY - 1),
    point(old + DAY),
    point(NOW),
  );
  const before = await trackOf(ann);
  await roll();
  expect(await reportsOf(ann)).toEqual([{ at: old + DAY }, { at: NOW }]);
  const days = await daysOf(ann);
  expect(days).toMatchObject([
    { day: name(older), points: 2, starts_at: older + 1, ends_at: older + 5 },
    { day: name(old), points: 2, starts_at: old, ends_at: old + DAY - 1 },
  ]);
  for (const { key, size } of days) {
    expect(key).toMatch(/^private\/tracks\//);
    expect((await env.BUCKET.head(key))?.size).toBe(size);
  }
  expect(before.total_points).toBe(6);
  expect(await trackOf(ann)).toEqual(before);
});

test("An archived point is unchanged, including its flags.", async () => {
  const ann = await person();
  const at = today - 35 * DAY;
  await store(ann, point(at), point(at + 1, { flag: "jump", accuracy: null, speed: 12.5, heading: null }));
  const before = await pointsOf(ann, { flagged: true });
  await roll();
  expect(await pointsOf(ann)).toMatchObject([{ at }]);
  const after = await pointsOf(ann, { flagged: true });
  expect(after).toMatchObject(before);
  expect(after[1]).toMatchObject({ flag: "jump", accuracy: null, speed: 12.5, heading: null });
  expect(after[0]).toMatchObject({ receivedAt: NOW, accuracy: 4.25, heading: 359.99 });
});

test("Only the archived days in range are read.", async () => {
  const ann = await person();
  const days = [40, 41, 42].map((ago) => today - ago * DAY);
  await store(ann, ...days.map((at) => point(at)));
  await roll();
  const opened = vi.spyOn(Object.getPrototypeOf(env.BUCKET), "get");
  const points = await pointsOf(ann, { from: days[1] ?? 0, to: (days[1] ?? 0) + 5 });
  expect(points.map(({ at }) => at)).toEqual([days[1]]);
  expect(opened).toHaveBeenCalledTimes(1);
});

test("Late points for an archived day are merged into it once, and the former object is deleted.", async () => {
  const ann = await person();
  const at = today - 33 * DAY;
  await store(ann, point(at + 1), point(at + 3));
  await roll();
  const [former] = await daysOf(ann);
  // The room's journal is copied again, with something new beside it.
  await store(ann, point(at + 1), point(at + 2));
  expect((await trackOf(ann)).total_points).toBe(4);
  await roll();
  expect(await reportsOf(ann)).toEqual([]);
  const [merged] = await daysOf(ann);
  expect(merged).toMatchObject({ points: 3 });
  const track = await trackOf(ann);
  expect(track.coordinates.map(({ timestamp }: { timestamp: string }) => Date.parse(timestamp) - at)).toEqual(
    [1, 2, 3],
  );
  expect(await rows("SELECT kind FROM outbox WHERE address = ?", former?.key)).toEqual([{ kind: "object" }]);
  expect(await rows("SELECT kind FROM outbox WHERE address = ?", merged?.key)).toEqual([]);
});

test("The latest place stays when its report is archived.", async () => {
  const ann = await person();
  await store(ann, point(today - 50 * DAY));
  await roll();
  const { body } = await get(`${PATH}latest/`, { token: ann.token });
  expect(body).toContainEqual(expect.objectContaining({ user: ann.id }));
});

test("A run archives a portion and queues the next.", async () => {
  const people = await Promise.all(Array.from({ length: 62 }, () => person("roller")));
  await Promise.all(people.map((who) => store(who, point(today - 60 * DAY))));
  const asked = () => rows("SELECT id FROM outbox WHERE kind = 'track_roll'");
  const before = (await asked()).length;
  expect((await compactTracks(jobContext().ctx)).days).toBe(60);
  expect((await asked()).length).toBe(before + 1);
  await roll();
  const left = people.map(async (who) => [(await reportsOf(who)).length, (await daysOf(who)).length]);
  expect(await Promise.all(left)).toEqual(people.map(() => [0, 1]));
});

test("A person with a long backlog is archived in one run.", async () => {
  const ann = await person();
  const days = Array.from({ length: 20 }, (_, n) => today - (40 + n) * DAY);
  await store(ann, ...days.map((at) => point(at)));
  await compactTracks(jobContext().ctx);
  expect(await reportsOf(ann)).toEqual([]);
  expect(await daysOf(ann)).toHaveLength(20);
});

test("A crash between object and row loses nothing, and the object is removed the next day.", async () => {
  const ann = await person();
  await store(ann, point(today - 45 * DAY));
  const { ctx } = jobContext();
  const batch = vi.spyOn(Object.getPrototypeOf(env.DB.withSession()), "batch");
  batch.mockRejectedValue(new Error("gone"));
  expect(await compactTracks(ctx)).toEqual({ days: 0 });
  batch.mockRestore();
  expect(await reportsOf(ann)).toHaveLength(1);
  const objects = async () => {
    const found = await env.BUCKET.list({ prefix: `private/tracks/${ann.id}/` });
    return found.objects.map(({ key }) => key);
  };
  expect(await objects()).toHaveLength(1);
  expect(await checkTracks(ctx)).toMatchObject({ orphans: 0 });
  await roll();
  expect(await objects()).toHaveLength(2);
  const { ctx: later } = jobContext({ now: () => NOW + 2 * DAY });
  expect((await checkTracks(later)).orphans).toBeGreaterThanOrEqual(1);
  expect(await objects()).toEqual((await daysOf(ann)).map(({ key }) => key));
});

test("Deleting an account deletes its archived days and their objects.", async () => {
  const ann = await person();
  await store(ann, point(today - 45 * DAY));
  await roll();
  const [day] = await daysOf(ann);
  await rows("DELETE FROM users WHERE id = ?", ann.id);
  expect(await daysOf(ann)).toEqual([]);
  expect(await rows("SELECT kind FROM outbox WHERE address = ?", day?.key)).toEqual([{ kind: "object" }]);
});

test("The export includes the archived days.", async () => {
  const ann = await person();
  await store(ann, point(today - 45 * DAY), point(NOW));
  await roll();
  const { body } = await get("/api/v1/users/me/export/", { token: ann.token });
  expect(body.track).toHaveLength(2);
});

test("A point takes less than a quarter of its row as an object.", async () => {
  const size = async () => (await env.DB.prepare("SELECT 1").run()).meta.size_after;
  const ann = await person();
  const before = await size();
  const count = 4000;
  const noise = () => (Math.random() - 0.5) / 5000;
  let [latitude, longitude] = [50, 20];
  const points = Array.from({ length: count }, (_, n) => {
    latitude = Number((latitude + 0.0002 + noise()).toFixed(6));
    longitude = Number((longitude + noise()).toFixed(6));
    const change = { latitude, longitude, accuracy: 3 + (n % 5), speed: 5, heading: 10 };
    return point(today - 45 * DAY + n * 5000 + Math.floor(Math.random() * 100), change);
  });
  for (let from = 0; from < count; from += 1000) await store(ann, ...points.slice(from, from + 1000));
  const inRows = ((await size()) - before) / count;
  await roll();
  const [day] = await daysOf(ann);
  const inObject = (day?.size ?? 0) / (day?.points ?? 1);
  expect(day?.points).toBe(count);
  expect(inObject).toBeLessThan(inRows / 4);
});
