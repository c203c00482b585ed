/** Every door through which places of a person can be seen × everything that somebody can be to that person. */
import { describe, expect, test } from "vitest";
import { get, patch, post, rows } from "../harness/api.ts";
import { connectNative, dial, type Socket } from "../harness/socket.ts";
import { befriend, block, member, unblock } from "../social/social.ts";
import { allow, eventOf, RELATIONS, report, type Trail, trail } from "./relations.ts";

/** The latitudes of the trail that a door shows; null where it refuses. */
type ClientProfile = (trail: Trail) => Promise<readonly number[] | null>;

const secretOf = ({ watcher: { credential } }: Trail) =>
  "key" in credential ? credential.key : credential.token;

const seenIn = (words: string, { early, late }: Trail) =>
  [early, late].filter((latitude) => words.includes(String(latitude)));

/** What an address answers, looked through for the places. */
const at =
  (path: (trail: Trail) => string, refusal: number): ClientProfile =>
  async (found) => {
    const { status, body } = await get(path(found), found.watcher.credential);
    if (status !== 200) {
      expect(status).toBe(refusal);
      expect(seenIn(JSON.stringify(body), found)).toEqual([]);
      return null;
    }
    return seenIn(JSON.stringify(body), found);
  };

/** Entries up to where the room stands; all of them come, and those that may not be seen are `hidden` and empty. */
async function entries(socket: Socket, seq: number, found: Trail): Promise<number[]> {
  const frames = [];
  for (let n = 1; n <= seq; n++) frames.push(await socket.next(({ t }) => t === "entry"));
  expect(frames.map((frame) => frame.seq)).toEqual(Array.from({ length: seq }, (_, n) => n + 1));
  for (const { kind, by, body } of frames)
    if (kind === "hidden") expect({ by, body }).toEqual({ by: null, body: {} });
  return seenIn(JSON.stringify(frames), found);
}

const socket: ClientProfile = async (found) => {
  const protocols = ["caravan.v1", `auth.${secretOf(found)}`];
  const opened = await dial(`/ws/users/${found.owner.id}/location/?since=0`, { protocols });
  if ("refusal" in opened) {
    expect(opened.refusal.status).toBe(404);
    return null;
  }
  const { seq } = await opened.socket.next();
  return entries(opened.socket, seq, found);
};

