/** `/api/v1/dashboard/stats/`: one statement per role. */

import { type SQL, sql } from "drizzle-orm";
import { countedRows } from "../../../platform/db/counted-rows.ts";
import { type Caller, isOperator } from "../../../platform/http/caller.ts";
import { respond, route } from "../../../platform/http/route.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { z } from "../../../platform/zod.ts";
import { unreadNotices } from "../../notifications/index.ts";

const count = z.number().int();

const ClientStats = z
  .object({
    total_orders: count,
    active_orders: count,
    completed_orders: count,
    unread_notifications: count,
  })
  .openapi("ClientStats");

const DriverStats = z
  .object({
    total_orders: count,
    active_orders: count,
    completed_orders: count,
    avg_rating: z.number(),
    unread_notifications: count,
  })
  .openapi("DriverStats");

const OperatorStats = z
  .object({
    total_orders: count,
    pending_orders: count,
    active_orders: count,
    available_trucks: count,
    unread_notifications: count,
  })
  .openapi("OperatorStats");

const among = (...states: string[]) =>
  sql`count(*) FILTER (WHERE status IN (SELECT value FROM json_each(${JSON.stringify(states)})))`;

function forClient(caller: Caller): SQL {
  return sql`SELECT count(*) AS total_orders,
    ${among("PENDING", "CONFIRMED", "ASSIGNED", "IN_PROGRESS")} AS active_orders,
    ${among("COMPLETED")} AS completed_orders, ${unreadNotices(caller.userId)} AS unread_notifications
    FROM orders WHERE client_id = ${caller.userId}`;
}

function forDriver(caller: Caller): SQL {
  return sql`SELECT count(*) AS total_orders, ${among("ASSIGNED", "IN_PROGRESS")} AS active_orders,
    ${among("COMPLETED")} AS completed_orders,
    (SELECT coalesce(avg(driver_rating), 0.0) FROM ratings WHERE driver_id = ${caller.userId}) AS avg_rating,
    ${unreadNotices(caller.userId)} AS unread_notifications
    FROM orders WHERE tow_truck_id IN (SELECT id FROM tow_trucks WHERE driver_id = ${caller.userId})`;
}

function forOperator(caller: Caller): SQL {
  return sql`SELECT ${countedRows("orders")} AS total_orders, ${among("PENDING")} AS pending_orders,
    ${among("CONFIRMED", "ASSIGNED", "IN_PROGRESS")} AS active_orders,
    (SELECT count(*) FROM tow_trucks WHERE status = 'AVAILABLE') AS available_trucks,
    ${unreadNotices(caller.userId)} AS unread_notifications
    FROM orders WHERE status IN ('PENDING', 'CONFIRMED', 'ASSIGNED', 'IN_PROGRESS')`;
}

const Stats = z.union([ClientStats, DriverStats, OperatorStats]);

async function statsFor(ctx: RequestContext, caller: Caller): Promise<z.input<typeof Stats>> {
  const role = isOperator(caller) ? forOperator : caller.userType === "DRIVER" ? forDriver : forClient;
  const [figures] = await ctx.db.all<z.input<typeof Stats>>(role(caller));
  if (!figures) throw new Error("an aggregate has no row");
  return figures;
}

export const statsRoute = route({
  method: "get",
  path: "/api/v1/dashboard/stats",
  tag: "Orders",
  summary: "Read the dashboard's figures",
  description: "Clients count their orders, drivers the jobs of their trucks, operators everything.",
  access: "signedIn",
  responses: { 200: Stats },
  handle: async ({ ctx, caller }) => respond(200, await statsFor(ctx, caller)),
});
