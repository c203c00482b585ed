/** Whether a driver is on duty. What it does to their trucks is dispatch's to say. */
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { RequestContext } from "../../../platform/runtime.ts";
import { users } from "../tables.ts";

/** For a batch: puts a driver on duty or takes them off it, if the condition holds. */
export function setDuty(ctx: RequestContext, driverId: number | SQL, onDuty: boolean, condition?: SQL) {
  return ctx.db
    .update(users)
    .set({ onDuty })
    .where(and(eq(users.id, driverId), eq(users.userType, "DRIVER"), condition));
}

/** The driver whose id this is was told off duty: for another module's statement. */
export function isOffDuty(driverId: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM users WHERE id = ${driverId} AND on_duty = 0)`;
}
