/** Tariffs, trucks and clients' vehicles on the wire, as the Tow Truck app reads them. */

import { fromHundredths } from "../../../platform/decimal.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { isoTime } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import { Account, type Person, toUserWire, type Visibility, visibilityOf } from "../../identity/index.ts";
import { type clientVehicles, TRUCK_STATES, type towTrucks, type vehicleTypes } from "./tables.ts";

export type VehicleType = typeof vehicleTypes.$inferSelect;

/** A truck with its tariffs, ordered by name, and its driver. */
export interface Truck extends Readonly<typeof towTrucks.$inferSelect> {
  readonly types: readonly VehicleType[];
  readonly driver: Person | null;
}

export interface Vehicle extends Readonly<typeof clientVehicles.$inferSelect> {
  readonly owner: Person;
}

export const VehicleTypeWire = z
  .object({
    id: z.number().int(),
    created_at: z.string(),
    updated_at: z.string(),
    name: z.string(),
    description: z.string(),
    max_weight: z.number().openapi({ description: "Tonnes." }),
    base_price: z.string(),
    per_km_rate: z.string(),
  })
  .openapi("VehicleType");

export function toVehicleTypeWire(type: VehicleType): z.input<typeof VehicleTypeWire> {
  return {
    id: type.id,
    created_at: isoTime(type.createdAt),
    updated_at: isoTime(type.updatedAt),
    name: type.name,
    description: type.description,
    max_weight: type.maxWeight,
    base_price: fromHundredths(type.basePrice),
    per_km_rate: fromHundredths(type.perKmRate),
  };
}

export const TruckWire = z
  .object({
    id: z.number().int(),
    vehicle_types: z.array(VehicleTypeWire),
    driver: Account.nullable(),
    created_at: z.string(),
    updated_at: z.string(),
    license_plate: z.string(),
    model: z.string(),
    capacity: z.number().openapi({ description: "Tonnes." }),
    status: z.enum(TRUCK_STATES),
    current_location_lat: z.number().nullable(),
    current_location_lon: z.number().nullable(),
    last_location_update: z.string().nullable(),
  })
  .openapi("TowTruck");

/** @param otherwise what a client or driver sees of another driver; `contact` on their own active order */
export function toTruckWire(
  ctx: RequestContext,
  truck: Truck,
  caller: Caller,
  otherwise: Visibility = "name",
): z.input<typeof TruckWire> {
  const { driver } = truck;
  return {
    id: truck.id,
    vehicle_types: truck.types.map(toVehicleTypeWire),
    driver: driver && toUserWire(ctx, driver, visibilityOf(caller, driver.id, otherwise)),
    created_at: isoTime(truck.createdAt),
    updated_at: isoTime(truck.updatedAt),
    license_plate: truck.licensePlate,
    model: truck.model,
    capacity: truck.capacity,
    status: truck.status,
    current_location_lat: truck.latitude,
    current_location_lon: truck.longitude,
    last_location_update: truck.locatedAt === null ? null : isoTime(truck.locatedAt),
  };
}

export const VehicleWire = z
  .object({
    id: z.uuid(),
    owner: Account,
    created_at: z.string(),
    updated_at: z.string(),
    nickname: z.string(),
    make: z.string(),
    model: z.string(),
    year: z.number().int(),
    color: z.string(),
    license_plate: z.string(),
    notes: z.string(),
  })
  .openapi("ClientVehicle");

/** @param otherwise what a client or driver sees of another owner */
export function toVehicleWire(
  ctx: RequestContext,
  vehicle: Vehicle,
  caller: Caller,
  otherwise: Visibility = "name",
): z.input<typeof VehicleWire> {
  const { owner } = vehicle;
  return {
    id: vehicle.id,
    owner: toUserWire(ctx, owner, visibilityOf(caller, owner.id, otherwise)),
    created_at: isoTime(vehicle.createdAt),
    updated_at: isoTime(vehicle.updatedAt),
    nickname: vehicle.nickname,
    make: vehicle.make,
    model: vehicle.model,
    year: vehicle.year,
    color: vehicle.color,
    license_plate: vehicle.licensePlate,
    notes: vehicle.notes,
  };
}
