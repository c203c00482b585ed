/** Every way to read a user's locations × every relation that the reader can have to that user. */
import { describe, expect, test } from "vitest";
import { get, patch, post, rows } from "../harness/api.ts";
import { connectNative, dial, type Socket } from "../harness/socket.ts";
import { befriend, block, member, unblock } from "../social/social.ts";
import { allow, eventOf, RELATIONS, report, type Trail, trail } from "./relations.ts";

/** Reads a trail by one way in: the latitudes that it shows, or null when it refuses. */
type ReadPath = (trail: Trail) => Promise<readonly number[] | null>;

const secretOf = ({ watcher: { credential } }: Trail) =>
  "key" in credential ? credential.key : credential.token;

const seenIn = (words: string, { early, late }: Trail) =>
  [early, late].filter((latitude) => words.includes(String(latitude)));

/** Reads a path by GET and finds the trail's latitudes in the answer. */
const at =
  (path: (trail: Trail) => string, refusal: number): ReadPath =>
  async (found) => {
    const { status, body } = await get(path(found), found.watcher.credential);
    if (status !== 200) {
      expect(status).toBe(refusal);
      expect(seenIn(JSON.stringify(body), found)).toEqual([]);
      return null;
    }
    return seenIn(JSON.stringify(body), found);
  };

/** Reads all entries up to `seq`. Every entry must come, and those that may not be seen are `hidden` and empty. */
async function entries(socket: Socket, seq: number, found: Trail): Promise<number[]> {
  const frames = [];
  for (let n = 1; n <= seq; n++) frames.push(await socket.next(({ t }) => t === "entry"));
  expect(frames.map((frame) => frame.seq)).toEqual(Array.from({ length: seq }, (_, n) => n + 1));
  for (const { kind, by, body } of frames)
    if (kind === "hidden") expect({ by, body }).toEqual({ by: null, body: {} });
  return seenIn(JSON.stringify(frames), found);
}

const socket: ReadPath = async (found) => {
  const protocols = ["caravan.v1", `auth.${secretOf(found)}`];
  const opened = await dial(`/ws/users/${found.owner.id}/location/?since=0`, { protocols });
  if ("refusal" in opened) {
    expect(opened.refusal.status).toBe(404);
    return null;
  }
  const { seq } = await opened.socket.next();
  return entries(opened.socket, seq, found);
};

const subscription: ReadPath = async (found) => {
  const mine = await connectNative("/ws/me/", secretOf(found));
  await mine.next();
  mine.send({ t: "subscribe", room: `user:${found.owner.id}`, since: 0 });
  const answer = await mine.next(({ t }) => t === "subscribed" || t === "error");
  if (answer.t === "error") {
    expect(answer.code).toBe("not_found");
    return null;
  }
  return entries(mine, answer.seq, found);
};

const track = (format: string) =>
  at(({ owner, watcher }) => {
    const place = owner.id === watcher.id ? "my_track" : `user-track/${owner.id}`;
    return `/api/v1/location-reports/${place}/?format=${format}`;
  }, 403);

/** Ways to read a track. They show it from the moment when the right begins. */
const TRACK_PATHS: Readonly<Record<string, ReadPath>> = {
  "the socket": socket,
  "a subscription": subscription,
  "the track as JSON": track("json"),
  "the track as GeoJSON": track("geojson"),
  "the track as GPX": track("gpx"),
  "the track under Eurorace's path": at(({ owner, watcher }) => {
    const place = owner.id === watcher.id ? "my_track" : `user-track/${owner.id}`;
    return `/api/location-reports/${place}/`;
  }, 403),
};

const near = ({ early, late }: Trail, latitude: number) =>
  `near=${latitude === early ? early : late},12.5&radius=50`;

/** Ways to read single reports. They are open to the owner and staff only. */
const REPORT_PATHS: Readonly<Record<string, ReadPath>> = {
  "the list of reports": at(({ owner }) => `/api/v1/location-reports/?user=${owner.id}`, 404),
  "the list as GeoJSON": at(({ owner }) => `/api/v1/location-reports/?user=${owner.id}&format=geojson`, 404),
  "a search around an early place": at(
    (found) => `/api/v1/location-reports/?user=${found.owner.id}&${near(found, found.early)}`,
    404,
  ),
  "a search around a late place": at(
    (found) => `/api/v1/location-reports/?user=${found.owner.id}&${near(found, found.late)}`,
    404,
  ),
};

