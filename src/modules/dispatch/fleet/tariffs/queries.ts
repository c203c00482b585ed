/** Reads tariffs. */
import { and, asc, eq, gte, lte, type SQL } from "drizzle-orm";
import { contains } from "../../../../platform/db/folding.ts";
import type { Listed, Window } from "../../../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import type { VehicleType } from "../schemas.ts";
import { vehicleTypes } from "../tables.ts";

export interface TariffFilter {
  readonly search?: string | undefined;
  /** Tonnes that the tariff must allow. */
  readonly weight?: number | undefined;
  /** Kopecks that the base price may not exceed. */
  readonly maxPrice?: number | undefined;
}

function conditions({ search, weight, maxPrice }: TariffFilter): SQL | undefined {
  return and(
    contains([vehicleTypes.name, vehicleTypes.description], search),
    weight === undefined ? undefined : gte(vehicleTypes.maxWeight, weight),
    maxPrice === undefined ? undefined : lte(vehicleTypes.basePrice, maxPrice),
  );
}

/** All that match, by name. */
export function allTariffs(ctx: RequestContext, filter: TariffFilter): Promise<VehicleType[]> {
  return ctx.db.select().from(vehicleTypes).where(conditions(filter)).orderBy(asc(vehicleTypes.name));
}

/** A page of them, by name. */
export async function listTariffs(
  ctx: RequestContext,
  filter: TariffFilter,
  window: Window,
): Promise<Listed<VehicleType>> {
  const where = conditions(filter);
  const [count, rows] = await Promise.all([
    ctx.db.$count(vehicleTypes, where),
    ctx.db
      .select()
      .from(vehicleTypes)
      .where(where)
      .orderBy(asc(vehicleTypes.name))
      .limit(window.limit)
      .offset(window.offset),
  ]);
  return { count, rows };
}

export async function findTariff(ctx: RequestContext, id: number): Promise<VehicleType | null> {
  const [tariff] = await ctx.db.select().from(vehicleTypes).where(eq(vehicleTypes.id, id));
  return tariff ?? null;
}
