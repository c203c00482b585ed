/** Lists and tracks: the caller's own, and for staff anybody's. */
import { beforeAll, describe, expect, test } from "vitest";
import { get, type Person, patch, person, post, put, rows, staffMember } from "../../../harness/api.ts";
import { archived, reportOf, warsaw } from "../../../tracking/fixtures.ts";

const PATH = "/api/location-reports/";
const SECOND = 1000;

let ann: Person;
let staff: Person;
beforeAll(async () => {
  [ann, staff] = await Promise.all([person(), staffMember()]);
});

/** A walk to the north, a point a second, the last one now. */
async function walk(who: Person, count: number): Promise<number[]> {
  const last = Date.now();
  const times = Array.from({ length: count }, (_, n) => last - (count - 1 - n) * SECOND);
  const points = times.map((at, n) => ({ latitude: 50 + n / 100_000, longitude: 20.5, at }));
  for (let from = 0; from < count; from += 100)
    await post(`${PATH}batch/`, { points: points.slice(from, from + 100) }, { token: who.token });
  return times;
}

const iso = (at: number | undefined) => new Date(at ?? 0).toISOString();

describe("a track", () => {
  test("A track without points is empty.", async () => {
    const bob = await person();
    expect((await get(`${PATH}my_track/`, { token: bob.token })).body).toEqual({
      user_id: bob.id,
      username: bob.username,
      total_points: 0,
      start_time: null,
      end_time: null,
      coordinates: [],
    });
  });

  test("A track has every good point in order of time, in whatever order they arrived.", async () => {
    const bob = await person();
    const now = Date.now();
    const at = (seconds: number, latitude: number) => ({
      latitude,
      longitude: 1,
      at: now - seconds * SECOND,
    });
    const late = { points: [at(10, 1.0002), at(30, 1), at(20, 1.0001), at(15, 40), at(20, 1.0001)] };
    const answer = await post(`${PATH}batch/`, late, { token: bob.token });
    expect(answer.body.map(({ flag }: { flag: unknown }) => flag)).toEqual([
      null,
      null,
      null,
      "jump",
      "duplicate",
    ]);
    const { body } = await get(`${PATH}my_track/`, { token: bob.token });
    expect(body).toMatchObject({
      total_points: 3,
      start_time: iso(now - 30 * SECOND),
      end_time: iso(now - 10 * SECOND),
    });
    expect(body.coordinates.map(({ latitude }: { latitude: number }) => latitude)).toEqual([
      1, 1.0001, 1.0002,
    ]);
    const all = (await get(`${PATH}my_track/?flagged=true`, { token: bob.token })).body;
    expect(all.total_points).toBe(5);
  });

  test("A track of a client that sends no times has all its points, however far apart.", async () => {
    const bob = await person();
    for (const latitude of [10, 20, 30])
      await post(PATH, { location: { latitude, longitude: 1 } }, { token: bob.token });
    expect((await get(`${PATH}my_track/`, { token: bob.token })).body.total_points).toBe(3);
  });

  test("A track is never truncated.", async () => {
    const bob = await person();
    await walk(bob, 350);
    expect((await get(`${PATH}my_track/`, { token: bob.token })).body.coordinates).toHaveLength(350);
  });

  test("A track can be limited to a time range, both ends included.", async () => {
    const bob = await person();
    const times = await walk(bob, 10);
    const query = `?from=${iso(times[2])}&to=${times[5]}`;
    const { body } = await get(`${PATH}my_track/${query}`, { token: bob.token });
    expect(body).toMatchObject({ total_points: 4, start_time: iso(times[2]), end_time: iso(times[5]) });
  });

  test("Only staff can read a track by user id, not even its own person.", async () => {
    const bob = await person();
    await walk(bob, 3);
    const seen = await get(`${PATH}user-track/${bob.id}/`, { token: staff.token });
    expect(seen.body).toMatchObject({ user_id: bob.id, username: bob.username, total_points: 3 });
    const own = await get(`${PATH}user-track/${bob.id}/`, { token: bob.token });
    expect([own.status, own.body]).toEqual([403, { detail: "Brak uprawnień administratora." }]);
  });

  test("The track of an unknown user is a 404.", async () => {
    const answer = await get(`${PATH}user-track/999999/`, { token: staff.token });
    expect([answer.status, answer.body]).toEqual([404, { detail: "Użytkownik nie istnieje." }]);
    expect((await get(`${PATH}user-track/bob/`, { token: staff.token })).status).toBe(404);
  });
});