const LATEST_PATHS: Readonly<Record<string, ReadPath>> = {
  "the latest places": at(() => "/api/v1/location-reports/latest/", 404),
  "the latest places as GeoJSON": at(() => "/api/v1/location-reports/latest/?format=geojson", 404),
  "the latest places around one": at(
    (found) => `/api/v1/location-reports/latest/?${near(found, found.late)}`,
    404,
  ),
  "the latest places under Eurorace's path": at(() => "/api/location-reports/latest/", 404),
};

const CONSOLE_PATHS: Readonly<Record<string, ReadPath>> = {
  "the console's list": at(({ owner }) => `/api/admin/location-reports/?user=${owner.id}`, 403),
  "the console's latest place": at(({ owner }) => `/api/admin/latest-locations/${owner.id}/`, 403),
  "the console's export": at(({ owner }) => `/api/admin/location-reports/export.csv?user=${owner.id}`, 403),
};

/** Both take part in an event by their own act; `early` is from when it was not on, then its times are moved and it is. */
async function movedTrail(
  times: Parameters<typeof eventOf>[2],
  moved: { readonly start_date?: string; readonly end_date?: string },
): Promise<Trail> {
  const [owner, fellow] = await Promise.all([member(), member()]);
  await allow(owner);
  const watcher = { id: fellow.id, credential: { key: fellow.key } };
  const event = await eventOf(owner, watcher, times);
  const early = await report(owner);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect((await patch(`/api/v1/events/${event}/`, moved, { key: owner.key })).status).toBe(200);
  const late = await report(owner);
  return { owner, watcher, early, late };
}

const HOUR = 3600_000;
const iso = (at: number) => new Date(at).toISOString();

/** How times can be moved so that an event is on that was not. */
const MOVES: Readonly<Record<string, () => Promise<Trail>>> = {
  "an event to come is moved to have begun long ago": () =>
    movedTrail(
      { startsAt: Date.now() + HOUR, endsAt: Date.now() + 2 * HOUR },
      { start_date: iso(Date.now() - 24 * HOUR) },
    ),
  "an event that is over is made longer": () =>
    movedTrail(
      { startsAt: Date.now() - 2 * HOUR, endsAt: Date.now() - HOUR },
      { end_date: iso(Date.now() + HOUR) },
    ),
};

describe("moved times of an event", () => {
  test.each(
    Object.entries(MOVES).flatMap(([name, move]) =>
      Object.entries(TRACK_PATHS).map(([path, readPath]) => [name, path, move, readPath] as const),
    ),
  )(
    "When %s, a member sees nothing through %s from before the event was on.",
    async (_, __, move, readPath) => {
      const found = await move();
      expect(await readPath(found)).toEqual([found.late]);
    },
  );
});

describe("a block that is over", () => {
  test.each(
    ["the owner", "the friend"].flatMap((by) =>
      Object.entries(TRACK_PATHS).map(([path, readPath]) => [by, path, readPath] as const),
    ),
  )(
    "After a block by %s, a friend sees nothing through %s from the time of the block.",
    async (by, _, readPath) => {
      const [owner, friend] = await Promise.all([member(), member()]);
      await allow(owner);
      await befriend(owner, friend);
      const [one, other] = by === "the owner" ? [owner, friend] : [friend, owner];
      await block(one, other);
      const early = await report(owner);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect((await unblock(one, other)).status).toBe(204);
      const late = await report(owner);
      const watcher = { id: friend.id, credential: { key: friend.key } };
      expect(await readPath({ owner, watcher, early, late })).toEqual([late]);
    },
  );
});

const trails = new Map<string, Promise<Trail>>();
const trailOf = (relation: string) => {
  const known = trails.get(relation) ?? trail(relation);
  trails.set(relation, known);
  return known;
};

const WITH_FULL_RIGHTS = new Set(["self", "staff"]);
const WITH_A_LIMITED_RIGHT = new Set(["friend", "participant by own act"]);

