/** Trucks as they are read: whole, in two statements whatever their number. */
import { type SQL, sql } from "drizzle-orm";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { findPeople } from "../../../identity/index.ts";
import type { Truck, VehicleType } from "../schemas.ts";
import { towTrucks } from "../tables.ts";

/** The tariffs of a truck by name, as JSON, for a select from the trucks. */
export const truckTypes = sql<string>`(SELECT json_group_array(json_object('id', t.id, 'name', t.name, 'description', t.description,
    'maxWeight', t.max_weight, 'basePrice', t.base_price, 'perKmRate', t.per_km_rate,
    'createdAt', t.created_at, 'updatedAt', t.updated_at) ORDER BY t.name)
  FROM tow_truck_types AS link JOIN vehicle_types AS t ON t.id = link.vehicle_type_id
  WHERE link.truck_id = ${sql.raw("tow_trucks.id")})`;

export interface Selection {
  readonly where?: SQL | undefined;
  readonly orderBy?: SQL;
  readonly limit?: number;
  readonly offset?: number;
}

/** By licence plate unless another order is asked for. */
export async function selectTrucks(ctx: RequestContext, selection: Selection): Promise<Truck[]> {
  const rows = await ctx.db
    .select({ truck: towTrucks, types: truckTypes })
    .from(towTrucks)
    .where(selection.where)
    .orderBy(selection.orderBy ?? sql`${towTrucks.licensePlate}`, towTrucks.id)
    .limit(selection.limit ?? -1)
    .offset(selection.offset ?? 0);
  const drivers = await findPeople(
    ctx,
    rows.map(({ truck }) => truck.driverId),
  );
  return rows.map(({ truck, types }) => ({
    ...truck,
    types: JSON.parse(types) as VehicleType[],
    driver: drivers.get(truck.driverId ?? 0) ?? null,
  }));
}

/** Trucks by their ids. */
export async function findTrucks(
  ctx: RequestContext,
  ids: readonly (number | null)[],
): Promise<ReadonlyMap<number, Truck>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))];
  if (wanted.length === 0) return new Map();
  const among = sql`${towTrucks.id} IN (SELECT value FROM json_each(${JSON.stringify(wanted)}))`;
  const trucks = await selectTrucks(ctx, { where: among });
  return new Map(trucks.map((truck) => [truck.id, truck]));
}
