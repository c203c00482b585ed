/** What follows when the console changes or deletes a truck. */
import { eq, not, sql } from "drizzle-orm";
import { invalid, refuse } from "../../../platform/http/errors.ts";
import { text } from "../../../platform/http/text.ts";
import type { Change, Consequences, Statement, Subject } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { towTruckTypes } from "../fleet/tables.ts";
import { truckUpdate, truckUpdated } from "../fleet/trucks/room-updates.ts";
import { ON_JOB, operatorDecision, type TruckStatus } from "../fleet/trucks/status.ts";

const BUSY = text(
  "A truck on a job keeps its driver and its state until the job ends.",
  "Эвакуатор выполняет заказ: до его завершения состояние и водителя менять нельзя.",
);
const NO_DRIVER = text("This person is not a driver.", "Этот пользователь не водитель.");

/** A column: the ids of a truck's tariffs. */
export const typesOfTruck = sql`(SELECT json_group_array(vehicle_type_id ORDER BY vehicle_type_id)
  FROM tow_truck_types WHERE truck_id = tow_trucks.id)`.mapWith(JSON.parse);

export async function truckConsequences(
  ctx: RequestContext,
  { before, values }: Change,
): Promise<Consequences> {
  const id = before ? Number(before.id) : null;
  const isReassigned = id !== null && ("driver" in values || "status" in values);
  const [facts] = await ctx.db.all<{ busy: number; driver: string | null }>(sql`SELECT
    EXISTS (SELECT 1 FROM orders WHERE tow_truck_id = ${id} AND status IN ('ASSIGNED', 'IN_PROGRESS')) AS busy,
    (SELECT user_type FROM users WHERE id = ${values.driver ?? null}) AS driver`);
  if (isReassigned && facts?.busy) throw refuse(409, BUSY);
  if (values.driver && facts?.driver !== "DRIVER") throw invalid({ driver: NO_DRIVER });
  const update = before && updateOf(ctx, before, values.driver as number | null | undefined);
  const truck = id ?? NEWEST;
  const decision = operatorDecision(
    ctx,
    truck,
    {
      status: values.status as TruckStatus | undefined,
      driverId: values.driver as number | null | undefined,
    },
    before === null,
  );
  return {
    set: decision.columns,
    ...(isReassigned ? { where: not(ON_JOB) } : {}),
    ...(update ? { effects: [truckUpdated.now(update)] } : {}),
    rest: [
      ...("vehicle_types" in values ? replaceTypes(ctx, id, values.vehicle_types) : []),
      ...decision.statements,
    ],
  };
}

/** Closes the room of a deleted truck. */
export async function truckRemoval(
  ctx: RequestContext,
  subject: Subject,
): Promise<Pick<Consequences, "effects">> {
  return { effects: [truckUpdated.row(updateOf(ctx, subject, null))] };
}

function updateOf(ctx: RequestContext, { id, row }: Subject, driverId: number | null | undefined) {
  return truckUpdate(ctx, { id: Number(id), driverId: row.driver as number | null }, driverId);
}

/** The truck that the same transaction inserts: the highest id. */
const NEWEST = sql`(SELECT max(id) FROM tow_trucks)`;

function replaceTypes(ctx: RequestContext, id: number | null, types: unknown): Statement[] {
  const truck = id ?? NEWEST;
  const insert = ctx.db.run(sql`INSERT INTO tow_truck_types (truck_id, vehicle_type_id)
    SELECT DISTINCT ${truck}, value FROM json_each(${JSON.stringify(types)})`);
  return id === null ? [insert] : [ctx.db.delete(towTruckTypes).where(eq(towTruckTypes.truckId, id)), insert];
}
