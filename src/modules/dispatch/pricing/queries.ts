/** Estimates a price from a tariff, a distance and the weather at a place. */
import { eq } from "drizzle-orm";
import { fixedText, runFixed } from "../../../platform/db/fixed-text.ts";
import { distanceBetween, type Place } from "../../../platform/geo.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import type { VehicleType } from "../fleet/schemas.ts";
import { vehicleTypes } from "../fleet/tables.ts";
import { type Price, priceOf } from "./rules.ts";
import { weatherAt } from "./weather/queries.ts";
import type { Weather } from "./weather/rules.ts";

export interface EstimateRequest extends Place {
  readonly vehicleTypeId: number;
  /** Hundredths of a kilometre. */
  readonly distance: number;
}

export interface Estimate extends Price {
  readonly tariff: VehicleType;
  readonly distance: number;
  readonly weather: Weather;
}

const tariffById = fixedText<{ id: number }, VehicleType[]>((db, value) =>
  db
    .select()
    .from(vehicleTypes)
    .where(eq(vehicleTypes.id, value("id"))),
);

/** The price now; null when the tariff does not exist. */
export async function estimate(ctx: RequestContext, request: EstimateRequest): Promise<Estimate | null> {
  const { vehicleTypeId, distance } = request;
  const [[tariff], weather] = await Promise.all([
    runFixed(ctx.db, tariffById({ id: vehicleTypeId })),
    weatherAt(ctx, request),
  ]);
  if (!tariff) return null;
  const { basePrice, perKmRate } = tariff;
  const { multiplier } = weather;
  return { tariff, distance, weather, ...priceOf({ basePrice, perKmRate, distance, multiplier }) };
}

/** The columns of an order that decide its price; places in degrees. */
export interface PricedRoute {
  readonly vehicleTypeId: number;
  readonly pickupLatitude: number;
  readonly pickupLongitude: number;
  readonly deliveryLatitude: number;
  readonly deliveryLongitude: number;
}

/**
 * The estimate for an order in kopecks; null when the tariff does not exist. It uses the straight-line distance, a lower
 * bound that needs no routing service; an operator sets the final price.
 */
export async function priceForRoute(ctx: RequestContext, route: PricedRoute): Promise<number | null> {
  const from = { latitude: route.pickupLatitude, longitude: route.pickupLongitude };
  const to = { latitude: route.deliveryLatitude, longitude: route.deliveryLongitude };
  const distance = Math.round(distanceBetween(from, to) / 10);
  const estimated = await estimate(ctx, { vehicleTypeId: route.vehicleTypeId, distance, ...to });
  return estimated?.price ?? null;
}
