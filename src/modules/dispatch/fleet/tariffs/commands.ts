/** Changes of tariffs, by operators. */
import { and, eq, sql } from "drizzle-orm";
import { auditEntry } from "../../../../platform/db/audit.ts";
import { isUniqueViolation } from "../../../../platform/db/client.ts";
import { commit } from "../../../../platform/db/outbox.ts";
import type { Caller } from "../../../../platform/http/caller.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import type { VehicleType } from "../schemas.ts";
import { vehicleTypes } from "../tables.ts";
import { findTariff } from "./queries.ts";

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

/** The audit subject of the tariff that the same transaction inserts. */
const NEW_TARIFF = sql<string>`(SELECT 'vehicle_type:' || seq FROM sqlite_sequence WHERE name = 'vehicle_types')`;

/** `taken`: another tariff has this name. */
export async function addTariff(
  ctx: RequestContext,
  caller: Caller,
  input: TariffInput,
): Promise<VehicleType | "taken"> {
  const now = ctx.now();
  const insert = ctx.db
    .insert(vehicleTypes)
    .values({ ...input, createdAt: now, updatedAt: now })
    .returning();
  const entry = { action: "vehicle_type.create", subject: NEW_TARIFF, before: null, after: input };
  const rows = await unlessTaken(commit(ctx, insert, [], [auditEntry(ctx, caller, entry)]));
  return rows === "taken" ? rows : firstOf(rows);
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
  return rows ? firstOf(rows) : "missing";
}

/** Deletes a tariff that no order uses: the terms of an order must stay readable. */
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

function firstOf(rows: readonly VehicleType[] | null): VehicleType {
  const [row] = rows ?? [];
  if (!row) throw new Error("a tariff was written and has no row");
  return row;
}
