/** What versions before packed points have stored: rows of reports, day archives, and journals of track rooms. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { pointId } from "../../src/modules/tracking/points/ids.ts";
import { storePoints } from "../../src/modules/tracking/points/store.ts";
import { compactTracks } from "../../src/modules/tracking/tracks/compaction.ts";
import { del, get, type Person, patch, person, post, rows, staffMember } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";
import { connectNative } from "../harness/socket.ts";
import { archived, ocean } from "./fixtures.ts";

const PATH = "/api/v1/location-reports/";
const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;

/** Inserts reports as the archive did, one a second from `at`; the trigger keeps the latest location. Returns their ids. */
async function oldReports({ id }: Person, at: number, count: number, latitude: number): Promise<number[]> {
  const made = await rows<{ id: number }>(
    `INSERT INTO location_reports (user_id, at, received_at, latitude, longitude, accuracy, speed, heading, cell, flag, epoch, seq, nth)
     WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 - 1)
     SELECT ?1, ?3 + i * 1000, ?3 + i * 1000 + 40, ?4 + i / 1e5, -123, 4.5, NULL, 90, '871fb4662ffffff', NULL, '0123abcd', i + 1, 0 FROM n
     RETURNING id`,
    id,
    count,
    at,
    latitude,
  );
  return made.map((row) => row.id);
}

/** An entry of points in an older journal. */
const body = (at: number, latitude: number, stored?: true) =>
  JSON.stringify({
    points: [{ latitude, longitude: -123, at, accuracy: null, speed: null, heading: null, flag: null }],
    ...(stored ? { stored } : {}),
  });

/** Writes a track room's journal as an older version did, before the room is opened. */
function oldJournal({ id }: Person, at: number): Promise<void> {
  return runInDurableObject(env.USER_ROOMS.getByName(`user:${id}`), (_, { storage: { sql } }) => {
    sql.exec(`
      CREATE TABLE entries (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, author INTEGER NOT NULL, ref TEXT, kind TEXT NOT NULL, body TEXT NOT NULL);
      CREATE UNIQUE INDEX entries_ref ON entries (author, ref) WHERE ref IS NOT NULL;
      CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
      INSERT INTO facts (name, value) VALUES ('epoch', '0a1b2c3d'), ('archived', '1'), ('room', 'user:${id}'), ('newest_point', '${at + 3 * SECOND}')`);
    const add = (seq: number, author: number, ref: string | null, kind: string, text: string) =>
      sql.exec(
        "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)",
        seq,
        at + seq * SECOND + 40,
        author,
        ref,
        kind,
        text,
      );
    add(1, id, "a1", "points", body(at + SECOND, 1));
    // Not in the database yet, except for what came by REST.
    add(2, id, "a2", "points", body(at + 2 * SECOND, 1.00001));
    add(3, 0, "report:5", "points", body(at + 3 * SECOND, 1.00002, true));
    add(4, 0, "task:1", "task_assigned", '{"task_id":1,"title":"Bridge"}');
  });
}

const latitudesOf = async (who: Person, query = "") =>
  (await get(`${PATH}my_track/${query}`, { token: who.token })).body.coordinates.map(
    ({ latitude }: { latitude: number }) => latitude,
  );
const idsOf = async (path: string, who: Person): Promise<number[]> =>
  (await get(path, { token: who.token })).body.map(({ id }: { id: number }) => id);

test("Reports from before and packed points are one list and one track, in the order of their times.", async () => {
  const ann = await person();
  const at = Date.now() - 600 * SECOND;
  const old = await oldReports(ann, at, 30, 10);
  const between = { latitude: 10.00005, longitude: -123, at: at + 5 * SECOND + 500 };
  const late = await post(
    `${PATH}batch/`,
    { points: [between, { latitude: 10.0004, longitude: -123, at: at + 40 * SECOND }] },
    { token: ann.token },
  );
  const [inside, after] = late.body.map(({ id }: { id: number }) => id);
  const all = [...old.slice(0, 6), inside, ...old.slice(6), after];
  expect(await idsOf(PATH, ann)).toEqual(all);
  const seen: number[] = [];
  let page: string | undefined = `${PATH}?limit=7`;
  while (page) {
    const { body: reports, headers } = await get(page, { token: ann.token });
    seen.push(...reports.map(({ id }: { id: number }) => id));
    page = /<http:\/\/caravan\.test([^>]+)>; rel="next"/.exec(headers.get("link") ?? "")?.[1];
  }
  expect(seen).toEqual(all);
  expect(await latitudesOf(ann)).toHaveLength(32);
  expect(await idsOf(`${PATH}?from=${at + 5 * SECOND}&to=${at + 6 * SECOND}`, ann)).toEqual([
    old[5],
    inside,
    old[6],
  ]);
});

test("A report from before keeps its number, can be read, corrected and deleted, and is found by staff in the console.", async () => {
  const [ann, staff] = [await person(), await staffMember()];
  const [first, second] = await oldReports(ann, Date.now() - 60 * SECOND, 2, 20);
  expect((await get(`${PATH}${first}/`, { token: ann.token })).body).toMatchObject({
    id: first,
    location: { latitude: 20 },
  });
  const moved = await patch(
    `${PATH}${first}/`,
    { location: { latitude: 21, longitude: 5 } },
    { token: ann.token },
  );
  expect(moved.body).toMatchObject({ id: first, location: { latitude: 21 }, accuracy: 4.5 });
  const { body: listed } = await get(`/api/admin/location-reports/?user=${ann.id}`, { token: staff.token });
  expect(listed.results.map(({ id }: { id: number }) => id)).toEqual([second, first]);
  expect((await del(`${PATH}${second}/`, undefined, { token: ann.token })).status).toBe(204);
  expect(await idsOf(PATH, ann)).toEqual([first]);
  const { body: latest } = await get(`${PATH}latest/`, { token: staff.token });
  expect(latest).toContainEqual(expect.objectContaining({ user: ann.id, id: first }));
});

