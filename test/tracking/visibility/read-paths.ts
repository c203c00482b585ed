/** Every way to read a user's locations. */
import { expect } from "vitest";
import { get } from "../../harness/api.ts";
import { connectNative, dial, type Socket } from "../../harness/socket.ts";
import { type Trail, trail } from "./relations.ts";

/** Reads a trail by one way in: the latitudes that it shows, or null when it refuses. */
export type ReadPath = (trail: Trail) => Promise<readonly number[] | null>;

/** The key or token of the watcher. */
export const secretOf = ({ watcher: { credential } }: Trail) =>
  "key" in credential ? credential.key : credential.token;

/** Which of the trail's latitudes are in a text. */
export const seenIn = (words: string, { early, late }: Trail) =>
  [early, late].filter((latitude) => words.includes(String(latitude)));

/** Reads a path by GET and finds the trail's latitudes in the answer. */
export const at =
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
export async function entries(socket: Socket, seq: number, found: Trail): Promise<number[]> {
  const frames = [];
  for (let n = 1; n <= seq; n++) frames.push(await socket.next(({ t }) => t === "entry"));
  expect(frames.map((frame) => frame.seq)).toEqual(Array.from({ length: seq }, (_, n) => n + 1));
  for (const { kind, by, body } of frames)
    if (kind === "hidden") expect({ by, body }).toEqual({ by: null, body: {} });
  return seenIn(JSON.stringify(frames), found);
}

export const socket: ReadPath = async (found) => {
  const protocols = ["caravan.v1", `auth.${secretOf(found)}`];
  const opened = await dial(`/ws/users/${found.owner.id}/location/?since=0`, { protocols });
  if ("refusal" in opened) {
    expect(opened.refusal.status).toBe(404);
    return null;
  }
  const { seq } = await opened.socket.next();
  return entries(opened.socket, seq, found);
};

export const subscription: ReadPath = async (found) => {
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

/** Reads the track in a format. */
export const track = (format: string) =>
  at(({ owner, watcher }) => {
    const place = owner.id === watcher.id ? "my_track" : `user-track/${owner.id}`;
    return `/api/v1/location-reports/${place}/?format=${format}`;
  }, 403);

/** Ways to read a track. They show it from the moment when the right begins. */
export const TRACK_PATHS: Readonly<Record<string, ReadPath>> = {
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

/** The query of a search around one of the trail's places. */
export const near = ({ early, late }: Trail, latitude: number) =>
  `near=${latitude === early ? early : late},12.5&radius=50`;

/** Ways to read single reports. They are open to the owner and staff only. */
export const REPORT_PATHS: Readonly<Record<string, ReadPath>> = {
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

export const LATEST_PATHS: Readonly<Record<string, ReadPath>> = {
  "the latest places": at(() => "/api/v1/location-reports/latest/", 404),
  "the latest places as GeoJSON": at(() => "/api/v1/location-reports/latest/?format=geojson", 404),
  "the latest places around one": at(
    (found) => `/api/v1/location-reports/latest/?${near(found, found.late)}`,
    404,
  ),
  "the latest places under Eurorace's path": at(() => "/api/location-reports/latest/", 404),
};

export const CONSOLE_PATHS: Readonly<Record<string, ReadPath>> = {
  "the console's list": at(({ owner }) => `/api/admin/location-reports/?user=${owner.id}`, 403),
  "the console's latest place": at(({ owner }) => `/api/admin/latest-locations/${owner.id}/`, 403),
  "the console's export": at(({ owner }) => `/api/admin/location-reports/export.csv?user=${owner.id}`, 403),
};

export const trails = new Map<string, Promise<Trail>>();

/** The trail of a relation, created once for all tests of a file. */
export const trailOf = (relation: string) => {
  const known = trails.get(relation) ?? trail(relation);
  trails.set(relation, known);
  return known;
};
