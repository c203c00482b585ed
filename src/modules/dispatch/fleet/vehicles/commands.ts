/** Changes of clients' vehicles. Owners and operators may change them; a vehicle that an order names can't be deleted. */
import { and, eq, sql } from "drizzle-orm";
import { auditEntry } from "../../../../platform/db/audit.ts";
import { isUniqueViolation } from "../../../../platform/db/client.ts";
import { commit } from "../../../../platform/db/outbox.ts";
import { belowQuota, insertWhere, quotaRefusal } from "../../../../platform/db/quota.ts";
import type { Caller } from "../../../../platform/http/caller.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import type { Vehicle } from "../schemas.ts";
import { clientVehicles } from "../tables.ts";
import { findVehicle, type VehicleRow, withOwners } from "./queries.ts";

export type VehicleInput = Omit<VehicleRow, "id" | "ownerId" | "createdAt" | "updatedAt">;

/** `taken`: another vehicle has this licence plate. */
export async function addVehicle(
  ctx: RequestContext,
  caller: Pick<Caller, "userId">,
  input: VehicleInput,
): Promise<Vehicle | "taken"> {
  const now = ctx.now();
  const row = { ...input, id: crypto.randomUUID(), ownerId: caller.userId, createdAt: now, updatedAt: now };
  const own = sql`SELECT 1 FROM client_vehicles WHERE owner_id = ${caller.userId}`;
  const allowed = belowQuota(ctx, "vehicles", own);
  const rows = await unlessTaken(insertWhere(ctx.db, clientVehicles, row, allowed).returning());
  if (rows === "taken") return rows;
  if (rows.length === 0) throw quotaRefusal(ctx, "vehicles");
  return firstOf(await withOwners(ctx, rows));
}

export async function changeVehicle(
  ctx: RequestContext,
  caller: Caller,
  id: string,
  change: Partial<VehicleInput>,
): Promise<Vehicle | "missing" | "taken"> {
  const before = await findVehicle(ctx, caller, id);
  if (!before) return "missing";
  const update = ctx.db
    .update(clientVehicles)
    .set({ ...change, updatedAt: ctx.now() })
    .where(eq(clientVehicles.id, id))
    .returning();
  const rows = await unlessTaken(
    commit(ctx, update, [], audit(ctx, caller, "client_vehicle.change", before, change)),
  );
  if (rows === "taken") return rows;
  return rows?.[0] ? { ...rows[0], owner: before.owner } : "missing";
}

export async function removeVehicle(
  ctx: RequestContext,
  caller: Caller,
  id: string,
): Promise<"removed" | "missing" | "used"> {
  const before = await findVehicle(ctx, caller, id);
  if (!before) return "missing";
  const unused = sql`NOT EXISTS (SELECT 1 FROM orders WHERE vehicle_id = ${id})`;
  const remove = ctx.db.delete(clientVehicles).where(and(eq(clientVehicles.id, id), unused));
  const done = await commit(ctx, remove, [], audit(ctx, caller, "client_vehicle.delete", before, null));
  return done ? "removed" : "used";
}

/** The audit row for an operator's change of somebody else's vehicle. */
function audit(
  ctx: RequestContext,
  caller: Caller,
  action: string,
  { owner: _, ...before }: Vehicle,
  after: object | null,
) {
  if (before.ownerId === caller.userId) return [];
  return [auditEntry(ctx, caller, { action, subject: `client_vehicle:${before.id}`, before, after })];
}

async function unlessTaken<Result>(change: PromiseLike<Result>): Promise<Result | "taken"> {
  try {
    return await change;
  } catch (error) {
    if (isUniqueViolation(error, "client_vehicles.license_plate")) return "taken";
    throw error;
  }
}

function firstOf([vehicle]: readonly Vehicle[]): Vehicle {
  if (!vehicle) throw new Error("the new vehicle has no row");
  return vehicle;
}