test("A point that repeats a report from before is a duplicate, and is told so by REST.", async () => {
  const ann = await person();
  const at = Date.now() - 3600 * SECOND;
  await oldReports(ann, at, 1, 30);
  const socket = await connectNative("/ws/location/", ann.token);
  const repeat = { latitude: 30, longitude: -123, at };
  socket.send({ t: "points", ref: "r", points: [repeat] });
  await socket.next(({ t }) => t === "ack");
  const { body: answer } = await post(`${PATH}batch/`, { points: [repeat] }, { token: ann.token });
  expect(answer[0].flag).toBe("duplicate");
  expect(await latitudesOf(ann)).toEqual([30]);
  expect(await latitudesOf(ann, "?flagged=true")).toEqual([30, 30, 30]);
});

test("An older room archives what it still held, once, and counts on.", async () => {
  const ann = await person();
  const at = Date.now() - 120 * SECOND;
  await oldReports(ann, at + SECOND, 1, 1);
  await rows(
    `INSERT INTO location_reports (user_id, at, received_at, latitude, longitude, cell) VALUES (?, ?, ?, 1.00002, -123, 'x')`,
    ann.id,
    at + 3 * SECOND,
    at + 3 * SECOND + 40,
  );
  await oldJournal(ann, at);
  expect(await latitudesOf(ann)).toEqual([1, 1.00001, 1.00002]);
  const socket = await connectNative("/ws/location/?since=0", ann.token);
  expect(await socket.next()).toMatchObject({ t: "welcome", epoch: "0a1b2c3d", seq: 4 });
  for (const [seq, kind] of [
    [1, "points"],
    [2, "points"],
    [3, "points"],
    [4, "task_assigned"],
  ] as const)
    expect(await socket.next(({ t }) => t === "entry")).toMatchObject({ seq, kind });
  // The frame was acknowledged before the deployment.
  socket.send({
    t: "points",
    ref: "a2",
    points: [{ latitude: 1.00001, longitude: -123, at: at + 2 * SECOND }],
  });
  expect(await socket.next(({ t }) => t === "ack")).toMatchObject({ ref: "a2", seq: 2 });
  socket.send({
    t: "points",
    ref: "a3",
    points: [{ latitude: 1.00003, longitude: -123, at: at + 4 * SECOND }],
  });
  await socket.next(({ t }) => t === "ack");
  expect(await latitudesOf(ann)).toEqual([1, 1.00001, 1.00002, 1.00003]);
  const ids = await idsOf(PATH, ann);
  expect(new Set(ids).size).toBe(4);
  for (const id of ids) expect((await get(`${PATH}${id}/`, { token: ann.token })).body.id).toBe(id);
  expect(ids[3]).toBeGreaterThan(pointId(ann.id, 50_000_000));
});

test("Points by REST are stored while their room runs the version before, and the room does not store them again.", async () => {
  const ann = await person();
  const at = Date.now() - 60 * SECOND;
  const { ctx, finished } = jobContext();
  const older: typeof ctx.runtime.room = (name) => {
    const room = ctx.runtime.room(name);
    const submit = async () => {
      throw new TypeError('The RPC receiver does not implement the method "submit".');
    };
    return (
      room &&
      new Proxy(room, { get: (real, method) => (method === "submit" ? submit : Reflect.get(real, method)) })
    );
  };
  const meanwhile = { ...ctx, runtime: { ...ctx.runtime, room: older } };
  const step = (n: number) => ({ ...ocean, at: at + n * SECOND, accuracy: null, speed: null, heading: null });
  const stored = [
    ...((await storePoints(meanwhile, ann.id, [step(1), step(2)])) ?? []),
    ...((await storePoints(meanwhile, ann.id, [step(2), step(3)])) ?? []),
  ];
  await finished();
  expect(stored.map(({ flag }) => flag)).toEqual([null, null, "duplicate", null]);
  const { body: later } = await post(`${PATH}batch/`, { points: [step(3), step(4)] }, { token: ann.token });
  expect(later.map(({ flag }: { flag: string | null }) => flag)).toEqual(["duplicate", null]);
  expect(await latitudesOf(ann, "?flagged=true")).toHaveLength(6);
  expect(await latitudesOf(ann)).toHaveLength(4);
  expect(new Set(await idsOf(`${PATH}?flagged=true`, ann)).size).toBe(6);
});

test("Old days of reports from before and of packed points become one object, and the track is as it was.", async () => {
  const ann = await person();
  const at = Math.floor((Date.now() - 40 * DAY) / DAY) * DAY;
  await oldReports(ann, at, 5, 40);
  await rows("UPDATE location_reports SET received_at = at + 5 WHERE user_id = ?", ann.id);
  const points = [2.5, 9].map((second) => ({
    latitude: 40 + second / 1e5,
    longitude: -123,
    at: at + second * SECOND,
  }));
  await post(`${PATH}batch/`, { points }, { token: ann.token });
  await archived(ann);
  const before = await latitudesOf(ann, "?flagged=true");
  expect(before).toHaveLength(7);
  while ((await compactTracks(jobContext().ctx)).days > 0);
  expect(await rows("SELECT 1 FROM location_points WHERE user_id = ?", ann.id)).toEqual([]);
  expect(await rows("SELECT points FROM track_days WHERE user_id = ?", ann.id)).toEqual([{ points: 7 }]);
  expect(await latitudesOf(ann, "?flagged=true")).toEqual(before);
});
