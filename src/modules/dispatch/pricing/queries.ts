/** Estimates a price from a tariff, a distance and the weather at a place. */
import { eq } from "drizzle-orm";
import type { Place } from "../../../platform/geo.ts";
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

/** The price now; null when the tariff does not exist. */
export async function estimate(ctx: RequestContext, request: EstimateRequest): Promise<Estimate | null> {
  const { vehicleTypeId, distance } = request;
  const [[tariff], weather] = await Promise.all([
    ctx.db.select().from(vehicleTypes).where(eq(vehicleTypes.id, vehicleTypeId)),
    weatherAt(ctx, request),
  ]);
  if (!tariff) return null;
  const { basePrice, perKmRate } = tariff;
  const { multiplier } = weather;
  return { tariff, distance, weather, ...priceOf({ basePrice, perKmRate, distance, multiplier }) };
}
