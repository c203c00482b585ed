/** Fake weather providers with their real formats. */
import { vi } from "vitest";
import { unique } from "../../harness/api.ts";

/** An answer of Open-Meteo under a clear sky. */
export const blueSky = {
  latitude: 55.75,
  longitude: 37.625,
  current_units: { wind_speed_10m: "m/s", pressure_msl: "hPa" },
  current: {
    time: "2026-11-21T12:00",
    temperature_2m: -3.2,
    apparent_temperature: -8.1,
    weather_code: 0,
    wind_speed_10m: 4.5,
    pressure_msl: 1013.2,
  },
};

/** An answer of Yandex with these facts. */
export const yandexSky = (fact: object) => ({
  now: 1_795_262_400,
  info: { lat: 55.8, lon: 37.6 },
  fact: { temp: -2, feels_like: -7, wind_speed: 3.1, pressure_mm: 748, condition: "clear", ...fact },
});

/** Settings with a provider address that no other test uses, so the cache is empty. */
export const weatherSettings = (more: Record<string, string> = {}) => ({
  OPEN_METEO_URL: `https://meteo.example/${unique("v")}`,
  ...more,
});

/** Replaces `fetch`; returns the list of requests that it receives. */
export function provider(answer: (asked: Request) => Response | Promise<Response>): Request[] {
  const asked: Request[] = [];
  vi.spyOn(console, "warn").mockImplementation(() => {});
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    asked.push(request);
    return answer(request);
  });
  return asked;
}
