/** Estimates: a tariff, a distance and the weather at a place. */
import { eq } from "drizzle-orm";
import type { Place } from "../../platform/geo.ts";
import type { Scope } from "../../platform/runtime.ts";
import { type Price, priceOf } from "./pricing-rules.ts";
import { vehicleTypes } from "./tables.ts";
import { weatherAt } from "./weather.ts";
import type { Weather } from "./weather-rules.ts";
import type { VehicleType } from "./wire-fleet.ts";

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

/** What it would cost now; null when there is no such tariff. */
export async function estimate(scope: Scope, request: EstimateRequest): Promise<Estimate | null> {
  const { vehicleTypeId, distance } = request;
  const [[tariff], weather] = await Promise.all([
    scope.db.select().from(vehicleTypes).where(eq(vehicleTypes.id, vehicleTypeId)),
    weatherAt(scope, request),
  ]);
  if (!tariff) return null;
  const { basePrice, perKmRate } = tariff;
  const { multiplier } = weather;
  return { tariff, distance, weather, ...priceOf({ basePrice, perKmRate, distance, multiplier }) };
}
