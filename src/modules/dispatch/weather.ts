/** The weather at a place: asked of one provider, then of another, remembered for a while, and never waited for long. */
import type { Place } from "../../platform/geo.ts";
import { log } from "../../platform/log.ts";
import type { Runtime, Scope } from "../../platform/runtime.ts";
import { readOpenMeteo, readYandex, UNKNOWN, type Weather } from "./weather-rules.ts";

/** How long an answer counts; a failure is not asked about again at once either, or every price would wait for it. */
const KEPT = 10 * 60_000;
const FAILURE_KEPT = 60_000;

/** So many places an isolate remembers. */
const PLACES = 1000;

interface Remembered {
  readonly weather: Weather;
  readonly until: number;
}
const memories = new WeakMap<Runtime, Map<string, Remembered>>();

/** The weather now, to a tenth of a degree. Nobody's answer is that of `UNKNOWN`. */
export async function weatherAt(scope: Scope, { latitude, longitude }: Place): Promise<Weather> {
  const memory = memories.get(scope.runtime) ?? new Map<string, Remembered>();
  memories.set(scope.runtime, memory);
  const place = { latitude: rounded(latitude), longitude: rounded(longitude) };
  const key = `${place.latitude},${place.longitude}`;
  const known = memory.get(key);
  if (known && known.until > scope.now()) return known.weather;
  const weather = await ask(scope, place);
  memory.delete(key);
  memory.set(key, { weather, until: scope.now() + (weather === UNKNOWN ? FAILURE_KEPT : KEPT) });
  // The oldest goes first: a map keeps the order in which things came.
  for (const [oldest] of memory) if (memory.size > PLACES) memory.delete(oldest);
  return weather;
}

/** Without a minus before zero. */
const rounded = (degrees: number) => Math.round(degrees * 10) / 10 + 0;

const OPEN_METEO_FIELDS = "temperature_2m,apparent_temperature,weather_code,wind_speed_10m,pressure_msl";

async function ask(scope: Scope, { latitude, longitude }: Place): Promise<Weather> {
  const { yandexKey, yandexUrl, openMeteoUrl, timeout } = scope.runtime.settings.weather;
  if (yandexKey) {
    const place = { lat: String(latitude), lon: String(longitude) };
    const headers = { "X-Yandex-API-Key": yandexKey };
    const weather = readYandex(await fetchJson(yandexUrl, place, timeout, headers));
    if (weather) return weather;
  }
  const query = {
    latitude: String(latitude),
    longitude: String(longitude),
    current: OPEN_METEO_FIELDS,
    wind_speed_unit: "ms",
    timezone: "auto",
  };
  return readOpenMeteo(await fetchJson(openMeteoUrl, query, timeout)) ?? UNKNOWN;
}

/** A provider's answer; null for whatever goes wrong: the weather is never worth an error. */
async function fetchJson(
  address: string,
  query: Record<string, string>,
  timeout: number,
  headers: Record<string, string> = {},
): Promise<unknown> {
  const url = new URL(address);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  try {
    const response = await fetch(url.href, { headers, signal: AbortSignal.timeout(timeout) });
    if (response.ok) return await response.json();
    await response.body?.cancel();
    log("warn", "weather", { host: url.host, status: response.status });
  } catch (error) {
    log("warn", "weather", { host: url.host }, error);
  }
  return null;
}
