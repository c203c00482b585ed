/** Where people let themselves be found, and where cities are. */
import { eq } from "drizzle-orm";
import { type Place, placeIn } from "../../platform/geo.ts";
import type { Scope } from "../../platform/runtime.ts";
import { cities, socialProfiles } from "./tables.ts";

export interface Located {
  /** Consent: without it there is no place. */
  readonly allowed: boolean;
  /** Null while it is not known. */
  readonly place: Place | null;
}

/** Where a person is, as far as they consent to be located. */
export async function placeOf(scope: Scope, userId: number): Promise<Located> {
  const { isGeoipAllowed, latitude, longitude } = socialProfiles;
  const [row] = await scope.db
    .select({ isGeoipAllowed, latitude, longitude })
    .from(socialProfiles)
    .where(eq(socialProfiles.userId, userId));
  if (!row?.isGeoipAllowed) return { allowed: false, place: null };
  return { allowed: true, place: placeIn(row) };
}

export interface City extends Place {
  readonly name: string;
}

export async function findCity(scope: Scope, id: number): Promise<City | null> {
  const { name, latitude, longitude } = cities;
  const [row] = await scope.db.select({ name, latitude, longitude }).from(cities).where(eq(cities.id, id));
  return row ?? null;
}
