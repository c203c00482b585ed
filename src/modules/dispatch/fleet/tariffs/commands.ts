/** Tariffs: listed for everybody, kept by operators. */
import { and, asc, eq, gte, lte, type SQL, sql } from "drizzle-orm";
import { auditEntry } from "../../../../platform/db/audit.ts";
import { isUniqueViolation } from "../../../../platform/db/client.ts";
import { contains } from "../../../../platform/db/folding.ts";
import { commit } from "../../../../platform/db/outbox.ts";
import type { Caller } from "../../../../platform/http/caller.ts";
import type { Listed, Window } from "../../../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import type { VehicleType } from "../schemas.ts";
import { vehicleTypes } from "../tables.ts";

export interface TariffInput {
  readonly name: string;
  readonly description: string;
  /** Tonnes. */
  readonly maxWeight: number;
  /** Kopecks. */
  readonly basePrice: number;
  /** Kopecks a kilometre. */
  readonly perKmRate: number;
}

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

/** By name. */
export function allTariffs(ctx: RequestContext, filter: TariffFilter): Promise<VehicleType[]> {
  return ctx.db.select().from(vehicleTypes).where(conditions(filter)).orderBy(asc(vehicleTypes.name));
}

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

/** Within the transaction that inserts it: the newest tariff. */
const NEW_TARIFF = sql<string>`(SELECT 'vehicle_type:' || seq FROM sqlite_sequence WHERE name = 'vehicle_types')`;

/** `taken`: another tariff has this name. */
export async function addTariff(
  ctx: RequestContext,
  caller: Caller,
  facts: TariffInput,
): Promise<VehicleType | "taken"> {
  const now = ctx.now();
  const insert = ctx.db
    .insert(vehicleTypes)
    .values({ ...facts, createdAt: now, updatedAt: now })
    .returning();
  const entry = { action: "vehicle_type.create", subject: NEW_TARIFF, before: null, after: facts };
  const rows = await unlessTaken(commit(ctx, insert, [], [auditEntry(ctx, caller, entry)]));
  return rows === "taken" ? rows : theOne(rows);
}

export async function changeTariff(
  ctx: RequestContext,
  caller: Caller,
  id: number,
  change: Partial<TariffInput>,
): Promise<VehicleType | "missing" | "taken"> {
  const before = await findTariff(ctx, id);
  if (!before) return "missing";
  const update = ctx.db
    .update(vehicleTypes)
    .set({ ...change, updatedAt: ctx.now() })
    .where(eq(vehicleTypes.id, id))
    .returning();
  const entry = { action: "vehicle_type.change", subject: `vehicle_type:${id}`, before, after: change };
  const rows = await unlessTaken(commit(ctx, update, [], [auditEntry(ctx, caller, entry)]));
  if (rows === "taken") return rows;
  return rows ? theOne(rows) : "missing";
}

/** A tariff that an order was made under stays: what was agreed must remain readable. */
export async function removeTariff(
  ctx: RequestContext,
  caller: Caller,
  id: number,
): Promise<"removed" | "missing" | "used"> {
  const before = await findTariff(ctx, id);
  if (!before) return "missing";
  const unused = sql`NOT EXISTS (SELECT 1 FROM orders WHERE vehicle_type_id = ${id})`;
  const remove = ctx.db.delete(vehicleTypes).where(and(eq(vehicleTypes.id, id), unused));
  const entry = { action: "vehicle_type.delete", subject: `vehicle_type:${id}`, before, after: null };
  const done = await commit(ctx, remove, [], [auditEntry(ctx, caller, entry)]);
  return done ? "removed" : "used";
}

async function unlessTaken<Result>(change: Promise<Result>): Promise<Result | "taken"> {
  try {
    return await change;
  } catch (error) {
    if (isUniqueViolation(error, "vehicle_types.name")) return "taken";
    throw error;
  }
}

function theOne(rows: readonly VehicleType[] | null): VehicleType {
  const [row] = rows ?? [];
  if (!row) throw new Error("a tariff was written and has no row");
  return row;
}
