/** Clients' cars: each its owner's, readable and mendable by operators, kept while an order names it. */
import { and, asc, eq, type SQL, sql } from "drizzle-orm";
import { auditEntry } from "../../../../platform/db/audit.ts";
import { isUniqueViolation } from "../../../../platform/db/client.ts";
import { contains } from "../../../../platform/db/folding.ts";
import { commit } from "../../../../platform/db/outbox.ts";
import { belowQuota, insertWhere, quotaRefusal } from "../../../../platform/db/quota.ts";
import { type Caller, isOperator } from "../../../../platform/http/caller.ts";
import type { Listed, Window } from "../../../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { findPeople } from "../../../identity/index.ts";
import type { Vehicle } from "../schemas.ts";
import { clientVehicles } from "../tables.ts";

type Row = typeof clientVehicles.$inferSelect;

export type VehicleInput = Omit<Row, "id" | "ownerId" | "createdAt" | "updatedAt">;

/** What this caller may know of: their own, and everybody's for operators. */
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
    ctx.db.$count(clientVehicles, where),
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

/** Cars with their owners; one statement for any number. */
async function withOwners(ctx: RequestContext, rows: readonly Row[]): Promise<Vehicle[]> {
  const owners = await findPeople(
    ctx,
    rows.map(({ ownerId }) => ownerId),
  );
  return rows.flatMap((row) => {
    const owner = owners.get(row.ownerId);
    return owner ? [{ ...row, owner }] : [];
  });
}

/** `taken`: another car, whosever, has this plate. */
export async function addVehicle(
  ctx: RequestContext,
  caller: Caller,
  facts: VehicleInput,
): Promise<Vehicle | "taken"> {
  const now = ctx.now();
  const row = { ...facts, id: crypto.randomUUID(), ownerId: caller.userId, createdAt: now, updatedAt: now };
  const own = sql`SELECT 1 FROM client_vehicles WHERE owner_id = ${caller.userId}`;
  const mayBe = belowQuota(ctx, "vehicles", own);
  const rows = await unlessTaken(insertWhere(ctx.db, clientVehicles, row, mayBe).returning());
  if (rows === "taken") return rows;
  if (rows.length === 0) throw quotaRefusal(ctx, "vehicles");
  return theOne(await withOwners(ctx, rows));
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

/** The row that an operator leaves behind in somebody else's things. */
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

function theOne([vehicle]: readonly Vehicle[]): Vehicle {
  if (!vehicle) throw new Error("the new car has no row");
  return vehicle;
}

/** A person's cars, for the account's export. */
export async function vehiclesOf(ctx: RequestContext, userId: number): Promise<Row[]> {
  return ctx.db
    .select()
    .from(clientVehicles)
    .where(eq(clientVehicles.ownerId, userId))
    .orderBy(asc(clientVehicles.createdAt), asc(clientVehicles.id));
}
