/** Places of Find Friend's people: with consent, from the edge or the device, and distances. */
import { describe, expect, test } from "vitest";
import { USERS } from "../dialects/find-friend/people.ts";
import { call, get, patch, put, rows, send } from "../harness/api.ts";
import { ANONYMOUS, ME, type Member, member, NOT_FOUND } from "./social.ts";

const MINE = `${ME}geolocation/`;
const MOSCOW = { latitude: 55.7386, longitude: 37.6068 };
const SMOLENSK_ROAD = { latitude: 54.2021, longitude: 31.6179 };
const NAMES = { first_name: "Иван", last_name: "Петров" };

const placeOf = ({ id }: Member, { key }: Member) => get(`${USERS}${id}/geolocation/`, { key });
const distance = ({ id }: Member, { key }: Member) => get(`${USERS}${id}/distance/`, { key });
const distances = ({ key }: Member, query = "") => get(`${USERS}distances/${query}`, { key });

/** A person who shares their place. */
async function located(place: object = MOSCOW): Promise<Member> {
  const made = await member(NAMES, { is_geoip_allowed: true });
  const { status, body } = await put(MINE, place, { key: made.key });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return made;
}

/** A request with a place estimated by the edge. */
function from(cf: Record<string, string>, { key }: Member, path = ME, method = "GET", body?: object) {
  const request = new Request(`http://caravan.test${path}`, {
    method,
    headers: { authorization: `Token ${key}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
    cf,
  } as RequestInit);
  return send(request);
}
const TULA = { latitude: "54.19310", longitude: "37.61730" };
const KAZAN = { latitude: "55.79610", longitude: "49.10640" };

describe("a place", () => {
  test("A shared place is shown to signed-in people as two numbers.", async () => {
    const [ivan, eve] = [await located(), await member()];
    const { status, body } = await placeOf(ivan, eve);
    expect([status, body]).toEqual([200, MOSCOW]);
    expect(Object.keys(body)).toEqual(["latitude", "longitude"]);
    expect((await get(MINE, { key: ivan.key })).body).toEqual(MOSCOW);
  });

  test("A place is shown only while there is consent.", async () => {
    const [ivan, eve] = [await located(), await member()];
    await patch(ME, { is_geoip_allowed: false }, { key: ivan.key });
    const hidden = await placeOf(ivan, eve);
    expect(hidden.status).toBe(404);
    expect(hidden.headers.get("content-type")).toContain("application/json");
    expect(hidden.body).toEqual({ detail: "Геолокация пользователя Иван Петров не найдена." });
    await patch(ME, { is_geoip_allowed: true }, { key: ivan.key });
    expect((await placeOf(ivan, eve)).body).toEqual(MOSCOW);
  });

  test("An unknown place and an unknown person are a plain 404.", async () => {
    const eve = await member();
    const silent = await member({}, { is_geoip_allowed: true });
    for (const id of [silent.id, 999999999, "abc"]) {
      const { status, body } = await get(`${USERS}${id}/geolocation/`, { key: eve.key });
      expect([status, body]).toEqual([404, NOT_FOUND]);
    }
  });

  test.each(["PUT", "POST"])("A device sets its place by %s, with numbers or text.", async (method) => {
    const ivan = await member({}, { is_geoip_allowed: true });
    const body = { latitude: "55.123457", longitude: 37.5 };
    const answer = await call(method, MINE, { key: ivan.key, body });
    expect([answer.status, answer.body]).toEqual([200, { latitude: 55.123457, longitude: 37.5 }]);
    expect((await placeOf(ivan, ivan)).body).toEqual(answer.body);
  });

  test("A place is not stored without consent.", async () => {
    const ivan = await member();
    const { status, body } = await put(MINE, MOSCOW, { key: ivan.key });
    expect([status, body]).toEqual([
      403,
      { detail: "Сначала разрешите сохранять ваше местоположение (is_geoip_allowed)." },
    ]);
    expect(
      await rows("SELECT latitude FROM social_profiles WHERE user_id = ? AND latitude IS NOT NULL", ivan.id),
    ).toEqual([]);
  });

  test.each([
    [{ longitude: 1 }, { latitude: ["Обязательное поле."] }],
    [{ latitude: 91, longitude: 1 }, { latitude: ["Убедитесь, что это значение меньше либо равно 90."] }],
    [
      { latitude: 1, longitude: -181 },
      { longitude: ["Убедитесь, что это значение больше либо равно -180."] },
    ],
    [{ latitude: "north", longitude: 1 }, { latitude: ["Требуется численное значение."] }],
  ])("A place of %j is refused.", async (wrong, expected) => {
    const ivan = await located();
    const { status, body } = await put(MINE, wrong, { key: ivan.key });
    expect([status, body]).toEqual([400, expected]);
    expect((await placeOf(ivan, ivan)).body).toEqual(MOSCOW);
  });
});

describe("the edge's guess", () => {
  test.each([
    ["reading the own profile", (ivan: Member) => [ME, "GET", ivan] as const],
    ["reading somebody's page", (ivan: Member) => [`${USERS}${ivan.id}/`, "GET", ivan] as const],
    ["reading the list", (ivan: Member) => [USERS, "GET", ivan] as const],
    ["changing the own profile", (ivan: Member) => [ME, "PATCH", ivan] as const],
  ])("The edge's estimate is stored beside %s, with consent.", async (_, how) => {
    const ivan = await member({}, { is_geoip_allowed: true });
    const [path, method] = how(ivan);
    const answer = await from(TULA, ivan, path, method, method === "PATCH" ? {} : undefined);
    expect(answer.status).toBe(200);
    expect((await placeOf(ivan, ivan)).body).toEqual({ latitude: 54.1931, longitude: 37.6173 });
  });

  test("The edge's estimate is not stored without consent.", async () => {
    const ivan = await member();
    expect((await from(TULA, ivan, `${USERS}${ivan.id}/`)).status).toBe(200);
    await patch(ME, { is_geoip_allowed: true }, { key: ivan.key });
    expect((await placeOf(ivan, ivan)).body).toEqual(NOT_FOUND);
  });

  test("The edge's estimate is stored at most every ten minutes, and never over a newer place of the device.", async () => {
    const ivan = await located();
    await from(KAZAN, ivan);
    expect((await placeOf(ivan, ivan)).body).toEqual(MOSCOW);
    await rows("UPDATE social_profiles SET located_at = located_at - 600001 WHERE user_id = ?", ivan.id);
    await from(KAZAN, ivan);
    await from(TULA, ivan);
    expect((await placeOf(ivan, ivan)).body).toEqual({ latitude: 55.7961, longitude: 49.1064 });
  });

  test.each([{}, { latitude: "x", longitude: "y" }, { latitude: "500", longitude: "0" }])(
    "An invalid estimate of the edge, %j, does not change the answer.",
    async (cf) => {
      const ivan = await member({}, { is_geoip_allowed: true });
      expect((await from(cf as Record<string, string>, ivan)).status).toBe(200);
      expect((await placeOf(ivan, ivan)).body).toEqual(NOT_FOUND);
    },
  );
});

describe("a distance", () => {
  test("A distance is in kilometres with three decimals, on the ellipsoid.", async () => {
    const [ivan, eve] = [await located(SMOLENSK_ROAD), await located()];
    const { status, body } = await distance(ivan, eve);
    expect([status, body]).toEqual([200, { distance: 419.768 }]);
    expect((await distance(eve, ivan)).body).toEqual(body);
    expect((await distance(eve, eve)).body).toEqual({ distance: 0 });
  });

  test.each(["the other person", "the caller"])("A distance requires the consent of %s.", async (whose) => {
    const [ivan, eve] = [await located(), await located()];
    await patch(ME, { is_geoip_allowed: false }, { key: (whose === "the caller" ? eve : ivan).key });
    const { status, body } = await distance(ivan, eve);
    expect([status, body]).toEqual([404, { detail: "Расстояние до пользователя Иван Петров не найдено." }]);
  });

  test("A distance to an unknown place is a plain 404.", async () => {
    const [ivan, silent] = [await located(), await member({}, { is_geoip_allowed: true })];
    for (const [one, other] of [
      [ivan, silent],
      [silent, ivan],
    ] as const)
      expect([(await distance(one, other)).status, (await distance(one, other)).body]).toEqual([
        404,
        NOT_FOUND,
      ]);
  });
});

describe("distances", () => {
  /** Somewhere that nobody else in these tests is. */
  let nth = 0;
  const corner = () => ({ latitude: -60, longitude: -170 + 20 * nth++ });
  const near = (place: { latitude: number; longitude: number }, north: number) => ({
    ...place,
    latitude: place.latitude + north,
  });
  const users = (body: { user: number }[]) => body.map(({ user }) => user);

  test("Distances list people within 500 km who share their place, without the caller.", async () => {
    const here = corner();
    const eve = await located(here);
    const [far, close] = [await located(near(here, 2)), await located(near(here, 0.1))];
    await located(near(here, 5));
    const hidden = await located(here);
    await patch(ME, { is_geoip_allowed: false }, { key: hidden.key });
    const { status, body } = await distances(eve);
    expect(status).toBe(200);
    expect(users(body)).toEqual([far.id, close.id]);
    expect(Object.keys(body[0])).toEqual(["user", "first_name", "last_name", "distance"]);
    expect(body[1]).toEqual({ user: close.id, first_name: "Иван", last_name: "Петров", distance: 11.141 });
    expect(users((await distances(eve, "?ordering=distance")).body)).toEqual([close.id, far.id]);
    expect(users((await distances(eve, "?ordering=distance&limit=1")).body)).toEqual([close.id]);
    expect(users((await distances(eve, "?search=100")).body)).toEqual([close.id]);
    expect(users((await distances(eve, "?search=600")).body)).toHaveLength(3);
    expect((await distances(eve, "?search=10")).body).toEqual([]);
    expect((await distances(eve, "?search=&page=2&colour=blue")).body).toEqual(body);
  });

  test("Distances work across the date line and at the pole.", async () => {
    const eve = await located({ latitude: 80, longitude: 179.9 });
    const other = await located({ latitude: 80, longitude: -179.9 });
    expect(users((await distances(eve)).body)).toEqual([other.id]);
  });

  test("Distances are empty for a caller without consent, and a 404 for one without a place.", async () => {
    expect([(await distances(await member())).status, (await distances(await member())).body]).toEqual([
      200,
      [],
    ]);
    const silent = await distances(await member({}, { is_geoip_allowed: true }));
    expect([silent.status, silent.body]).toEqual([404, NOT_FOUND]);
  });

  test("Distances refuse a radius that is not a number.", async () => {
    const { status, body } = await distances(await located(corner()), "?search=far");
    expect([status, body]).toEqual([400, { search: ["Введите правильное число."] }]);
  });
});

test.each([
  ["GET", `${USERS}1/geolocation/`],
  ["GET", MINE],
  ["PUT", MINE],
  ["POST", MINE],
  ["GET", `${USERS}1/distance/`],
  ["GET", `${USERS}distances/`],
])("The request %s %s requires a sign-in.", async (method, path) => {
  const { status, body } = await call(method, path);
  expect([status, body]).toEqual([401, ANONYMOUS]);
});