const product = (paths: Readonly<Record<string, ReadPath>>) =>
  Object.keys(RELATIONS).flatMap((relation) =>
    Object.entries(paths).map(([name, readPath]) => [relation, name, readPath] as const),
  );

describe("a track", () => {
  test.each(product(TRACK_PATHS))(
    "A track is seen by a %s through %s as far as the visibility rule allows.",
    async (relation, _, readPath) => {
      const found = await trailOf(relation);
      const { early, late } = found;
      const expected = WITH_FULL_RIGHTS.has(relation)
        ? [early, late]
        : WITH_A_LIMITED_RIGHT.has(relation)
          ? [late]
          : null;
      expect(await readPath(found)).toEqual(expected);
    },
  );
});

describe("single reports", () => {
  test.each(product(REPORT_PATHS))(
    "Single reports are seen by a %s through %s only if they are the owner or staff.",
    async (relation, name, readPath) => {
      const found = await trailOf(relation);
      const all = name.includes("early")
        ? [found.early]
        : name.includes("late")
          ? [found.late]
          : [found.early, found.late];
      expect(await readPath(found)).toEqual(WITH_FULL_RIGHTS.has(relation) ? all : []);
    },
  );
});

describe("latest locations", () => {
  test.each(product(LATEST_PATHS))(
    "A latest location is seen by a %s through %s unless one has blocked the other.",
    async (relation, _, readPath) => {
      const found = await trailOf(relation);
      expect(await readPath(found)).toEqual(/block/.test(relation) ? [] : [found.late]);
    },
  );
});

describe("the console", () => {
  test.each(product(CONSOLE_PATHS))(
    "The console shows a %s nothing through %s unless they are staff.",
    async (relation, name, readPath) => {
      const found = await trailOf(relation);
      const all = name.includes("latest") ? [found.late] : [found.early, found.late];
      expect(await readPath(found)).toEqual(relation === "staff" ? all : null);
    },
  );
});

describe("staff", () => {
  const views = ({ owner, watcher }: Trail) =>
    rows<{ id: number }>(
      `SELECT id FROM audit_log WHERE actor_id = ? AND (subject = ? OR after ->> 'user' = ?)`,
      watcher.id,
      `user:${owner.id}`,
      String(owner.id),
    );

  test.each(Object.entries({ ...TRACK_PATHS, ...REPORT_PATHS, ...CONSOLE_PATHS }))(
    "Staff leaves one audit row for each view through %s.",
    async (_, readPath) => {
      const found = await trailOf("staff");
      const before = (await views(found)).length;
      await readPath(found);
      expect((await views(found)).length).toBe(before + 1);
    },
  );

  test("Staff leaves one audit row for a report and for a profile's place, and none for refused requests or their own track.", async () => {
    const found = await trailOf("staff");
    const { credential } = found.watcher;
    const [row] = await rows<{ id: number }>(
      "SELECT id FROM location_reports WHERE user_id = ?",
      found.owner.id,
    );
    const count = async () => (await views(found)).length;
    const before = await count();
    await get(`/api/v1/location-reports/${row?.id}/`, credential);
    await get(`/api/admin/location-reports/${row?.id}/`, credential);
    await get(`/api/admin/profiles/${found.owner.id}/`, credential);
    expect(await count()).toBe(before + 3);
    await get(`/api/admin/location-reports/?user=${found.owner.id}&nonsense=1`, credential);
    await get("/api/v1/location-reports/my_track/", credential);
    expect(await count()).toBe(before + 3);
  });

  test("Staff leaves one audit row for a view with a ticket, and none for the ticket itself.", async () => {
    const found = await trailOf("staff");
    const room = `user:${found.owner.id}`;
    const before = (await views(found)).length;
    const { body } = await post("/api/v1/realtime/ticket/", { room }, found.watcher.credential);
    expect((await views(found)).length).toBe(before);
    const opened = await dial(`/ws/users/${found.owner.id}/location/?ticket=${body.ticket}`, {
      protocols: ["caravan.v1"],
    });
    expect("socket" in opened).toBe(true);
    expect((await views(found)).length).toBe(before + 1);
  });
});
