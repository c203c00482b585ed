/** Places for other modules: where a person consents to be found, and where a city is. */
import { type Column, eq, type SQL, sql } from "drizzle-orm";
import { type Place, placeIn } from "../../../platform/geo.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { cities, socialProfiles } from "../tables.ts";

export interface SharedPlace {
  /** Consent. Without it there is no place. */
  readonly allowed: boolean;
  /** Null while unknown. */
  readonly place: Place | null;
}

export async function sharedPlaceOf(ctx: RequestContext, userId: number): Promise<SharedPlace> {
  const { isGeoipAllowed, latitude, longitude } = socialProfiles;
  const [row] = await ctx.db
    .select({ isGeoipAllowed, latitude, longitude })
    .from(socialProfiles)
    .where(eq(socialProfiles.userId, userId));
  return row?.isGeoipAllowed ? { allowed: true, place: placeIn(row) } : { allowed: false, place: null };
}

/** SQL value: when the current consent to be located was given, epoch ms; null without consent. */
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

/** SQL: the name of a city by its id; null for none. */
export const cityName = (cityId: SQL | Column): SQL<string | null> =>
  sql`(SELECT name FROM cities WHERE id = ${cityId})`;

/** SQL: the name of a person's home city; null for none. */
export const homeCityName = (userId: SQL | Column): SQL<string | null> =>
  sql`(SELECT c.name FROM social_profiles p JOIN cities c ON c.id = p.city_id WHERE p.user_id = ${userId})`;
