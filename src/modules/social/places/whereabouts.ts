/** Places for the neighbours' use: where somebody consents to be found, and where a city is. */
import { type Column, eq, type SQL, sql } from "drizzle-orm";
import { type Place, placeIn } from "../../../platform/geo.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { cities, socialProfiles } from "../tables.ts";

export interface Whereabouts {
  /** Consent: without it there is no place. */
  readonly allowed: boolean;
  /** Null while it is not known. */
  readonly place: Place | null;
}

export async function whereaboutsOf(ctx: RequestContext, userId: number): Promise<Whereabouts> {
  const { isGeoipAllowed, latitude, longitude } = socialProfiles;
  const [row] = await ctx.db
    .select({ isGeoipAllowed, latitude, longitude })
    .from(socialProfiles)
    .where(eq(socialProfiles.userId, userId));
  return row?.isGeoipAllowed ? { allowed: true, place: placeIn(row) } : { allowed: false, place: null };
}

/** SQL value: when the consent to be located that stands now was given, epoch ms; null without one. */
export function consentSince(userId: number | SQL | Column): SQL {
  return sql`(SELECT geoip_allowed_at FROM social_profiles WHERE user_id = ${userId} AND is_geoip_allowed = 1)`;
}

export interface City extends Place {
  readonly name: string;
}

export async function findCity(ctx: RequestContext, id: number): Promise<City | null> {
  const { name, latitude, longitude } = cities;
  const [row] = await ctx.db.select({ name, latitude, longitude }).from(cities).where(eq(cities.id, id));
  return row ?? null;
}

/** SQL: the name of a city by its id, null for none. */
export const cityName = (cityId: SQL | Column): SQL<string | null> =>
  sql`(SELECT name FROM cities WHERE id = ${cityId})`;

/** SQL: the name of the city that a person says they live in, null for none. */
export const homeCityName = (userId: SQL | Column): SQL<string | null> =>
  sql`(SELECT c.name FROM social_profiles p JOIN cities c ON c.id = p.city_id WHERE p.user_id = ${userId})`;
