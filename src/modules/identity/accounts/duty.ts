/** Whether a driver is on duty. Dispatch decides what that means for the driver's trucks. */
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { RequestContext } from "../../../platform/runtime.ts";
import { users } from "../tables.ts";

/** A statement for a batch: puts a driver on or off duty if the condition holds. */
export function setDuty(ctx: RequestContext, driverId: number | SQL, onDuty: boolean, condition?: SQL) {
  return ctx.db
    .update(users)
    .set({ onDuty })
    .where(and(eq(users.id, driverId), eq(users.userType, "DRIVER"), condition));
}

/** SQL condition for other modules' statements: the driver with this id is off duty. */
export function isOffDuty(driverId: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM users WHERE id = ${driverId} AND on_duty = 0)`;
}
