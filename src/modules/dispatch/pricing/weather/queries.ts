/** Reads the weather at a place from one provider, then from another. Answers are cached; requests have a short timeout. */
import { TtlCache } from "../../../../platform/cache.ts";
import type { Place } from "../../../../platform/geo.ts";
import { log } from "../../../../platform/log.ts";
import type { RequestContext, Runtime } from "../../../../platform/runtime.ts";
import { readOpenMeteo, readYandex, UNKNOWN, type Weather } from "./rules.ts";

/** Cache times. Failures are cached too: otherwise every estimate would wait for the timeout. */
const KEPT = 10 * 60_000;
const FAILURE_KEPT = 60_000;

/** Keyed by place, to a tenth of a degree. One cache for each runtime, because its settings name the providers. */
const caches = new WeakMap<Runtime, TtlCache<string, Weather>>();

/** The weather now, to a tenth of a degree; `UNKNOWN` when no provider answers. */
export async function weatherAt(ctx: RequestContext, { latitude, longitude }: Place): Promise<Weather> {
  const cache = caches.get(ctx.runtime) ?? new TtlCache<string, Weather>({ ttl: KEPT, size: 1000 });
  caches.set(ctx.runtime, cache);
  const place = { latitude: rounded(latitude), longitude: rounded(longitude) };
  const key = `${place.latitude},${place.longitude}`;
  const known = cache.get(key, ctx.now());
  if (known) return known;
  const weather = await ask(ctx, place);
  cache.set(key, weather, ctx.now(), weather === UNKNOWN ? FAILURE_KEPT : KEPT);
  return weather;
}

/** `+ 0` turns -0 into 0. */
const rounded = (degrees: number) => Math.round(degrees * 10) / 10 + 0;

const OPEN_METEO_FIELDS = "temperature_2m,apparent_temperature,weather_code,wind_speed_10m,pressure_msl";

async function ask(ctx: RequestContext, { latitude, longitude }: Place): Promise<Weather> {
  const { yandexKey, yandexUrl, openMeteoUrl, timeout } = ctx.runtime.settings.weather;
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

/** A provider's answer; null on any failure, because an estimate works without the weather. */
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
