/** Where an event is: at first its city's place, later what a geocoder finds for the address. */
import { and, eq, sql } from "drizzle-orm";
import { defineEffect } from "../../../platform/db/effects.ts";
import type { Effect } from "../../../platform/db/outbox.ts";
import type { Place } from "../../../platform/geo.ts";
import { invalid } from "../../../platform/http/errors.ts";
import { noSuchKey } from "../../../platform/http/input/strict-fields.ts";
import { DeliveryError } from "../../../platform/mail/mail.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { type City, findCity } from "../../social/index.ts";
import { events } from "../tables.ts";

interface Whereabouts {
  readonly cityId: number | null;
  readonly location: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

/** The columns to write, and the geocoding to request. */
export interface PlaceChange {
  readonly place: { readonly latitude?: number | null; readonly longitude?: number | null };
  readonly effects: readonly Effect[];
}

const UNCHANGED: PlaceChange = { place: {}, effects: [] };

/** The place of an event that is to become `after`. Degrees given by the organizer win. Refuses an unknown city. */
export async function placeFor(
  ctx: RequestContext,
  before: Whereabouts | null,
  after: Whereabouts & { readonly uuid: string },
  change: Partial<Whereabouts>,
  cityOf: (id: number) => Promise<City | null> = (id) => findCity(ctx, id),
): Promise<PlaceChange> {
  const named = change.cityId !== undefined || change.location !== undefined || change.latitude !== undefined;
  if (!named) return UNCHANGED;
  const city = after.cityId === null ? null : await cityOf(after.cityId);
  if (after.cityId !== null && !city) throw invalid({ city: noSuchKey(after.cityId) });
  if (change.latitude !== undefined && change.latitude !== null) return UNCHANGED;
  const stays = before && before.cityId === after.cityId && before.location === after.location;
  if (stays && before.latitude !== null && change.latitude === undefined) return UNCHANGED;
  const lookUp = ctx.runtime.settings.geocoderUrl !== null && after.location !== "";
  return {
    place: { latitude: city?.latitude ?? null, longitude: city?.longitude ?? null },
    effects: lookUp ? [geocoding.row({ uuid: after.uuid })] : [],
  };
}

interface LocationChange {
  readonly before: Whereabouts | null;
  readonly after: Whereabouts & { readonly uuid: string };
  readonly change: Partial<Whereabouts>;
}

/** The places of several events, in their order. Each city is read once. */
export async function placesOf(
  ctx: RequestContext,
  moves: readonly LocationChange[],
): Promise<{ places: PlaceChange["place"][]; lookups: Effect[] }> {
  const cities = new Map<number, Promise<City | null>>();
  const cityOf = (id: number) => {
    const city = cities.get(id) ?? findCity(ctx, id);
    cities.set(id, city);
    return city;
  };
  const placings = await Promise.all(
    moves.map(({ before, after, change }) => placeFor(ctx, before, after, change, cityOf)),
  );
  return { places: placings.map(({ place }) => place), lookups: placings.flatMap(({ effects }) => effects) };
}

/**
 * Geocodes an event's address and moves the event there. An event that is not at its city's place was moved by somebody
 * else meanwhile and is left alone. Safe to repeat.
 */
export const geocoding = defineEffect<{ readonly uuid: string }>("geocode", {
  address: ({ uuid }) => `event:${uuid}`,
  run: geocode,
});

async function geocode(ctx: RequestContext, { uuid }: { readonly uuid: string }): Promise<void> {
  const { geocoderUrl } = ctx.runtime.settings;
  const { cityId, location, latitude, longitude } = events;
  const [event] = await ctx.db
    .select({ cityId, location, latitude, longitude })
    .from(events)
    .where(eq(events.uuid, uuid));
  if (!geocoderUrl || !event || event.location === "") return;
  const city = event.cityId === null ? null : await findCity(ctx, event.cityId);
  if (event.latitude !== (city?.latitude ?? null) || event.longitude !== (city?.longitude ?? null)) return;
  const place = await queryGeocoder(geocoderUrl, city ? `${city.name}, ${event.location}` : event.location);
  if (!place) return;
  await ctx.db
    .update(events)
    .set(place)
    .where(
      and(
        eq(events.uuid, uuid),
        eq(location, event.location),
        sql`${cityId} IS ${event.cityId}`,
        sql`${latitude} IS ${event.latitude}`,
        sql`${longitude} IS ${event.longitude}`,
      ),
    );
}

/** Timeout of a geocoder request, ms. */
const TIMEOUT = 10_000;

/**
 * The first place that the geocoder finds, null for none. Temporary faults (no connection, 429, 5xx) are thrown.
 * Source: https://nominatim.org/release-docs/latest/api/Search/
 */
async function queryGeocoder(geocoderUrl: string, query: string): Promise<Place | null> {
  const url = new URL(geocoderUrl);
  for (const [name, value] of Object.entries({ q: query, format: "json", limit: "1" }))
    url.searchParams.set(name, value);
  const response = await fetch(url.href, {
    headers: { accept: "application/json", "accept-language": "ru", "user-agent": "Caravan" },
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (response.status === 429 || response.status >= 500)
    throw new DeliveryError(`the geocoder answered ${response.status}`);
  if (!response.ok) {
    await response.body?.cancel();
    return null;
  }
  return readPlace(await response.json().catch(() => null));
}

/** Reads `[{"lat": "55.75", "lon": "37.61"}]`, degrees as text or numbers; null for anything else. */
function readPlace(found: unknown): Place | null {
  const [first] = Array.isArray(found) ? found : [];
  const { lat, lon } = (first ?? {}) as { lat?: unknown; lon?: unknown };
  const [latitude, longitude] = [degrees(lat, 90), degrees(lon, 180)];
  return latitude === null || longitude === null ? null : { latitude, longitude };
}

function degrees(value: unknown, limit: number): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Math.abs(number) <= limit ? number : null;
}