describe("a list", () => {
  test("The list has the caller's reports; for staff everybody's or one person's.", async () => {
    const bob = await person();
    const id = await reportOf(bob);
    const others = await reportOf(ann);
    await Promise.all([archived(bob), archived(ann)]);
    const ids = async (who: Person, query = "") =>
      (await get(`${PATH}${query}`, { token: who.token })).body.map((report: { id: number }) => report.id);
    expect(await ids(bob)).toEqual([id]);
    expect(await ids(bob, `?user=${ann.id}`)).toEqual([]);
    expect(await ids(staff)).toEqual(expect.arrayContaining([id, others]));
    expect(await ids(staff, `?user=${bob.id}`)).toEqual([id]);
  });

  test("The list is complete unless a limit is given, and then pages to its end.", async () => {
    const bob = await person();
    await walk(bob, 120);
    expect((await get(PATH, { token: bob.token })).body).toHaveLength(120);
    const seen: number[] = [];
    let path: string | undefined = `${PATH}?limit=50`;
    for (let page = 0; path && page < 9; page++) {
      const { body, headers } = await get(path, { token: bob.token });
      seen.push(...body.map((report: { id: number }) => report.id));
      const [, link] = /<http:\/\/caravan\.test([^>]+)>; rel="next"/.exec(headers.get("link") ?? "") ?? [];
      path = link;
    }
    expect(new Set(seen).size).toBe(120);
    expect(seen).toHaveLength(120);
  });

  test("The list can be limited to a time range, a box or a circle, nearest first.", async () => {
    const bob = await person();
    const times = await walk(bob, 10);
    const count = async (query: string) => (await get(`${PATH}?${query}`, { token: bob.token })).body.length;
    expect(await count(`from=${iso(times[8])}`)).toBe(2);
    expect(await count("bbox=20,50,21,50.000045")).toBe(5);
    const near = "near=50.000053,20.5&radius=2";
    const { body } = await get(`${PATH}?${near}`, { token: bob.token });
    expect(body.map(({ location }: { location: { latitude: number } }) => location.latitude)).toEqual([
      50.00005, 50.00006, 50.00004, 50.00007,
    ]);
    expect(await count(`${near}&limit=1`)).toBe(1);
  });
});

describe("one report", () => {
  const MISSING = [404, { detail: "No LocationReport matches the given query." }];

  test("A report is visible to its reporter and staff; to others it is a 404.", async () => {
    const [bob, eve] = [await person(), await person()];
    const path = `${PATH}${await reportOf(bob)}/`;
    await archived(bob);
    const before = await rows("SELECT * FROM location_points WHERE user_id = ?", bob.id);
    expect((await get(path, { token: bob.token })).body.location).toEqual(warsaw);
    expect((await get(path, { token: staff.token })).status).toBe(200);
    for (const answer of [
      await get(path, { token: eve.token }),
      await put(path, { location: warsaw }, { token: eve.token }),
      await patch(path, { accuracy: 1 }, { token: eve.token }),
    ])
      expect([answer.status, answer.body]).toEqual(MISSING);
    expect(await rows("SELECT * FROM location_points WHERE user_id = ?", bob.id)).toEqual(before);
    const none = await get(`${PATH}999999/`, { token: bob.token });
    expect([none.status, none.body]).toEqual(MISSING);
    expect((await get(`${PATH}x/`, { token: bob.token })).body).toEqual({ detail: "Not found." });
  });

  test("A reporter cannot change a report's time and person.", async () => {
    const bob = await person();
    const path = `${PATH}${await reportOf(bob)}/`;
    const { timestamp } = (await get(path, { token: bob.token })).body;
    const body = {
      location: { latitude: 1, longitude: 2 },
      user: ann.id,
      timestamp: "2001-01-01T00:00:00Z",
      at: 5,
    };
    expect((await put(path, body, { token: bob.token })).body).toMatchObject({
      location: body.location,
      user: bob.id,
      timestamp,
    });
    const half = await patch(path, { location: { latitude: 1 } }, { token: bob.token });
    expect(half.body).toEqual({ location: { location: "Wymagane są oba pola: latitude i longitude." } });
    expect((await put(path, {}, { token: bob.token })).body).toEqual({
      location: ["This field is required."],
    });
  });

  test("A report changed by staff leaves an audit row.", async () => {
    const bob = await person();
    const id = await reportOf(bob);
    await patch(`${PATH}${id}/`, { accuracy: 4 }, { token: bob.token });
    await patch(`${PATH}${id}/`, { accuracy: 5 }, { token: staff.token });
    expect(
      await rows("SELECT actor_id, action FROM audit_log WHERE subject = ?", `location_report:${id}`),
    ).toEqual([{ actor_id: staff.id, action: "location_report.change" }]);
  });
});

describe("a late batch", () => {
  test.each<[string, unknown, unknown]>([
    ["no points", {}, { points: ["This field is required."] }],
    ["none", { points: [] }, { points: ["Send 1 to 100 points at a time."] }],
    [
      "more than a hundred",
      { points: Array.from({ length: 101 }, () => warsaw) },
      { points: ["Send 1 to 100 points at a time."] },
    ],
    [
      "a bad one",
      { points: [warsaw, { ...warsaw, latitude: 91 }] },
      { points: { 1: { latitude: ["Ensure this value is less than or equal to 90."] } } },
    ],
  ])("A late batch with %s is refused completely.", async (_, body, errors) => {
    const bob = await person();
    const answer = await post(`${PATH}batch/`, body, { token: bob.token });
    expect([answer.status, answer.body]).toEqual([400, errors]);
    expect(await rows("SELECT 1 FROM location_points WHERE user_id = ?", bob.id)).toEqual([]);
  });

  test("A late batch that is sent again is reported as stored already.", async () => {
    const bob = await person();
    const points = [0, 1].map((n) => ({ ...warsaw, at: Date.now() - 5000 + n * SECOND }));
    for (const flag of [null, "duplicate"]) {
      const { body } = await post(`${PATH}batch/`, { points }, { token: bob.token });
      expect(body.map((report: { flag: string }) => report.flag)).toEqual([flag, flag]);
    }
    expect((await get(`${PATH}my_track/`, { token: bob.token })).body.total_points).toBe(2);
  });
});
