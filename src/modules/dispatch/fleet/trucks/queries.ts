/** Reads trucks with their tariffs and drivers, in two statements for any number. */
import { and, eq, type SQL, sql } from "drizzle-orm";
import { contains } from "../../../../platform/db/folding.ts";
import type { Listed, Window } from "../../../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { findPeople } from "../../../identity/index.ts";
import type { Truck, VehicleType } from "../schemas.ts";
import { towTrucks } from "../tables.ts";
import type { TruckStatus } from "./status.ts";

/** A column for a select from trucks: the tariffs by name, as JSON. */
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

/** By licence plate, or by `orderBy`. */
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

export interface TruckFilter {
  readonly status?: TruckStatus | undefined;
  readonly typeId?: number | undefined;
  /** Plate, model, the driver's names and phone. */
  readonly search?: string | undefined;
}

/** The SQL condition of a filter. */
export function truckConditions({ status, typeId, search }: TruckFilter): SQL | undefined {
  const ofType = sql`${towTrucks.id} IN (SELECT truck_id FROM tow_truck_types WHERE vehicle_type_id = ${typeId})`;
  const people = sql`(SELECT first_name || ' ' || last_name || ' ' || username || ' ' || coalesce(phone, '')
    FROM users WHERE id = ${towTrucks.driverId})`;
  return and(
    status === undefined ? undefined : eq(towTrucks.status, status),
    typeId === undefined ? undefined : ofType,
    contains([towTrucks.licensePlate, towTrucks.model, people], search),
  );
}

/** A page of trucks, by licence plate. */
export async function listTrucks(
  ctx: RequestContext,
  filter: TruckFilter,
  window: Window,
): Promise<Listed<Truck>> {
  const where = truckConditions(filter);
  const [count, rows] = await Promise.all([
    ctx.db.$count(towTrucks, where),
    selectTrucks(ctx, { where, ...window }),
  ]);
  return { count, rows };
}

export async function findTruck(ctx: RequestContext, id: number): Promise<Truck | null> {
  return (await findTrucks(ctx, [id])).get(id) ?? null;
}
