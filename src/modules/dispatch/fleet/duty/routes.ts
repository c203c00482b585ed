/** `/api/v1/driver/duty/`. */

import { boolean } from "../../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../../platform/http/route.ts";
import { z } from "../../../../platform/zod.ts";
import { TRUCK_STATES } from "../tables.ts";
import { changeDuty } from "./commands.ts";

const change = route({
  method: "post",
  path: "/api/v1/driver/duty",
  tag: "Trucks",
  summary: "Go on duty or off duty",
  description:
    "Off duty, the driver's trucks are OFFLINE even while they send positions, until the driver is on duty again or an operator sets one AVAILABLE. A truck in MAINTENANCE stays there. 400 during a job.",
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
