/** Changes of trucks, by operators. A truck on a job keeps its driver and its status until the job ends. */
import { and, eq, not, or, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { auditEntry } from "../../../../platform/db/audit.ts";
import { isUniqueViolation } from "../../../../platform/db/client.ts";
import { commit } from "../../../../platform/db/outbox.ts";
import type { Caller } from "../../../../platform/http/caller.ts";
import { log } from "../../../../platform/log.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { users } from "../../../identity/index.ts";
import type { Truck } from "../schemas.ts";
import { towTrucks, towTruckTypes, vehicleTypes } from "../tables.ts";
import { findTruck } from "./queries.ts";
import { publishState, truckUpdate, truckUpdated } from "./room-updates.ts";
import { ON_JOB, operatorDecision, setIdle, type TruckStatus } from "./status.ts";

export interface TruckInput {
  readonly licensePlate: string;
  readonly model: string;
  /** Tonnes. */
  readonly capacity: number;
  readonly status: TruckStatus;
  readonly driverId: number | null;
  readonly typeIds: readonly number[];
}

/** `busy`: the truck is on a job, and the change would take it away from there. */
export type TruckFault =
  | "missing"
  | "busy"
  | "taken"
  | { readonly noType: number }
  | { readonly noDriver: number }
  | { readonly notDriver: number };

const typesOf = (ctx: RequestContext, truck: SQL | number, typeIds: readonly number[]): BatchItem<"sqlite"> =>
  ctx.db.run(sql`INSERT INTO tow_truck_types (truck_id, vehicle_type_id)
    SELECT DISTINCT ${truck}, value FROM json_each(${JSON.stringify(typeIds)})`);

/** The truck that the same transaction inserts. */
const NEWEST = sql`(SELECT seq FROM sqlite_sequence WHERE name = 'tow_trucks')`;

/** Without a `status` it is OFFLINE until its driver's first position. */
export async function addTruck(
  ctx: RequestContext,
  caller: Caller,
  input: Omit<TruckInput, "status"> & Partial<TruckInput>,
): Promise<Truck | TruckFault> {
  const fault = await faultOf(ctx, input);
  if (fault) return fault;
  const now = ctx.now();
  const { typeIds, ...row } = input;
  const decision = operatorDecision(ctx, NEWEST, input, true);
  const insert = ctx.db
    .insert(towTrucks)
    .values({ ...row, ...decision.columns, createdAt: now, updatedAt: now })
    .returning({ id: towTrucks.id });
  const entry = {
    action: "tow_truck.create",
    subject: sql<string>`'tow_truck:' || ${NEWEST}`,
    before: null,
    after: input,
  };
  const rest = [typesOf(ctx, NEWEST, typeIds), ...decision.statements, auditEntry(ctx, caller, entry)];
  return written(ctx, commit(ctx, insert, [], rest));
}

/** A truck on a job keeps its driver and its status; everything else may change. */
export async function changeTruck(
  ctx: RequestContext,
  caller: Caller,
  id: number,
  change: Partial<TruckInput>,
): Promise<Truck | TruckFault> {
  const [before, fault] = await Promise.all([findTruck(ctx, id), faultOf(ctx, change)]);
  if (!before) return "missing";
  if (fault) return fault;
  const { typeIds, ...columns } = change;
  const { driverId } = change;
  const isSame = and(
    change.status === undefined ? undefined : eq(towTrucks.status, change.status),
    driverId === undefined ? undefined : sql`${towTrucks.driverId} IS ${driverId}`,
  );
  const decision = operatorDecision(ctx, id, change, false);
  const update = ctx.db
    .update(towTrucks)
    .set({ ...columns, ...decision.columns, updatedAt: ctx.now() })
    .where(and(eq(towTrucks.id, id), isSame && or(isSame, not(ON_JOB))))
    .returning({ id: towTrucks.id });
  const types = typeIds && [
    ctx.db.delete(towTruckTypes).where(eq(towTruckTypes.truckId, id)),
    typesOf(ctx, id, typeIds),
  ];
  const entry = {
    action: "tow_truck.change",
    subject: `tow_truck:${id}`,
    before: inputOf(before),
    after: change,
  };
  const roomUpdate = truckUpdate(ctx, before, driverId);
  const rest = [...(types ?? []), ...decision.statements, auditEntry(ctx, caller, entry)];
  return written(ctx, commit(ctx, update, [truckUpdated.now(roomUpdate)], rest));
}

export async function removeTruck(
  ctx: RequestContext,
  caller: Caller,
  id: number,
): Promise<"removed" | TruckFault> {
  const before = await findTruck(ctx, id);
  if (!before) return "missing";
  const remove = ctx.db.delete(towTrucks).where(and(eq(towTrucks.id, id), not(ON_JOB)));
  const entry = {
    action: "tow_truck.delete",
    subject: `tow_truck:${id}`,
    before: inputOf(before),
    after: null,
  };
  const roomUpdate = truckUpdate(ctx, before, null);
  const removed = await commit(ctx, remove, [truckUpdated.now(roomUpdate)], [auditEntry(ctx, caller, entry)]);
  return removed ? "removed" : "busy";
}

function inputOf(truck: Truck): TruckInput {
  const { licensePlate, model, capacity, status, driverId, types } = truck;
  return { licensePlate, model, capacity, status, driverId, typeIds: types.map(({ id }) => id) };
}

async function written(
  ctx: RequestContext,
  change: Promise<readonly { id: number }[] | null>,
): Promise<Truck | TruckFault> {
  try {
    const [row] = (await change) ?? [];
    return row ? ((await findTruck(ctx, row.id)) ?? "missing") : "busy";
  } catch (error) {
    if (isUniqueViolation(error, "tow_trucks.license_plate")) return "taken";
    throw error;
  }
}

/** Checks that the driver and the tariffs exist, in one statement. */
async function faultOf(ctx: RequestContext, input: Partial<TruckInput>): Promise<TruckFault | null> {
  const { driverId, typeIds = [] } = input;
  if (driverId == null && typeIds.length === 0) return null;
  const [known] = await ctx.db.all<{ driver: string | null; types: string }>(sql`SELECT
    (SELECT user_type FROM ${users} WHERE id = ${driverId ?? null}) AS driver,
    (SELECT json_group_array(id) FROM ${vehicleTypes}
      WHERE id IN (SELECT value FROM json_each(${JSON.stringify(typeIds)}))) AS types`);
  const types = new Set(JSON.parse(known?.types ?? "[]") as number[]);
  const noType = typeIds.find((id) => !types.has(id));
  if (noType !== undefined) return { noType };
  if (driverId == null || known?.driver === "DRIVER") return null;
  return known?.driver ? { notDriver: driverId } : { noDriver: driverId };
}

/** Each minute: sets silent trucks OFFLINE until their next position, and tells the operators' room. */
export async function idleTrucks(ctx: RequestContext): Promise<number> {
  const idle = await setIdle(ctx);
  const at = ctx.now();
  const results = await Promise.allSettled(
    idle.map((truck) => publishState(ctx, truck, `truck:${truck.id}:idle:${at}`)),
  );
  for (const result of results)
    if (result.status === "rejected") log("warn", "trucks.idle", {}, result.reason);
  return idle.length;
}
