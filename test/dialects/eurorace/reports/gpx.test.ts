/** Tracks for other programs: GPX and GeoJSON. */
import { expect, test } from "vitest";
import { trackFeature, trackGpx, trackJson } from "../../../../src/modules/tracking/tracks/export-formats.ts";
import { get, type Person, person, post, send } from "../../../harness/api.ts";

const PATH = "/api/location-reports/";

async function walked(places: number): Promise<Person> {
  const who = await person();
  const at = Date.now() - 60_000;
  const points = Array.from({ length: places }, (_, n) => ({
    latitude: 50 + n / 1e5,
    longitude: 21,
    at: at + n * 1000,
  }));
  if (places > 0) await post(`${PATH}batch/`, { points }, { token: who.token });
  return who;
}

/** A track that comes a point at a time. */
const track = (username: string, ...places: [number, number][]) => {
  const points = places.map(([latitude, longitude], n) => ({
    latitude,
    longitude,
    at: Date.UTC(2026, 0, 1) + n * 1000,
  }));
  const [startsAt, endsAt] = [points[0]?.at ?? null, points.at(-1)?.at ?? null];
  return {
    userId: 1,
    username,
    total: points.length,
    startsAt,
    endsAt,
    parts: () => points.map((point) => [point]),
  };
};

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

test("A track can be downloaded as GPX, by the query or by Accept.", async () => {
  const who = await walked(2);
  const answer = await get(`${PATH}my_track/?format=gpx`, { token: who.token });
  expect(answer.headers.get("content-type")).toBe("application/gpx+xml");
  expect(answer.headers.get("content-disposition")).toBe(`attachment; filename="track-${who.id}.gpx"`);
  expect(answer.body).toContain(`<trk><name>${who.username}</name><trkseg>`);
  expect(answer.body.match(/<trkpt lat="50(\.\d+)?" lon="21"><time>[^<]+Z<\/time><\/trkpt>/g)).toHaveLength(
    2,
  );
  const headers = { accept: "application/gpx+xml" };
  expect((await get(`${PATH}my_track/`, { token: who.token, headers })).body).toBe(answer.body);
});

test("GPX escapes markup in names and leaves out characters that XML cannot hold.", async () => {
  expect(await textOf(trackGpx(track('<a & "b">\u0000\u{1F697}')))).toContain(
    "<name>&lt;a &amp; &quot;b&quot;&gt;\u{1F697}</name>",
  );
});

test("A coordinate has no exponent in GPX.", async () => {
  expect(await textOf(trackGpx(track("ann", [1e-7, -1e-7])))).toContain(
    'lat="0.000000100000" lon="-0.000000100000"',
  );
});

test("A track as GeoJSON is a line with its times.", async () => {
  const who = await walked(3);
  const answer = await get(`${PATH}my_track/?format=geojson`, { token: who.token });
  expect(answer.headers.get("content-type")).toBe("application/geo+json");
  expect(answer.body).toMatchObject({
    type: "Feature",
    geometry: {
      type: "LineString",
      coordinates: [
        [21, 50],
        [21, 50.00001],
        [21, 50.00002],
      ],
    },
    properties: { user_id: who.id, username: who.username, total_points: 3 },
  });
  expect(answer.body.properties.times).toHaveLength(3);
});

test("Reports as GeoJSON are points with the receiver's values, written as doubles.", async () => {
  const who = await walked(1);
  const path = `http://caravan.test${PATH}?format=geojson`;
  const response = await send(new Request(path, { headers: { authorization: `Bearer ${who.token}` } }));
  const text = await response.text();
  expect(text).toContain('"coordinates":[21.0,50.0]');
  expect(JSON.parse(text).features).toMatchObject([
    { geometry: { type: "Point" }, properties: { user: who.id, speed: null, flag: null } },
  ]);
});

test("A GeoJSON track of one place is a point, and without places it has no geometry.", async () => {
  expect(await textOf(trackFeature(track("ann", [1, 2])))).toContain(
    '"geometry":{"type":"Point","coordinates":[2.0,1.0]},"properties"',
  );
  expect(JSON.parse(await textOf(trackFeature(track("ann"))))).toMatchObject({
    geometry: null,
    properties: { total_points: 0, start_time: null, times: [] },
  });
});

test("An unknown export format is refused.", async () => {
  const { token } = await person();
  expect((await get(`${PATH}my_track/?format=pdf`, { token })).body).toEqual({
    format: ['"pdf" is not a valid choice.'],
  });
});

test("A track is one document, however many parts it is streamed in.", async () => {
  expect(await textOf(trackJson(track("ann", [1, 2], [3.5, 4])))).toBe(
    '{"user_id":1,"username":"ann","total_points":2,"start_time":"2026-01-01T00:00:00.000Z",' +
      '"end_time":"2026-01-01T00:00:01.000Z","coordinates":[' +
      '{"latitude":1.0,"longitude":2.0,"timestamp":"2026-01-01T00:00:00.000Z"},' +
      '{"latitude":3.5,"longitude":4.0,"timestamp":"2026-01-01T00:00:01.000Z"}]}',
  );
  const line = JSON.parse(await textOf(trackFeature(track("ann", [1, 2], [3.5, 4]))));
  expect(line.geometry).toEqual({
    type: "LineString",
    coordinates: [
      [2, 1],
      [4, 3.5],
    ],
  });
});
