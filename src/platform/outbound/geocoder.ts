/** Looks up places by their address, at the geocoder of the settings. */
import type { Place } from "../geo.ts";
import { DeliveryError } from "../mail/mail.ts";

/** Timeout of a geocoder request, ms. */
const TIMEOUT = 10_000;

export interface FoundPlace extends Place {
  /** The geocoder's name of it; empty without one. */
  readonly address: string;
}

/**
 * The places that the geocoder finds, the best first; empty for none. Temporary faults (no connection, 429, 5xx) are thrown.
 * Source: https://nominatim.org/release-docs/latest/api/Search/
 */
export async function queryGeocoder(geocoderUrl: string, query: string, limit = 1): Promise<FoundPlace[]> {
  const url = new URL(geocoderUrl);
  for (const [name, value] of Object.entries({ q: query, format: "json", limit: String(limit) }))
    url.searchParams.set(name, value);
  const response = await fetch(url.href, {
    headers: { accept: "application/json", "accept-language": "ru", "user-agent": "Caravan" },
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (response.status === 429 || response.status >= 500)
    throw new DeliveryError(`the geocoder answered ${response.status}`);
  if (!response.ok) {
    await response.body?.cancel();
    return [];
  }
  return readPlaces(await response.json().catch(() => null)).slice(0, limit);
}

/** Reads `[{"lat": "55.75", "lon": "37.61", "display_name": "…"}]`, degrees as text or numbers; skips anything else. */
function readPlaces(found: unknown): FoundPlace[] {
  if (!Array.isArray(found)) return [];
  return found.flatMap((each) => {
    const { lat, lon, display_name: name } = Object(each) as Record<string, unknown>;
    const [latitude, longitude] = [degrees(lat, 90), degrees(lon, 180)];
    if (latitude === null || longitude === null) return [];
    return [{ latitude, longitude, address: typeof name === "string" ? name.slice(0, 1000) : "" }];
  });
}

function degrees(value: unknown, limit: number): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Math.abs(number) <= limit ? number : null;
}
