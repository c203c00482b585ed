/** Finds events by their distance from a place. */
import { and, between, isNotNull } from "drizzle-orm";
import { bandAround, kilometresBetween, type Place, placeIn } from "../../../platform/geo.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { events } from "../tables.ts";

export interface DistantEvent {
  readonly id: number;
  readonly name: string;
  /** Kilometres. */
  readonly distance: number;
}

/** Events within `most` kilometres, the nearest first. One statement. */
export async function eventsWithin(ctx: RequestContext, from: Place, most: number): Promise<DistantEvent[]> {
  const { south, north } = bandAround(from, most * 1000);
  const { id, name, latitude, longitude } = events;
  const rows = await ctx.db
    .select({ id, name, latitude, longitude })
    .from(events)
    .where(and(between(latitude, south, north), isNotNull(longitude)));
  return rows
    .flatMap(({ id, name, ...row }) => {
      const place = placeIn(row);
      return place ? [{ id, name, distance: kilometresBetween(from, place) }] : [];
    })
    .filter(({ distance }) => distance <= most)
    .sort((one, other) => one.distance - other.distance);
}
