/** Trucks: who sees which, and what operators do with them. A truck on a job is the job's until it ends. */
import { and, eq, not, or, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { auditEntry } from "../../../../platform/db/audit.ts";
import { isUniqueViolation } from "../../../../platform/db/client.ts";
import { contains } from "../../../../platform/db/folding.ts";
import { commit } from "../../../../platform/db/outbox.ts";
import type { Caller } from "../../../../platform/http/caller.ts";
import type { Listed, Window } from "../../../../platform/http/lists/paging.ts";
import { log } from "../../../../platform/log.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { users } from "../../../identity/index.ts";
import type { Truck } from "../schemas.ts";
import { towTrucks, towTruckTypes, vehicleTypes } from "../tables.ts";
import { findTrucks, selectTrucks } from "./queries.ts";
import { publishState, truckUpdate, truckUpdated } from "./room-updates.ts";
import { ON_JOB, operatorSays, setIdle, type TruckStatus } from "./status.ts";

export interface TruckInput {
  readonly licensePlate: string;
  readonly model: string;
  /** Tonnes. */
  readonly capacity: number;
  readonly status: TruckStatus;
  readonly driverId: number | null;
  readonly typeIds: readonly number[];
}

export interface TruckFilter {
  readonly status?: TruckStatus | undefined;
  readonly typeId?: number | undefined;
  /** Plate, model, the driver's names and phone. */
  readonly search?: string | undefined;
}

/** `busy`: it is on a job, and what was asked would take it away from there. */
export type TruckFault =
  | "missing"
  | "busy"
  | "taken"
  | { readonly noType: number }
  | { readonly noDriver: number }
  | { readonly notDriver: number };

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

/** By licence plate. */
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

const typesOf = (ctx: RequestContext, truck: SQL | number, typeIds: readonly number[]): BatchItem<"sqlite"> =>
  ctx.db.run(sql`INSERT INTO tow_truck_types (truck_id, vehicle_type_id)
    SELECT DISTINCT ${truck}, value FROM json_each(${JSON.stringify(typeIds)})`);

/** Within the transaction that inserts it: the newest truck. */
const NEWEST = sql`(SELECT seq FROM sqlite_sequence WHERE name = 'tow_trucks')`;

/** Without a `status` it is OFFLINE until its driver's first position. */
export async function addTruck(
  ctx: RequestContext,
  caller: Caller,
  facts: Omit<TruckInput, "status"> & Partial<TruckInput>,
): Promise<Truck | TruckFault> {
  const fault = await faultOf(ctx, facts);
  if (fault) return fault;
  const now = ctx.now();
  const { typeIds, ...row } = facts;
  const said = operatorSays(ctx, NEWEST, facts, true);
  const insert = ctx.db
    .insert(towTrucks)
    .values({ ...row, ...said.columns, createdAt: now, updatedAt: now })
    .returning({ id: towTrucks.id });
  const entry = {
    action: "tow_truck.create",
    subject: sql<string>`'tow_truck:' || ${NEWEST}`,
    before: null,
    after: facts,
  };
  const rest = [typesOf(ctx, NEWEST, typeIds), ...said.statements, auditEntry(ctx, caller, entry)];
  return written(ctx, commit(ctx, insert, [], rest));
}

/** A truck on a job keeps its driver and its state; everything else may change. */
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
  const stays = and(
    change.status === undefined ? undefined : eq(towTrucks.status, change.status),
    driverId === undefined ? undefined : sql`${towTrucks.driverId} IS ${driverId}`,
  );
  const said = operatorSays(ctx, id, change, false);
  const update = ctx.db
    .update(towTrucks)
    .set({ ...columns, ...said.columns, updatedAt: ctx.now() })
    .where(and(eq(towTrucks.id, id), stays && or(stays, not(ON_JOB))))
    .returning({ id: towTrucks.id });
  const types = typeIds && [
    ctx.db.delete(towTruckTypes).where(eq(towTruckTypes.truckId, id)),
    typesOf(ctx, id, typeIds),
  ];
  const entry = {
    action: "tow_truck.change",
    subject: `tow_truck:${id}`,
    before: factsOf(before),
    after: change,
  };
  const told = truckUpdate(ctx, before, driverId);
  const rest = [...(types ?? []), ...said.statements, auditEntry(ctx, caller, entry)];
  const truck = await written(ctx, commit(ctx, update, [truckUpdated.row(told)], rest));
  if (typeof truck === "object" && "licensePlate" in truck) await truckUpdated.now(ctx, told);
  return truck;
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
    before: factsOf(before),
    after: null,
  };
  const told = truckUpdate(ctx, before, null);
  if (!(await commit(ctx, remove, [truckUpdated.row(told)], [auditEntry(ctx, caller, entry)]))) return "busy";
  await truckUpdated.now(ctx, told);
  return "removed";
}

function factsOf(truck: Truck): TruckInput {
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

/** What a truck's facts name must be there; one statement. */
async function faultOf(ctx: RequestContext, facts: Partial<TruckInput>): Promise<TruckFault | null> {
  const { driverId, typeIds = [] } = facts;
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

/** Each minute: trucks that fell silent are OFFLINE until they are heard of again; the operators' overview hears of it. */
export async function idleTrucks(ctx: RequestContext): Promise<number> {
  const gone = await setIdle(ctx);
  const at = ctx.now();
  const told = await Promise.allSettled(
    gone.map((truck) => publishState(ctx, truck, `truck:${truck.id}:idle:${at}`)),
  );
  for (const result of told) if (result.status === "rejected") log("warn", "trucks.idle", {}, result.reason);
  return gone.length;
}
