/** Deletes notifications. Marking them as read is `reading.ts`. */
import type { RequestContext } from "../../platform/runtime.ts";
import { ownOne } from "./queries.ts";
import { notifications } from "./tables.ts";

/** False when there was none. */
export async function removeNotification(ctx: RequestContext, userId: number, id: number): Promise<boolean> {
  const done = await ctx.db.delete(notifications).where(ownOne(userId, id));
  return done.meta.changes > 0;
}
