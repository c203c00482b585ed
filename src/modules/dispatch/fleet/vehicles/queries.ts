/** Reads clients' vehicles with their owners. */
import { and, asc, eq, type SQL } from "drizzle-orm";
import { countRowsOf } from "../../../../platform/db/counted-rows.ts";
import { contains } from "../../../../platform/db/folding.ts";
import { type Caller, isOperator } from "../../../../platform/http/caller.ts";
import type { Listed, Window } from "../../../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { findPeople } from "../../../identity/index.ts";
import type { Vehicle } from "../schemas.ts";
import { clientVehicles } from "../tables.ts";

export type VehicleRow = typeof clientVehicles.$inferSelect;

/** Condition: the caller's own vehicles; all of them for operators. */
const visible = (caller: Caller): SQL | undefined =>
  isOperator(caller) ? undefined : eq(clientVehicles.ownerId, caller.userId);

/** By make, model and plate. */
export async function listVehicles(
  ctx: RequestContext,
  caller: Caller,
  search: string | undefined,
  window: Window,
): Promise<Listed<Vehicle>> {
  const { make, model, licensePlate, nickname } = clientVehicles;
  const where = and(visible(caller), contains([make, model, licensePlate, nickname], search));
  const [count, rows] = await Promise.all([
    where ? ctx.db.$count(clientVehicles, where) : countRowsOf(ctx.db, "client_vehicles"),
    ctx.db
      .select()
      .from(clientVehicles)
      .where(where)
      .orderBy(asc(make), asc(model), asc(licensePlate))
      .limit(window.limit)
      .offset(window.offset),
  ]);
  return { count, rows: await withOwners(ctx, rows) };
}

export async function findVehicle(ctx: RequestContext, caller: Caller, id: string): Promise<Vehicle | null> {
  const rows = await ctx.db
    .select()
    .from(clientVehicles)
    .where(and(eq(clientVehicles.id, id), visible(caller)));
  return (await withOwners(ctx, rows))[0] ?? null;
}

/** Adds the owners to vehicles, in one statement for any number. */
export async function withOwners(ctx: RequestContext, rows: readonly VehicleRow[]): Promise<Vehicle[]> {
  const owners = await findPeople(
    ctx,
    rows.map(({ ownerId }) => ownerId),
  );
  return rows.flatMap((row) => {
    const owner = owners.get(row.ownerId);
    return owner ? [{ ...row, owner }] : [];
  });
}

/** A person's vehicles, for the account's export. */
export async function vehiclesOf(ctx: RequestContext, userId: number): Promise<VehicleRow[]> {
  return ctx.db
    .select()
    .from(clientVehicles)
    .where(eq(clientVehicles.ownerId, userId))
    .orderBy(asc(clientVehicles.createdAt), asc(clientVehicles.id));
}
