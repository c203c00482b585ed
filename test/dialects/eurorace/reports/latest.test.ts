/** The latest location of everybody: one row per person, for everybody signed in. */
import { beforeAll, describe, expect, test } from "vitest";
import { del, get, type Person, patch, person, post, put, staffMember } from "../../../harness/api.ts";
import { archived, warsaw } from "../../../tracking/fixtures.ts";

const PATH = "/api/location-reports/";
const MINUTE = 60_000;

let ann: Person;
let staff: Person;
beforeAll(async () => {
  [ann, staff] = await Promise.all([person(), staffMember()]);
});

interface Sent {
  readonly latitude?: number;
  readonly longitude?: number;
  /** Milliseconds ago. */
  readonly ago?: number;
}

async function report(who: Person, { ago, ...place }: Sent = {}): Promise<number> {
  const at = ago === undefined ? {} : { at: Date.now() - ago };
  const { status, body } = await post(
    PATH,
    { location: { ...warsaw, ...place }, ...at },
    { token: who.token },
  );
  if (status !== 201) throw new Error(JSON.stringify(body));
  await archived(who);
  return body.id;
}

const latest = async (query = "") => (await get(`${PATH}latest/${query}`, { token: ann.token })).body;
// biome-ignore lint/suspicious/noExplicitAny: rows of an answer.
const of = (list: any[], who: Person) => list.filter(({ user }) => user === who.id);
const rowOf = async (who: Person) => of(await latest(), who)[0];

test("The latest list has one row per person, visible to everybody, with the place in both formats.", async () => {
  const bob = await person();
  await report(bob);
  const id = await report(bob, { latitude: 52.5 });
  expect(of(await latest(), bob)).toEqual([
    {
      id,
      location: { latitude: 52.5, longitude: 21.0122, type: "Point", coordinates: [21.0122, 52.5] },
      timestamp: expect.any(String),
      user: bob.id,
      accuracy: null,
      speed: null,
      heading: null,
      flag: null,
    },
  ]);
});

test("The latest list leaves out people without reports.", async () => {
  expect(of(await latest(), await person())).toEqual([]);
});

test("The latest list needs a key.", async () => {
  expect((await get(`${PATH}latest/`)).status).toBe(401);
});

test("The latest report is the newest by its own time, not by arrival.", async () => {
  const bob = await person();
  await report(bob, { latitude: 1, ago: MINUTE });
  await report(bob, { latitude: 1.0001, ago: 5 * MINUTE });
  expect((await rowOf(bob)).location.latitude).toBe(1);
});

test("The latest report is never a jump, a future fix or a stale one.", async () => {
  const bob = await person();
  await report(bob, { latitude: 1, ago: MINUTE });
  await report(bob, { latitude: 9, ago: MINUTE / 2 });
  await report(bob, { latitude: 1, ago: -10 * MINUTE });
  await report(bob, { latitude: 2, ago: 31 * 24 * 60 * MINUTE });
  expect((await rowOf(bob)).location.latitude).toBe(1);
});

test("Of two reports with one time the later is the latest.", async () => {
  const bob = await person();
  const at = Date.now() - MINUTE;
  const points = [1, 1.0001].map((latitude) => ({ latitude, longitude: 2, at }));
  await post(`${PATH}batch/`, { points }, { token: bob.token });
  await archived(bob);
  expect(of(await latest(), bob).map(({ location }) => location.latitude)).toEqual([1.0001]);
});

