/** Archived days whose object is lost, whose run is interrupted, or whose newest report is deleted. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { checkTracks, compactTracks } from "../../../../src/modules/tracking/tracks/compaction.ts";
import { del, get, type Person, person, rows } from "../../../harness/api.ts";
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

/** Archives a day of a person and deletes its object. */
async function lose(who: Person, at: number): Promise<string> {
  await store(who, point(at));
  await roll();
  const key = (await daysOf(who)).find(({ day }) => day === name(at))?.key ?? "";
  await env.BUCKET.delete(key);
  return key;
}

test("A day whose archive object is lost is skipped and reported every night.", async () => {
  const ann = await person();
  const lost = await lose(ann, today - 45 * DAY);
  await store(ann, point(today - 44 * DAY), point(NOW));
  await roll();
  expect((await trackOf(ann)).total_points).toBe(2);
  expect((await get("/api/v1/users/me/export/", { token: ann.token })).body.track).toHaveLength(2);
  const { missing } = await checkTracks(jobContext().ctx);
  expect(missing).toContain(lost);
  for (const { key } of await daysOf(ann)) if (key !== lost) expect(missing).not.toContain(key);
});

test("Late points for a lost day start a new archive and do not block later days.", async () => {
  const ann = await person();
  const at = today - 45 * DAY;
  const lost = await lose(ann, at);
  await store(ann, point(at + 1), point(at + DAY));
  await roll();
  expect(await reportsOf(ann)).toEqual([]);
  expect(await daysOf(ann)).toMatchObject([{ points: 1, starts_at: at + 1 }, { points: 1 }]);
  expect((await checkTracks(jobContext().ctx)).missing).not.toContain(lost);
});

test("A day that a concurrent run archived is not overwritten.", async () => {
  const ann = await person();
  const at = today - 45 * DAY;
  await store(ann, point(at));
  const { ctx } = jobContext();
  const { bucket } = ctx.runtime;
  // The other run is done while this one's object is on its way, and something new has come for the day.
  let others = 1;
  const slow = {
    list: bucket.list.bind(bucket),
    get: bucket.get.bind(bucket),
    async put(...args: Parameters<typeof bucket.put>) {
      if (others-- > 0) {
        await compactTracks(jobContext().ctx);
        await store(ann, point(at + 1));
      }
      return bucket.put(...args);
    },
  } as unknown as typeof bucket;
  await compactTracks({ ...ctx, runtime: { ...ctx.runtime, bucket: slow } });
  expect((await pointsOf(ann)).map((found) => found.at)).toEqual([at, at + 1]);
});

describe("when the newest report is deleted", () => {
  const latestOf = ({ id }: Person) =>
    rows("SELECT report_id, at, latitude, accuracy FROM latest_places WHERE user_id = ?", id);
  const remove = async (who: Person) => {
    const [report] = await rows<{ id: number }>("SELECT id FROM location_points WHERE user_id = ?", who.id);
    expect((await del(`${PATH}${report?.id}/`, undefined, { token: who.token })).status).toBe(204);
  };

  test("Without newer reports the latest place is the newest good one of the archived days.", async () => {
    const ann = await person();
    const at = today - 40 * DAY;
    await store(
      ann,
      point(at - DAY),
      point(at),
      point(at + 1, { latitude: 51 }),
      point(at + DAY, { flag: "jump" }),
    );
    const [, , newest] = await rows<{ id: number }>(
      "SELECT id FROM location_points WHERE user_id = ? ORDER BY at",
      ann.id,
    );
    await store(ann, point(NOW));
    await roll();
    await remove(ann);
    expect(await latestOf(ann)).toEqual([
      { report_id: newest?.id, at: at + 1, latitude: 51, accuracy: 4.25 },
    ]);
    const { body } = await get(`${PATH}latest/`, { token: ann.token });
    expect(body).toContainEqual(expect.objectContaining({ user: ann.id, id: newest?.id }));
  });

  test("A late report for an older day does not become the latest.", async () => {
    const ann = await person();
    await store(ann, point(today - 40 * DAY));
    await roll();
    await store(ann, point(NOW));
    await remove(ann);
    await store(ann, point(today - 50 * DAY));
    expect(await latestOf(ann)).toMatchObject([{ at: today - 40 * DAY }]);
    await remove(ann);
    expect(await latestOf(ann)).toMatchObject([{ at: today - 40 * DAY }]);
  });

  test("A person whose points are all deleted or flagged has no latest place.", async () => {
    const ann = await person();
    await store(ann, point(today - 40 * DAY, { flag: "jump" }));
    await roll();
    await store(ann, point(NOW));
    await remove(ann);
    expect(await latestOf(ann)).toEqual([]);
  });
});
