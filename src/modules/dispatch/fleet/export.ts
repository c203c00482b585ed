/** The fleet's part of an account's export: the person's vehicles and the trucks that they drive. */
import { eq } from "drizzle-orm";
import type { RequestContext } from "../../../platform/runtime.ts";
import { isoTime } from "../../../platform/time.ts";
import { towTrucks } from "./tables.ts";
import { selectTrucks } from "./trucks/queries.ts";
import { vehiclesOf } from "./vehicles/queries.ts";

export async function exportFleet(ctx: RequestContext, userId: number): Promise<object> {
  const [vehicles, trucks] = await Promise.all([
    vehiclesOf(ctx, userId),
    selectTrucks(ctx, { where: eq(towTrucks.driverId, userId) }),
  ]);
  return {
    vehicles: vehicles.map(({ id, nickname, make, model, year, color, licensePlate, notes, createdAt }) => ({
      id,
      nickname,
      make,
      model,
      year,
      color,
      license_plate: licensePlate,
      notes,
      created_at: isoTime(createdAt),
    })),
    tow_trucks: trucks.map(({ id, licensePlate, model, status }) => ({
      id,
      license_plate: licensePlate,
      model,
      status,
    })),
  };
}