describe("when its report", () => {
  test("Deleting the latest report makes the one before it the latest, if there is one.", async () => {
    const bob = await person();
    const [first, second] = [await report(bob, { latitude: 1 }), await report(bob, { latitude: 2 })];
    await del(`${PATH}${second}/`, undefined, { token: bob.token });
    expect(await rowOf(bob)).toMatchObject({ id: first, location: { latitude: 1 } });
    await del(`${PATH}${first}/`, undefined, { token: bob.token });
    expect(await rowOf(bob)).toBeUndefined();
  });

  test("Deleting the latest report in the console makes the one before it the latest.", async () => {
    const bob = await person();
    const [first, second] = [await report(bob, { latitude: 1 }), await report(bob, { latitude: 2 })];
    const answer = await del(`/api/admin/location-reports/${second}/`, undefined, { token: staff.token });
    expect(answer.status).toBeLessThan(300);
    expect(await rowOf(bob)).toMatchObject({ id: first, location: { latitude: 1 } });
  });

  test("Correcting the latest report changes the list.", async () => {
    const bob = await person();
    const id = await report(bob, { latitude: 1 });
    const answer = await patch(
      `${PATH}${id}/`,
      { location: { latitude: 5, longitude: 6 } },
      { token: bob.token },
    );
    expect(answer.body).toMatchObject({ id, location: { latitude: 5, longitude: 6 } });
    expect(await rowOf(bob)).toMatchObject({ id, location: { latitude: 5, longitude: 6 } });
  });

  test("A flagged jump counts once it is corrected.", async () => {
    const bob = await person();
    await report(bob, { latitude: 1, ago: MINUTE });
    const id = await report(bob, { latitude: 9, ago: MINUTE / 2 });
    const location = { latitude: 1.001, longitude: warsaw.longitude };
    const answer = await put(`${PATH}${id}/`, { location }, { token: bob.token });
    expect(answer.body).toMatchObject({ flag: null, location });
    expect(await rowOf(bob)).toMatchObject({ id, location });
  });

  test("Assigning the latest report to another person updates both rows.", async () => {
    const [bob, eve] = [await person(), await person()];
    const id = await report(bob, { latitude: 1 });
    const answer = await patch(`${PATH}${id}/`, { user: eve.id }, { token: staff.token });
    expect(answer.body.user).toBe(eve.id);
    expect([await rowOf(bob), await rowOf(eve)]).toMatchObject([undefined, { id }]);
    const nobody = await patch(`${PATH}${id}/`, { user: 999_999 }, { token: staff.token });
    expect([nobody.status, nobody.body]).toEqual([
      400,
      { user: ['Invalid pk "999999" - object does not exist.'] },
    ]);
    expect(await rowOf(eve)).toMatchObject({ id });
  });
});

describe("near a place", () => {
  // An empty corner of the map, so that others' reports are nowhere near.
  const pole = { latitude: -61.2, longitude: 12.3 };
  const near = `near=${pole.latitude},${pole.longitude}`;

  test("The list near a place has the people within the radius, nearest first.", async () => {
    const people = await Promise.all(
      [0.005, 0.001, 0.02].map(async (away) => {
        const who = await person();
        await report(who, { ...pole, latitude: pole.latitude + away });
        return who.id;
      }),
    );
    const users = async (radius: number) =>
      (await latest(`?${near}&radius=${radius}`)).map(({ user }: { user: number }) => user);
    expect(await users(50)).toEqual([]);
    expect(await users(150)).toEqual([people[1]]);
    expect(await users(1000)).toEqual([people[1], people[0]]);
    expect(await users(100_000)).toEqual([people[1], people[0], people[2]]);
  });

  test("The list near a place works across the date line.", async () => {
    const bob = await person();
    await report(bob, { latitude: -40, longitude: 179.999 });
    expect(of(await latest("?near=-40,-179.999&radius=500"), bob)).toHaveLength(1);
    expect(of(await latest("?bbox=179,-41,-179,-39"), bob)).toHaveLength(1);
    expect(of(await latest("?bbox=-179,-41,179,-39"), bob)).toHaveLength(0);
  });

  test.each([
    ["near=here", { near: ["Give near as latitude,longitude."] }],
    ["near=91,0", { near: ["Give near as latitude,longitude."] }],
    ["near=1", { near: ["Give near as latitude,longitude."] }],
    ["near=1,2&radius=0", { radius: ["Ensure this value is greater than or equal to 1."] }],
    ["bbox=1,2,3", { bbox: ["Give bbox as west,south,east,north in degrees."] }],
    ["bbox=1,5,2,4", { bbox: ["Give bbox as west,south,east,north in degrees."] }],
    ["bbox=1,,2,4", { bbox: ["Give bbox as west,south,east,north in degrees."] }],
    ["from=then", { from: [expect.stringContaining("Datetime has wrong format")] }],
  ])("The query %s is refused.", async (query, errors) => {
    const answer = await get(`${PATH}latest/?${query}`, { token: ann.token });
    expect([answer.status, answer.body]).toEqual([400, errors]);
  });
});

test("The latest list is available as GeoJSON, by the query or by Accept.", async () => {
  const bob = await person();
  const id = await report(bob, { latitude: 7, longitude: 8 });
  const byQuery = await get(`${PATH}latest/?format=geojson`, { token: ann.token });
  expect(byQuery.headers.get("content-type")).toBe("application/geo+json");
  expect(byQuery.body.type).toBe("FeatureCollection");
  expect(byQuery.body.features).toContainEqual({
    type: "Feature",
    id,
    geometry: { type: "Point", coordinates: [8, 7] },
    properties: expect.objectContaining({ user: bob.id, accuracy: null }),
  });
  const headers = { accept: "application/geo+json" };
  expect((await get(`${PATH}latest/`, { token: ann.token, headers })).body).toEqual(byQuery.body);
});
