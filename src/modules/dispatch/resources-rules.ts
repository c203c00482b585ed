/** What goes along with a truck that is changed in the console. */
import { eq, not, sql } from "drizzle-orm";
import { invalid, refuse } from "../../platform/http/errors.ts";
import { text } from "../../platform/http/text.ts";
import type { Change, Consequences, Statement, Subject } from "../../platform/resources/resource.ts";
import type { Scope } from "../../platform/runtime.ts";
import { towTruckTypes } from "./tables.ts";
import { truckChanged, truckNotice } from "./truck-notices.ts";
import { ON_JOB, operatorSays, type TruckStatus } from "./truck-status.ts";

const BUSY = text(
  "A truck on a job keeps its driver and its state until the job ends.",
  "Пока эвакуатор на заказе, его водитель и состояние не меняются.",
);
const NO_DRIVER = text("This is no driver.", "Это не водитель.");

/** A truck's tariffs as a list of ids. */
export const typesOfTruck = sql`(SELECT json_group_array(vehicle_type_id ORDER BY vehicle_type_id)
  FROM tow_truck_types WHERE truck_id = tow_trucks.id)`.mapWith(JSON.parse);

export async function truckConsequences(scope: Scope, { before, values }: Change): Promise<Consequences> {
  const id = before ? Number(before.id) : null;
  const moves = id !== null && ("driver" in values || "status" in values);
  const [facts] = await scope.db.all<{ busy: number; driver: string | null }>(sql`SELECT
    EXISTS (SELECT 1 FROM orders WHERE tow_truck_id = ${id} AND status IN ('ASSIGNED', 'IN_PROGRESS')) AS busy,
    (SELECT user_type FROM users WHERE id = ${values.driver ?? null}) AS driver`);
  if (moves && facts?.busy) throw refuse(409, BUSY);
  if (values.driver && facts?.driver !== "DRIVER") throw invalid({ driver: NO_DRIVER });
  const told = before && noticeOf(scope, before, values.driver as number | null | undefined);
  const truck = id ?? NEWEST;
  const said = operatorSays(
    scope,
    truck,
    {
      status: values.status as TruckStatus | undefined,
      driverId: values.driver as number | null | undefined,
    },
    before === null,
  );
  return {
    set: said.columns,
    ...(moves ? { where: not(ON_JOB) } : {}),
    ...(told ? { effects: [truckChanged.row(told)], after: () => truckChanged.now(scope, told) } : {}),
    rest: [
      ...("vehicle_types" in values ? replaceTypes(scope, id, values.vehicle_types) : []),
      ...said.statements,
    ],
  };
}

/** The room of a truck that goes closes. */
export async function truckRemoval(scope: Scope, subject: Subject): Promise<Pick<Consequences, "effects">> {
  return { effects: [truckChanged.row(noticeOf(scope, subject, null))] };
}

function noticeOf(scope: Scope, { id, row }: Subject, driverId: number | null | undefined) {
  return truckNotice(scope, { id: Number(id), driverId: row.driver as number | null }, driverId);
}

/** A truck that is only being made has the highest id within its transaction. */
const NEWEST = sql`(SELECT max(id) FROM tow_trucks)`;

function replaceTypes(scope: Scope, id: number | null, types: unknown): Statement[] {
  const truck = id ?? NEWEST;
  const insert = scope.db.run(sql`INSERT INTO tow_truck_types (truck_id, vehicle_type_id)
    SELECT DISTINCT ${truck}, value FROM json_each(${JSON.stringify(types)})`);
  return id === null
    ? [insert]
    : [scope.db.delete(towTruckTypes).where(eq(towTruckTypes.truckId, id)), insert];
}
