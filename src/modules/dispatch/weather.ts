/** The weather at a place. */
import type { Place } from "../../platform/geo.ts";
import type { Scope } from "../../platform/runtime.ts";

export interface Weather {
  readonly provider: string | null;
  readonly condition: string | null;
  /** Degrees Celsius. */
  readonly temperature: number | null;
  readonly feelsLike: number | null;
  /** Metres a second. */
  readonly windSpeed: number | null;
  /** Millimetres of mercury. */
  readonly pressure: number | null;
  /** What it makes of a price, in hundredths. */
  readonly multiplier: number;
  /** The provider's own words. */
  readonly raw: object;
}

/** What nobody knows costs nothing. */
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

export async function weatherAt(_scope: Scope, _place: Place): Promise<Weather> {
  return UNKNOWN;
}
