/** Parses weather providers' answers and derives the price multiplier. Pure: a payload in, the weather out. */
import { z } from "../../../../platform/zod.ts";

export interface Weather {
  readonly provider: "yandex" | "open-meteo" | null;
  readonly condition: string | null;
  /** Degrees Celsius. */
  readonly temperature: number | null;
  readonly feelsLike: number | null;
  /** Metres a second. */
  readonly windSpeed: number | null;
  /** Millimetres of mercury. */
  readonly pressure: number | null;
  /** The price multiplier in hundredths. */
  readonly multiplier: number;
  /** The provider's answer as it came. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Unknown weather does not change the price. */
export const UNKNOWN: Weather = {
  provider: null,
  condition: null,
  temperature: null,
  feelsLike: null,
  windSpeed: null,
  pressure: null,
  multiplier: 100,
  raw: {},
};

/** Multipliers in hundredths, by Yandex's conditions. */
const MULTIPLIERS = {
  clear: 100,
  "partly-cloudy": 100,
  cloudy: 105,
  overcast: 107,
  drizzle: 110,
  "light-rain": 112,
  rain: 115,
  showers: 118,
  "light-snow": 115,
  snow: 120,
  "wet-snow": 125,
  storm: 130,
  thunderstorm: 135,
} as const;
type Condition = keyof typeof MULTIPLIERS;

const isCondition = (word: string | null | undefined): word is Condition =>
  typeof word === "string" && Object.hasOwn(MULTIPLIERS, word);

/** Multipliers by precipitation type, for conditions that are not listed: rain, rain with snow, snow. */
const BY_PRECIPITATION: Readonly<Record<number, number>> = { 1: 112, 2: 120, 3: 118 };

const figure = z.number().nullish();
const Yandex = z.object({
  fact: z.object({
    condition: z.string().nullish(),
    temp: figure,
    feels_like: figure,
    wind_speed: figure,
    pressure_mm: figure,
    prec_type: figure,
  }),
});

/** Null when the payload is not a weather report. */
export function readYandex(payload: unknown): Weather | null {
  const parsed = Yandex.safeParse(payload);
  if (!parsed.success) return null;
  const { fact } = parsed.data;
  const multiplier = isCondition(fact.condition)
    ? MULTIPLIERS[fact.condition]
    : (BY_PRECIPITATION[fact.prec_type ?? 0] ?? 100);
  return {
    provider: "yandex",
    condition: fact.condition ?? null,
    temperature: fact.temp ?? null,
    feelsLike: fact.feels_like ?? null,
    windSpeed: fact.wind_speed ?? null,
    pressure: fact.pressure_mm ?? null,
    multiplier,
    raw: payload as Record<string, unknown>,
  };
}

/** WMO codes (table 4677, as Open-Meteo uses it): a name to show, and the condition that sets the multiplier. */
const WMO: Readonly<Record<number, readonly [words: string, like: Condition]>> = {
  0: ["Clear sky", "clear"],
  1: ["Mainly clear", "partly-cloudy"],
  2: ["Partly cloudy", "partly-cloudy"],
  3: ["Overcast", "overcast"],
  45: ["Fog", "cloudy"],
  48: ["Rime fog", "cloudy"],
  51: ["Light drizzle", "drizzle"],
  53: ["Moderate drizzle", "drizzle"],
  55: ["Dense drizzle", "drizzle"],
  56: ["Freezing drizzle (light)", "drizzle"],
  57: ["Freezing drizzle (dense)", "drizzle"],
  61: ["Slight rain", "light-rain"],
  63: ["Moderate rain", "rain"],
  65: ["Heavy rain", "rain"],
  66: ["Light freezing rain", "light-rain"],
  67: ["Heavy freezing rain", "rain"],
  71: ["Slight snow fall", "light-snow"],
  73: ["Moderate snow fall", "snow"],
  75: ["Heavy snow fall", "snow"],
  77: ["Snow grains", "light-snow"],
  80: ["Rain showers (slight)", "showers"],
  81: ["Rain showers (moderate)", "showers"],
  82: ["Rain showers (violent)", "storm"],
  85: ["Snow showers (slight)", "snow"],
  86: ["Snow showers (heavy)", "snow"],
  95: ["Thunderstorm", "thunderstorm"],
  96: ["Thunderstorm with slight hail", "thunderstorm"],
  99: ["Thunderstorm with heavy hail", "thunderstorm"],
};

const OpenMeteo = z.object({
  current: z.object({
    temperature_2m: figure,
    apparent_temperature: figure,
    weather_code: figure,
    wind_speed_10m: figure,
    pressure_msl: figure,
  }),
});

/** Millimetres of mercury in a hectopascal. */
const MM_HG = 0.750062;

/** Null when the payload is not a weather report. The request asks for wind in metres a second. */
export function readOpenMeteo(payload: unknown): Weather | null {
  const parsed = OpenMeteo.safeParse(payload);
  if (!parsed.success) return null;
  const { current } = parsed.data;
  const code = current.weather_code;
  const [words, like] = WMO[code ?? -1] ?? [code == null ? null : String(code), null];
  return {
    provider: "open-meteo",
    condition: words,
    temperature: current.temperature_2m ?? null,
    feelsLike: current.apparent_temperature ?? null,
    windSpeed: current.wind_speed_10m ?? null,
    pressure: current.pressure_msl == null ? null : Math.round(current.pressure_msl * MM_HG * 100) / 100,
    multiplier: like ? MULTIPLIERS[like] : 100,
    raw: payload as Record<string, unknown>,
  };
}