const subscription: ClientProfile = async (found) => {
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

/** Places of a track: from where the right begins. */
const TRACK_DOORS: Readonly<Record<string, ClientProfile>> = {
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

/** Reports one by one: their owner's and staff's only. */
const REPORT_DOORS: Readonly<Record<string, ClientProfile>> = {
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

const LATEST_DOORS: Readonly<Record<string, ClientProfile>> = {
  "the latest places": at(() => "/api/v1/location-reports/latest/", 404),
  "the latest places as GeoJSON": at(() => "/api/v1/location-reports/latest/?format=geojson", 404),
  "the latest places around one": at(
    (found) => `/api/v1/location-reports/latest/?${near(found, found.late)}`,
    404,
  ),
  "the latest places under Eurorace's path": at(() => "/api/location-reports/latest/", 404),
};

const CONSOLE_DOORS: Readonly<Record<string, ClientProfile>> = {
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

describe("a fellow participant sees nothing from before the event was on when", () => {
  test.each(
    Object.entries(MOVES).flatMap(([name, move]) =>
      Object.entries(TRACK_DOORS).map(([door, look]) => [name, door, move, look] as const),
    ),
  )("%s, through %s", async (_, __, move, look) => {
    const found = await move();
    expect(await look(found)).toEqual([found.late]);
  });
});

describe("a friend sees nothing from the time of a block once it is over,", () => {
  test.each(
    ["the owner", "the friend"].flatMap((by) =>
      Object.entries(TRACK_DOORS).map(([door, look]) => [by, door, look] as const),
    ),
  )("by %s, through %s", async (by, _, look) => {
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
    expect(await look({ owner, watcher, early, late })).toEqual([late]);
  });
});

const trails = new Map<string, Promise<Trail>>();
const trailOf = (relation: string) => {
  const known = trails.get(relation) ?? trail(relation);
  trails.set(relation, known);
  return known;
};

const BEYOND = new Set(["self", "staff"]);
const WITH_A_RIGHT = new Set(["friend", "fellow by own act"]);

const product = (clientProfiles: Readonly<Record<string, ClientProfile>>) =>
  Object.keys(RELATIONS).flatMap((relation) =>
    Object.entries(clientProfiles).map(([name, door]) => [relation, name, door] as const),
  );

describe("a track", () => {
  test.each(product(TRACK_DOORS))(
    "is seen by a %s through %s as far as the rule goes",
    async (relation, _, door) => {
      const found = await trailOf(relation);
      const { early, late } = found;
      const expected = BEYOND.has(relation) ? [early, late] : WITH_A_RIGHT.has(relation) ? [late] : null;
      expect(await door(found)).toEqual(expected);
    },
  );
});

describe("single reports", () => {
  test.each(product(REPORT_DOORS))(
    "are seen by a %s through %s only if they are their own, or by staff",
    async (relation, name, door) => {
      const found = await trailOf(relation);
      const all = name.includes("early")
        ? [found.early]
        : name.includes("late")
          ? [found.late]
          : [found.early, found.late];
      expect(await door(found)).toEqual(BEYOND.has(relation) ? all : []);
    },
  );
});

describe("latest places", () => {
  test.each(product(LATEST_DOORS))(
    "are seen by a %s through %s unless one blocks the other",
    async (relation, _, door) => {
      const found = await trailOf(relation);
      expect(await door(found)).toEqual(/block/.test(relation) ? [] : [found.late]);
    },
  );
});

describe("the console", () => {
  test.each(product(CONSOLE_DOORS))(
    "shows a %s through %s nothing unless they are staff",
    async (relation, name, door) => {
      const found = await trailOf(relation);
      const all = name.includes("latest") ? [found.late] : [found.early, found.late];
      expect(await door(found)).toEqual(relation === "staff" ? all : null);
    },
  );
});

describe("staff", () => {
  const looks = ({ owner, watcher }: Trail) =>
    rows<{ id: number }>(
      `SELECT id FROM audit_log WHERE actor_id = ? AND (subject = ? OR after ->> 'user' = ?)`,
      watcher.id,
      `user:${owner.id}`,
      String(owner.id),
    );

  test.each(Object.entries({ ...TRACK_DOORS, ...REPORT_DOORS, ...CONSOLE_DOORS }))(
    "leaves one audit row for a look through %s",
    async (_, door) => {
      const found = await trailOf("staff");
      const before = (await looks(found)).length;
      await door(found);
      expect((await looks(found)).length).toBe(before + 1);
    },
  );

  test("leaves one for a report, for a profile's place, and none for what is refused or their own", async () => {
    const found = await trailOf("staff");
    const { credential } = found.watcher;
    const [row] = await rows<{ id: number }>(
      "SELECT id FROM location_reports WHERE user_id = ?",
      found.owner.id,
    );
    const count = async () => (await looks(found)).length;
    const before = await count();
    await get(`/api/v1/location-reports/${row?.id}/`, credential);
    await get(`/api/admin/location-reports/${row?.id}/`, credential);
    await get(`/api/admin/profiles/${found.owner.id}/`, credential);
    expect(await count()).toBe(before + 3);
    await get(`/api/admin/location-reports/?user=${found.owner.id}&nonsense=1`, credential);
    await get("/api/v1/location-reports/my_track/", credential);
    expect(await count()).toBe(before + 3);
  });

  test("leaves one row for a look by a ticket, not for the ticket itself", async () => {
    const found = await trailOf("staff");
    const room = `user:${found.owner.id}`;
    const before = (await looks(found)).length;
    const { body } = await post("/api/v1/realtime/ticket/", { room }, found.watcher.credential);
    expect((await looks(found)).length).toBe(before);
    const opened = await dial(`/ws/users/${found.owner.id}/location/?ticket=${body.ticket}`, {
      protocols: ["caravan.v1"],
    });
    expect("socket" in opened).toBe(true);
    expect((await looks(found)).length).toBe(before + 1);
  });
});
