/** Location reports: which are accepted, from whom, and who sees them. */
import { beforeAll, describe, expect, test } from "vitest";
import { get, type Person, person, post, rows, send, staffMember } from "../../../harness/api.ts";
import { archived } from "../../../tracking/fixtures.ts";

const PATH = "/api/location-reports/";
const warsaw = { latitude: 52.2297, longitude: 21.0122 };

let bob: Person;
let staff: Person;
beforeAll(async () => {
  [bob, staff] = await Promise.all([person(), staffMember()]);
});

const reportsOf = ({ id }: Person) =>
  rows<{ latitude: number; longitude: number; flag: string | null }>(
    "SELECT * FROM location_points WHERE user_id = ? ORDER BY id",
    id,
  );

describe("a report", () => {
  test("A report returns its id and the documented keys, and is in the caller's track exactly.", async () => {
    const cid = await person();
    const before = Date.now();
    const answer = await post(PATH, { location: warsaw, user: cid.id }, { token: cid.token });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.any(Number),
      location: warsaw,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      user: cid.id,
      accuracy: null,
      speed: null,
      heading: null,
      flag: null,
    });
    expect(Date.parse(answer.body.timestamp)).toBeGreaterThanOrEqual(before);
    const track = (await get(`${PATH}my_track/`, { token: cid.token })).body;
    expect(track).toMatchObject({ total_points: 1, user_id: cid.id, username: cid.username });
    expect(track.coordinates).toEqual([{ ...warsaw, timestamp: answer.body.timestamp }]);
  });

  test("A report keeps every digit of a coordinate.", async () => {
    const cid = await person();
    for (let n = 0; n < 40; n++) {
      const place = {
        latitude: Number((Math.random() * 180 - 90).toFixed(7)),
        longitude: Math.random() * 360 - 180,
      };
      await post(PATH, { location: place }, { token: cid.token });
      await archived(cid);
      expect((await reportsOf(cid)).at(-1)).toMatchObject(place);
    }
  });

  test("A report belongs to the caller, whether it names no user or another one.", async () => {
    const cid = await person();
    expect((await post(PATH, { location: warsaw }, { token: cid.token })).body.user).toBe(cid.id);
    const named = await post(PATH, { location: warsaw, user: bob.id }, { token: cid.token });
    expect([named.status, named.body.user]).toEqual([201, cid.id]);
    expect((await post(PATH, { location: warsaw, user: 999999 }, { token: cid.token })).body.user).toBe(
      cid.id,
    );
    expect(await reportsOf(bob)).toEqual([]);
  });

  test("A report by staff may be for another user, who must exist.", async () => {
    const cid = await person();
    const answer = await post(PATH, { location: warsaw, user: cid.id }, { token: staff.token });
    expect([answer.status, answer.body.user]).toEqual([201, cid.id]);
    const unknown = await post(PATH, { location: warsaw, user: 999999 }, { token: staff.token });
    expect(unknown.status).toBe(400);
    expect(unknown.body).toEqual({ user: ['Invalid pk "999999" - object does not exist.'] });
  });

  test("A report may have its own time and the receiver's values.", async () => {
    const cid = await person();
    const at = new Date(Date.now() - 60_000).toISOString();
    const body = { location: warsaw, at, accuracy: 5, speed: -1, heading: 90.5 };
    const answer = await post(PATH, body, { token: cid.token });
    expect(answer.body).toMatchObject({ timestamp: at, accuracy: 5, speed: null, heading: 90.5, flag: null });
  });

  test("A report needs a key.", async () => {
    const answer = await post(PATH, { location: warsaw });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({ detail: "Authentication credentials were not provided." });
    expect(answer.headers.get("www-authenticate")).toBe("Token");
    const wrong = await post(PATH, { location: warsaw }, { key: "0".repeat(40) });
    expect([wrong.status, wrong.body]).toEqual([401, { detail: "Invalid token." }]);
  });
});

const BOTH = { location: { location: "Wymagane są oba pola: latitude i longitude." } };
describe("what is no report is refused and leaves nothing:", () => {
  test.each<[string, unknown, unknown]>([
    ["no place", {}, { location: ["This field is required."] }],
    ["null for a place", { location: null }, { location: ["This field may not be null."] }],
    ["half a place", { location: { latitude: 1 } }, BOTH],
    ["the other half", { location: { longitude: 1 } }, BOTH],
    ["null in a place", { location: { latitude: 1, longitude: null } }, BOTH],
    ["a GeoJSON point", { location: { type: "Point", coordinates: [21, 52] } }, BOTH],
    [
      "a text for a place",
      { location: "here" },
      { location: ["Invalid data. Expected a dictionary, but got str."] },
    ],
    [
      "texts for numbers",
      { location: { latitude: "52", longitude: "x" } },
      { location: { latitude: ["A valid number is required."], longitude: ["A valid number is required."] } },
    ],
    [
      "a place beyond the pole",
      { location: { latitude: 952, longitude: 1 } },
      { location: { latitude: ["Ensure this value is less than or equal to 90."] } },
    ],
    [
      "a place beyond the date line",
      { location: { latitude: 1, longitude: -180.1 } },
      { location: { longitude: ["Ensure this value is greater than or equal to -180."] } },
    ],
    [
      "a user that is a text",
      { location: warsaw, user: "ann" },
      { user: ["Incorrect type. Expected pk value, received str."] },
    ],
    [
      "a time that is none",
      { location: warsaw, at: "yesterday" },
      { at: [expect.stringContaining("Datetime")] },
    ],
    [
      "a heading beyond the circle",
      { location: warsaw, heading: 361 },
      { heading: ["Ensure this value is less than or equal to 360."] },
    ],
  ])("A report is refused and stores nothing: %s.", async (_, body, errors) => {
    const cid = await person();
    const answer = await post(PATH, body, { token: cid.token });
    expect([answer.status, answer.body]).toEqual([400, errors]);
    expect(await reportsOf(cid)).toEqual([]);
  });

  test("A report with infinity, which JSON can express, is refused.", async () => {
    const cid = await person();
    const answer = await post(PATH, '{"location":{"latitude":1e999,"longitude":1}}', { token: cid.token });
    expect(answer.status).toBe(400);
    expect(await reportsOf(cid)).toEqual([]);
  });
});

test("Whole numbers from a client are returned as doubles.", async () => {
  const cid = await person();
  const location = { latitude: 52, longitude: -21 };
  const headers = { authorization: `Bearer ${cid.token}`, "content-type": "application/json" };
  const ask = async (path: string, init: RequestInit = {}) =>
    (await send(new Request(`http://caravan.test${path}`, { headers, ...init }))).text();
  const place = '"location":{"latitude":52.0,"longitude":-21.0';
  expect(await ask(PATH, { method: "POST", body: JSON.stringify({ location }) })).toContain(place);
  expect(await ask(PATH)).toContain(place);
  expect(await ask(`${PATH}latest/`)).toContain(`${place},"type":"Point","coordinates":[-21.0,52.0]}`);
  expect(await ask(`${PATH}my_track/`)).toContain('"latitude":52.0,"longitude":-21.0,');
  expect(await ask(`${PATH}my_track/`)).toContain(`"user_id":${cid.id},`);
});
