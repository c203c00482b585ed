/** Places for the neighbours' use: where somebody consents to be found, and where a city is. */
import { eq } from "drizzle-orm";
import { type Place, placeIn } from "../../platform/geo.ts";
import type { Scope } from "../../platform/runtime.ts";
import { cities, socialProfiles } from "./tables.ts";

export interface Whereabouts {
  /** Consent: without it there is no place. */
  readonly allowed: boolean;
  /** Null while it is not known. */
  readonly place: Place | null;
}

export async function whereaboutsOf(scope: Scope, userId: number): Promise<Whereabouts> {
  const { isGeoipAllowed, latitude, longitude } = socialProfiles;
  const [row] = await scope.db
    .select({ isGeoipAllowed, latitude, longitude })
    .from(socialProfiles)
    .where(eq(socialProfiles.userId, userId));
  return row?.isGeoipAllowed ? { allowed: true, place: placeIn(row) } : { allowed: false, place: null };
}

export interface City extends Place {
  readonly name: string;
}

export async function findCity(scope: Scope, id: number): Promise<City | null> {
  const { name, latitude, longitude } = cities;
  const [row] = await scope.db.select({ name, latitude, longitude }).from(cities).where(eq(cities.id, id));
  return row ?? null;
}
