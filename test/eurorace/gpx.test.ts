/** Tracks for other programs: GPX and GeoJSON. */
import { expect, test } from "vitest";
import { toTrackWire, trackFeature, trackGpx } from "../../src/modules/tracking/forms.ts";
import { get, type Person, person, post, send } from "../support/api.ts";

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

const track = (username: string, ...points: [number, number][]) => ({
  userId: 1,
  username,
  points: points.map(([latitude, longitude], n) => ({
    latitude,
    longitude,
    at: Date.UTC(2026, 0, 1) + n * 1000,
  })),
});

test("a track can be downloaded as GPX, by the query or by Accept", async () => {
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

test("what would be markup in a name is written as text, and what XML can't hold is left out", () => {
  expect(trackGpx(track('<a & "b">\u0000\u{1F697}'))).toContain(
    "<name>&lt;a &amp; &quot;b&quot;&gt;\u{1F697}</name>",
  );
});

test("a coordinate has no exponent in GPX", () => {
  expect(trackGpx(track("ann", [1e-7, -1e-7]))).toContain('lat="0.000000100000" lon="-0.000000100000"');
});

test("a track as GeoJSON is a line with its times", async () => {
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

test("reports as GeoJSON are points with what the receiver said, doubles on the wire", async () => {
  const who = await walked(1);
  const path = `http://caravan.test${PATH}?format=geojson`;
  const response = await send(new Request(path, { headers: { authorization: `Bearer ${who.token}` } }));
  const text = await response.text();
  expect(text).toContain('"coordinates":[21.0,50.0]');
  expect(JSON.parse(text).features).toMatchObject([
    { geometry: { type: "Point" }, properties: { user: who.id, speed: null, flag: null } },
  ]);
});

test("one place is a point, and none is no geometry", () => {
  expect(trackFeature(track("ann", [1, 2])).geometry).toEqual({ type: "Point", coordinates: [2, 1] });
  expect(trackFeature(track("ann")).geometry).toBeNull();
});

test("a form that is none is refused", async () => {
  const { token } = await person();
  expect((await get(`${PATH}my_track/?format=pdf`, { token })).body).toEqual({
    format: ['"pdf" is not a valid choice.'],
  });
});

test("a track's ends are those of its first and last point", () => {
  expect(toTrackWire(track("ann", [1, 2], [3, 4]))).toMatchObject({
    start_time: "2026-01-01T00:00:00.000Z",
    end_time: "2026-01-01T00:00:01.000Z",
  });
});
