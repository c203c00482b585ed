/** Places of events, distances to them for users who consent, and geocoding after the response. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type CallOptions, envWith, get, patch, post, rows } from "../harness/api.ts";
import { deliver, letTimePass, stored } from "../outbox/rows.ts";
import { change, city, createEvent, EVENTS, eventPath, type Guest, guest, locate, plan } from "./fixtures.ts";

const MOSCOW = [55.7386, 37.6068] as const;
const AWAY = [54.2021, 31.6179] as const;

const of = (event: number, what: string, who?: Guest) => get(`${eventPath(event)}${what}/`, who?.with);
const distances = (who?: Guest, query = "") => get(`${EVENTS}distances/${query}`, who?.with);
const placed = ([latitude, longitude]: readonly [number, number], changes: object = {}) => ({
  latitude,
  longitude,
  ...changes,
});
const NOT_FOUND = { status: 404, body: { detail: "Страница не найдена." } };

/** Nobody else's events are in these tests. */
beforeEach(async () => {
  await rows("UPDATE events SET latitude = NULL, longitude = NULL");
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("an event's place", () => {
  test("Any signed-in user may read an event's place, with or without consent to be located.", async () => {
    const [host, viewer] = [await guest(), await guest()];
    const id = await createEvent(host, placed(MOSCOW));
    expect((await of(id, "geolocation")).status).toBe(401);
    expect(await of(id, "geolocation", viewer)).toMatchObject({
      status: 200,
      body: { latitude: 55.7386, longitude: 37.6068 },
    });
    expect(await of(await createEvent(host), "geolocation", viewer)).toMatchObject(NOT_FOUND);
    expect(await of(99_999_999, "geolocation", viewer)).toMatchObject(NOT_FOUND);
  });

  test("An event whose address changes is at its city's place, unless degrees were given.", async () => {
    const host = await guest();
    const { id: cityId } = await city(59.9386, 30.3141);
    const id = await createEvent(host, { city: cityId });
    expect((await of(id, "geolocation", host)).body).toEqual({ latitude: 59.9386, longitude: 30.3141 });
    await change(host, id, placed(MOSCOW));
    expect((await of(id, "geolocation", host)).body).toEqual({ latitude: 55.7386, longitude: 37.6068 });
    expect((await change(host, id, { longitude: 1 })).status).toBe(400);
    // A change of other fields leaves the place alone.
    await change(host, id, { name: "Другое имя", city: cityId });
    expect((await of(id, "geolocation", host)).body).toEqual({ latitude: 55.7386, longitude: 37.6068 });
    expect((await change(host, id, { address: "Невский, 1" })).status).toBe(200);
    expect((await of(id, "geolocation", host)).body).toEqual({ latitude: 59.9386, longitude: 30.3141 });
    await change(host, id, placed(MOSCOW));
    await change(host, id, { longitude: null });
    expect((await of(id, "geolocation", host)).body).toEqual({ latitude: 59.9386, longitude: 30.3141 });
    await change(host, id, { city: null });
    expect((await of(id, "geolocation", host)).status).toBe(404);
    expect(await rows("SELECT id FROM outbox WHERE kind = 'geocode'")).toEqual([]);
  });
});

describe("a distance", () => {
  test("A distance is in kilometres with three decimals.", async () => {
    const [host, viewer] = [await guest(), await guest()];
    await locate(viewer, ...MOSCOW);
    const id = await createEvent(host, placed(AWAY));
    expect((await of(id, "distance")).status).toBe(401);
    expect(await of(id, "distance", viewer)).toMatchObject({ status: 200, body: { distance: 419.768 } });
  });

  test("A user who does not consent to be located gets no distance.", async () => {
    const [host, viewer] = [await guest(), await guest()];
    const id = await createEvent(host, placed(AWAY, { name: "Бал" }));
    const refusal = { status: 404, body: { detail: "Расстояние до мероприятия Бал не найдено." } };
    expect(await of(id, "distance", viewer)).toMatchObject(refusal);
    await locate(viewer, ...MOSCOW, 0);
    expect(await of(id, "distance", viewer)).toMatchObject(refusal);
    expect(await distances(viewer)).toMatchObject({ status: 200, body: [] });
    await locate(viewer, null, null);
    expect(await of(id, "distance", viewer)).toMatchObject(NOT_FOUND);
    expect(await distances(viewer)).toMatchObject(NOT_FOUND);
  });

  test("The list of distances has the events within the given kilometres.", async () => {
    const [host, viewer] = [await guest(), await guest()];
    await locate(viewer, ...MOSCOW);
    const far = await createEvent(host, placed(AWAY, { name: "Далеко" }));
    const near = await createEvent(host, placed(MOSCOW, { name: "Близко" }));
    await createEvent(host, placed([-55.7386, 37.6068]));
    const both = [
      { event: near, name: "Близко", distance: 0 },
      { event: far, name: "Далеко", distance: 419.768 },
    ];
    expect((await distances()).status).toBe(401);
    for (const query of ["", "?search=", "?search=420", "?page=2"])
      expect(await distances(viewer, query), query).toMatchObject({ status: 200, body: both });
    expect((await distances(viewer, "?search=100")).body).toEqual([both[0]]);
    for (const query of ["?search=x", "?search=1.5", "?search=-1"])
      expect((await distances(viewer, query)).status, query).toBe(400);
  });
});

describe("a geocoder", () => {
  const GEOCODER = { GEOCODER_URL: "https://geo.example/search?key=k" };
  const environment = envWith(GEOCODER);

  interface World {
    readonly host: Guest;
    readonly id: number;
    readonly city: string;
    readonly with: CallOptions;
    /** The row that asks for the look-up. */
    readonly effect: string;
  }

  /** An event with an address, made while the queue is asleep. */
  async function world(changes: object = {}): Promise<World> {
    const host = await guest();
    const { id: cityId, name } = await city(59.9386, 30.3141);
    const asleep = vi.spyOn(env.JOBS, "sendBatch").mockRejectedValue(new Error("asleep"));
    const quiet = vi.spyOn(console, "warn").mockImplementation(() => {});
    const options = { ...host.with, settings: GEOCODER };
    const body = plan({ city: cityId, address: "Невский, 1", ...changes });
    const { id } = (await post(EVENTS, body, options)).body;
    asleep.mockRestore();
    quiet.mockRestore();
    const effects = await rows<{ id: string }>(
      "SELECT o.id FROM outbox o JOIN events e ON o.address = 'event:' || e.uuid WHERE e.id = ? AND kind = 'geocode'",
      id,
    );
    expect(effects.length).toBeLessThanOrEqual(1);
    return { host, id, city: name, with: options, effect: effects[0]?.id ?? "" };
  }

  function geocoder(answer: () => Response | Promise<Response>): URL[] {
    const asked: URL[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
      asked.push(new URL(input instanceof Request ? input.url : String(input)));
      return answer();
    });
    vi.spyOn(console, "warn").mockImplementation(() => {});
    return asked;
  }

  const found = () => Response.json([{ lat: "59.935", lon: "30.325", display_name: "x" }]);
  const placeOf = async ({ id, host }: World) => (await of(id, "geolocation", host)).body;
  const CITY = { latitude: 59.9386, longitude: 30.3141 };

  test("The geocoder is asked once for city and address, and the event moves there.", async () => {
    const made = await world();
    expect(await placeOf(made)).toEqual(CITY);
    const asked = geocoder(found);
    expect(await deliver([made.effect], environment)).toEqual({ acked: ["0"], retried: [] });
    expect(asked.map((url) => url.origin + url.pathname)).toEqual(["https://geo.example/search"]);
    expect(Object.fromEntries(asked[0]?.searchParams ?? [])).toEqual({
      key: "k",
      q: `${made.city}, Невский, 1`,
      format: "json",
      limit: "1",
    });
    expect(await placeOf(made)).toEqual({ latitude: 59.935, longitude: 30.325 });
    await deliver([made.effect], environment);
    expect(asked).toHaveLength(1);
  });

  test.each<[string, () => Response]>([
    ["no place", () => Response.json([])],
    ["a refusal", () => new Response("no", { status: 403 })],
    ["something other than JSON", () => new Response("<html>")],
    ["another shape", () => Response.json({ lat: 1, lon: 2 })],
    ["a place out of range", () => Response.json([{ lat: "91", lon: "0" }])],
    ["empty degrees", () => Response.json([{ lat: "", lon: null }])],
  ])("A geocoder that returns %s leaves the event at its city.", async (_, answer) => {
    const made = await world();
    geocoder(answer);
    expect(await deliver([made.effect], environment)).toEqual({ acked: ["0"], retried: [] });
    expect(await placeOf(made)).toEqual(CITY);
    expect(await stored(made.effect)).toMatchObject({ status: "sent" });
  });

  test.each<[string, () => Response | Promise<Response>]>([
    ["no connection", () => Promise.reject(new TypeError("connection lost"))],
    ["an answer of 503", () => new Response("", { status: 503 })],
    ["too many requests", () => new Response("", { status: 429 })],
  ])("A geocoder that is out of reach (%s) is asked again later.", async (_, answer) => {
    const made = await world();
    geocoder(answer);
    expect(await deliver([made.effect], environment)).toEqual({ acked: [], retried: [{ msgId: "0" }] });
    expect(await stored(made.effect)).toMatchObject({ status: "pending", attempts: 1 });
    expect(await placeOf(made)).toEqual(CITY);
    vi.restoreAllMocks();
    geocoder(found);
    await letTimePass(made.effect);
    await deliver([made.effect], environment);
    expect(await placeOf(made)).toEqual({ latitude: 59.935, longitude: 30.325 });
  });

  test("Geocoding does not overrule degrees that the organizer gave meanwhile.", async () => {
    const made = await world();
    await change(made.host, made.id, placed(MOSCOW));
    const asked = geocoder(found);
    await deliver([made.effect], environment);
    expect(asked).toEqual([]);
    expect(await placeOf(made)).toEqual({ latitude: 55.7386, longitude: 37.6068 });
  });

  test("Geocoding moves no event whose address changed while the geocoder was asked.", async () => {
    const made = await world();
    geocoder(async () => {
      await rows("UPDATE events SET location = 'Другая, 2' WHERE id = ?", made.id);
      return found();
    });
    await deliver([made.effect], environment);
    expect(await placeOf(made)).toEqual(CITY);
  });

  test("The geocoder is asked for an address without a city, and not without an address, with degrees or for an unchanged address.", async () => {
    expect((await world({ city: null })).effect).not.toBe("");
    expect((await world({ address: null })).effect).toBe("");
    expect((await world(placed(MOSCOW))).effect).toBe("");
    const made = await world();
    await patch(eventPath(made.id), { name: "Имя", address: "Невский, 1" }, made.with);
    const again =
      "SELECT id FROM outbox WHERE kind = 'geocode' AND address = (SELECT 'event:' || uuid FROM events WHERE id = ?)";
    expect(await rows(again, made.id)).toHaveLength(1);
  });

  test("Geocoding does nothing for a deleted event.", async () => {
    const made = await world();
    await rows("DELETE FROM events WHERE id = ?", made.id);
    const asked = geocoder(found);
    expect(await deliver([made.effect], environment)).toEqual({ acked: ["0"], retried: [] });
    expect(asked).toEqual([]);
  });
});
