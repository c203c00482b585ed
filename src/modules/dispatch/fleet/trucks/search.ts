/** Searches trucks around a place, the nearest first. */
import { and, isNotNull } from "drizzle-orm";
import { isInCells } from "../../../../platform/cells.ts";
import { distanceBetween, type Place } from "../../../../platform/geo.ts";
import type { Listed, Window } from "../../../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import type { Truck } from "../schemas.ts";
import { towTrucks } from "../tables.ts";
import { findTrucks, type TruckFilter, truckConditions } from "./queries.ts";

export interface Circle {
  readonly centre: Place;
  /** Metres. */
  readonly radius: number;
}

export interface NearbyTruck extends Truck {
  /** Metres. */
  readonly distance: number;
}

/** Trucks within the circle, the nearest first. H3 cells narrow the candidates; the distance decides. */
export async function trucksNear(
  ctx: RequestContext,
  filter: TruckFilter,
  { centre, radius }: Circle,
  window: Window,
): Promise<Listed<NearbyTruck>> {
  const around = await isInCells(towTrucks.cell, centre, radius);
  const { id, latitude, longitude } = towTrucks;
  const candidates = await ctx.db
    .select({ id, latitude, longitude })
    .from(towTrucks)
    .where(and(truckConditions(filter), around, isNotNull(latitude), isNotNull(longitude)));
  const near = candidates
    .map((truck) => ({
      id: truck.id,
      distance: distanceBetween(centre, { latitude: truck.latitude ?? 0, longitude: truck.longitude ?? 0 }),
    }))
    .filter(({ distance }) => distance <= radius)
    .sort((a, b) => a.distance - b.distance || a.id - b.id);
  const page = near.slice(window.offset, window.offset + window.limit);
  const trucks = await findTrucks(
    ctx,
    page.map((truck) => truck.id),
  );
  const rows = page.flatMap(({ id, distance }) => {
    const truck = trucks.get(id);
    return truck ? [{ ...truck, distance: Math.round(distance) }] : [];
  });
  return { count: near.length, rows };
}
