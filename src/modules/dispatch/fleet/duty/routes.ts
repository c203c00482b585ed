/** `/api/v1/driver/duty/`: a driver goes on duty and off it, and their trucks with them. */
import { z } from "@hono/zod-openapi";
import { sql } from "drizzle-orm";
import { commit } from "../../../../platform/db/outbox.ts";
import type { Caller } from "../../../../platform/http/caller.ts";
import { invalid } from "../../../../platform/http/errors.ts";
import { boolean } from "../../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../../platform/http/route.ts";
import { text } from "../../../../platform/http/text.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { setDuty } from "../../../identity/index.ts";
import { TRUCK_STATES } from "../tables.ts";
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

/** One transaction. Off duty every truck of theirs is OFFLINE, on duty AVAILABLE; refused during a job. */
async function changeDuty(ctx: RequestContext, { userId }: Caller, onDuty: boolean): Promise<OwnTruck[]> {
  const notices = (await trucksOf(ctx, userId)).map(({ id }) =>
    truckUpdate(ctx, { id, driverId: null }, undefined),
  );
  const said = setDuty(ctx, userId, onDuty, onDuty ? undefined : hasNoJob(userId));
  const done = await commit(ctx, said, notices.map(truckUpdated.row), [followDuty(ctx, userId, onDuty)]);
  if (!done) throw invalid({ on_duty: ON_JOB });
  await Promise.all(notices.map((notice) => truckUpdated.now(ctx, notice)));
  return trucksOf(ctx, userId);
}

const change = route({
  method: "post",
  path: "/api/v1/driver/duty",
  tag: "Trucks",
  summary: "Go on duty or off duty",
  description:
    "Off duty the driver's trucks are OFFLINE, whatever positions come, until the driver is on duty again or an operator sets one AVAILABLE. A truck in MAINTENANCE stays there. 400 during a job.",
  access: "driver",
  body: z.object({ on_duty: boolean() }).openapi("Duty"),
  responses: {
    200: z
      .object({
        on_duty: z.boolean(),
        tow_trucks: z.array(z.object({ id: z.number().int(), status: z.enum(TRUCK_STATES) })),
      })
      .openapi("DutyNow"),
  },
  async handle({ ctx, caller, body }) {
    const trucks = await changeDuty(ctx, caller, body.on_duty);
    return respond(200, { on_duty: body.on_duty, tow_trucks: trucks });
  },
});

export const dutyRoutes: readonly Route[] = [change];
