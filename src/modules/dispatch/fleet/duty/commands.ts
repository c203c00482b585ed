/** A driver goes on duty or off duty, and their trucks with them. */
import { sql } from "drizzle-orm";
import { commit } from "../../../../platform/db/outbox.ts";
import type { Caller } from "../../../../platform/http/caller.ts";
import { invalid } from "../../../../platform/http/errors.ts";
import { text } from "../../../../platform/http/text.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { setDuty } from "../../../identity/index.ts";
import { truckUpdate, truckUpdated } from "../trucks/room-updates.ts";
import { followDuty, hasNoJob, type TruckStatus } from "../trucks/status.ts";

const ON_JOB = text(
  "You are on a job: go off duty when it is done.",
  "Вы выполняете заказ: уйти с линии можно после его завершения.",
);

interface OwnTruck {
  readonly id: number;
  readonly status: TruckStatus;
}

const trucksOf = (ctx: RequestContext, driverId: number) =>
  ctx.db.all<OwnTruck>(sql`SELECT id, status FROM tow_trucks WHERE driver_id = ${driverId} ORDER BY id`);

/** Sets the duty and the status of the driver's trucks in one transaction; returns the trucks. Refused during a job. */
export async function changeDuty(
  ctx: RequestContext,
  { userId }: Caller,
  onDuty: boolean,
): Promise<OwnTruck[]> {
  const updates = (await trucksOf(ctx, userId)).map(({ id }) =>
    truckUpdate(ctx, { id, driverId: null }, undefined),
  );
  const duty = setDuty(ctx, userId, onDuty, onDuty ? undefined : hasNoJob(userId));
  const done = await commit(
    ctx,
    duty,
    updates.map((update) => truckUpdated.now(update)),
    [followDuty(ctx, userId, onDuty)],
  );
  if (!done) throw invalid({ on_duty: ON_JOB });
  return trucksOf(ctx, userId);
}
