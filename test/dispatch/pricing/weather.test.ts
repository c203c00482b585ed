/** The weather: two providers, units, the cache, and failures that are never an error. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { weatherAt } from "../../../src/modules/dispatch/pricing/weather/queries.ts";
import { readOpenMeteo, readYandex } from "../../../src/modules/dispatch/pricing/weather/rules.ts";
import { envWith, post } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { client } from "../fleet/builders.ts";
import { blueSky, provider, weatherSettings, yandexSky } from "./weather-providers.ts";

const path = "/api/v1/weather/";
const MOSCOW = { latitude: 55.7522, longitude: 37.6156 };
const NOTHING = {
  provider: null,
  condition: null,
  temperature: null,
  feels_like: null,
  wind_speed: null,
  pressure_mm: null,
  raw: {},
};

afterEach(() => vi.restoreAllMocks());

async function weather(settings: Record<string, string>, body: object = MOSCOW) {
  return post(path, body, { token: (await client()).token, settings });
}

describe("without a Yandex key", () => {
  test("Open-Meteo is asked for metres a second, and its hectopascals become millimetres of mercury.", async () => {
    const asked = provider(() => Response.json(blueSky));
    const { status, body } = await weather(weatherSettings());
    expect([status, body]).toEqual([
      200,
      {
        provider: "open-meteo",
        condition: "Clear sky",
        temperature: -3.2,
        feels_like: -8.1,
        wind_speed: 4.5,
        pressure_mm: 759.96,
        raw: blueSky,
      },
    ]);
    expect(Object.fromEntries(new URL(asked[0]?.url ?? "").searchParams)).toEqual({
      latitude: "55.8",
      longitude: "37.6",
      current: "temperature_2m,apparent_temperature,weather_code,wind_speed_10m,pressure_msl",
      wind_speed_unit: "ms",
      timezone: "auto",
    });
  });
});

describe("with a Yandex key", () => {
  const settings = () =>
    weatherSettings({ YANDEX_WEATHER_KEY: "secret", YANDEX_WEATHER_URL: "https://yandex.example/v2" });

  test("Yandex alone is asked.", async () => {
    const sky = yandexSky({ condition: "light-snow" });
    const asked = provider(() => Response.json(sky));
    const { body } = await weather(settings());
    expect(body).toEqual({
      provider: "yandex",
      condition: "light-snow",
      temperature: -2,
      feels_like: -7,
      wind_speed: 3.1,
      pressure_mm: 748,
      raw: sky,
    });
    expect(asked.map(({ url }) => url)).toEqual(["https://yandex.example/v2?lat=55.8&lon=37.6"]);
    expect(asked[0]?.headers.get("X-Yandex-API-Key")).toBe("secret");
  });

  test.each([
    ["refuses", () => new Response("no", { status: 403 })],
    ["breaks", () => Promise.reject(new Error("no route"))],
    ["speaks no JSON", () => new Response("<html>")],
    ["has no weather", () => Response.json({ fact: null })],
  ])("Open-Meteo is asked when Yandex %s, and never gets the key.", async (_, answer) => {
    const asked = provider(({ url }) => (url.includes("yandex") ? answer() : Response.json(blueSky)));
    const { body } = await weather(settings());
    expect(body.provider).toBe("open-meteo");
    expect(asked.map(({ headers }) => headers.get("X-Yandex-API-Key"))).toEqual(["secret", null]);
  });
});

describe("when no provider answers", () => {
  test.each([
    ["is broken", () => Promise.reject(new TypeError("fetch failed"))],
    ["has an error", () => new Response("{}", { status: 500 })],
    ["speaks nonsense", () => new Response("nonsense")],
    ["has another form", () => Response.json([1, 2])],
  ])("All fields are null when the provider %s.", async (_, answer) => {
    provider(answer);
    const { status, body } = await weather(weatherSettings());
    expect([status, body]).toEqual([200, NOTHING]);
  });

  test("A silent provider is abandoned after the timeout.", async () => {
    provider(
      ({ signal }) =>
        new Promise((_, refuse) => {
          signal.addEventListener("abort", () => refuse(signal.reason));
        }),
    );
    const started = Date.now();
    expect((await weather(weatherSettings())).body).toEqual(NOTHING);
    expect(Date.now() - started).toBeLessThan(15_000);
  });

  test("After a failure no provider is asked for a minute.", async () => {
    const asked = provider(() => new Response("", { status: 500 }));
    const environment = envWith(weatherSettings());
    const at = (ms: number) => jobContext({ now: () => ms }, environment).ctx;
    await weatherAt(at(0), MOSCOW);
    await weatherAt(at(59_000), MOSCOW);
    expect(asked).toHaveLength(1);
    await weatherAt(at(61_000), MOSCOW);
    expect(asked).toHaveLength(2);
  });
});

describe("the cache", () => {
  test("An answer is cached for ten minutes, for places within a tenth of a degree.", async () => {
    const asked = provider(() => Response.json(blueSky));
    const environment = envWith(weatherSettings());
    const at = (ms: number) => jobContext({ now: () => ms }, environment).ctx;
    const first = await weatherAt(at(0), { latitude: 55.7522, longitude: 37.6156 });
    expect(await weatherAt(at(599_000), { latitude: 55.7871, longitude: 37.5851 })).toBe(first);
    expect(asked).toHaveLength(1);
    await weatherAt(at(599_000), { latitude: 55.9, longitude: 37.6156 });
    expect(asked).toHaveLength(2);
    await weatherAt(at(601_000), MOSCOW);
    expect(asked).toHaveLength(3);
  });

  test("Answers from one server's providers are not used for another.", async () => {
    const asked = provider(() => Response.json(blueSky));
    await weather(weatherSettings());
    await weather(weatherSettings());
    expect(asked).toHaveLength(2);
  });
});

describe("the price multiplier", () => {
  test.each([
    ["clear", 100],
    ["partly-cloudy", 100],
    ["cloudy", 105],
    ["overcast", 107],
    ["drizzle", 110],
    ["light-rain", 112],
    ["rain", 115],
    ["showers", 118],
    ["light-snow", 115],
    ["snow", 120],
    ["wet-snow", 125],
    ["storm", 130],
    ["thunderstorm", 135],
  ])("Yandex's condition %s has the multiplier %d.", (condition, multiplier) => {
    expect(readYandex(yandexSky({ condition, prec_type: 2 }))?.multiplier).toBe(multiplier);
  });

  test.each([
    [1, 112],
    [2, 120],
    [3, 118],
    [0, 100],
    [null, 100],
  ])("An unknown condition with precipitation %s has the multiplier %d.", (prec_type, multiplier) => {
    expect(readYandex(yandexSky({ condition: "hail", prec_type }))?.multiplier).toBe(multiplier);
    expect(readYandex(yandexSky({ condition: "toString", prec_type }))?.multiplier).toBe(multiplier);
  });

  test.each([
    [0, "Clear sky", 100],
    [2, "Partly cloudy", 100],
    [3, "Overcast", 107],
    [51, "Light drizzle", 110],
    [61, "Slight rain", 112],
    [63, "Moderate rain", 115],
    [71, "Slight snow fall", 115],
    [75, "Heavy snow fall", 120],
    [81, "Rain showers (moderate)", 118],
    [95, "Thunderstorm", 135],
    [99, "Thunderstorm with heavy hail", 135],
    [42, "42", 100],
  ])("Open-Meteo's code %d is %s with the multiplier %d.", (weather_code, condition, multiplier) => {
    expect(readOpenMeteo({ current: { ...blueSky.current, weather_code } })).toMatchObject({
      condition,
      multiplier,
    });
  });

  test("A figure that a provider omits is null and does not change the price.", () => {
    expect(readOpenMeteo({ current: {} })).toMatchObject({
      condition: null,
      temperature: null,
      pressure: null,
      multiplier: 100,
    });
    expect(readYandex({ fact: {} })).toMatchObject({ condition: null, temperature: null, multiplier: 100 });
  });
});

test.each([
  [{}, { latitude: ["Обязательное поле."], longitude: ["Обязательное поле."] }],
  [{ latitude: 91, longitude: 0 }, { latitude: ["Убедитесь, что это значение меньше либо равно 90."] }],
  [{ latitude: 0, longitude: 9999 }, { longitude: ["Убедитесь, что это значение меньше либо равно 180."] }],
  [{ latitude: "x", longitude: 0 }, { latitude: ["Требуется численное значение."] }],
])("A place with %j is refused, and no provider is asked.", async (body, errors) => {
  const asked = provider(() => Response.json(blueSky));
  const answer = await weather(weatherSettings(), body);
  expect([answer.status, answer.body]).toEqual([400, errors]);
  expect(asked).toEqual([]);
});
