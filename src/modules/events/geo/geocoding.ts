/** Where an event is: at first its city's place, later what a geocoder finds for the address. */
import { and, eq, sql } from "drizzle-orm";
import { defineEffect } from "../../../platform/db/effects.ts";
import type { Effect } from "../../../platform/db/outbox.ts";
import { invalid } from "../../../platform/http/errors.ts";
import { noSuchKey } from "../../../platform/http/input/strict-fields.ts";
import { queryGeocoder } from "../../../platform/outbound/geocoder.ts";
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
  const [found] = await queryGeocoder(geocoderUrl, city ? `${city.name}, ${event.location}` : event.location);
  if (!found) return;
  const place = { latitude: found.latitude, longitude: found.longitude };
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
