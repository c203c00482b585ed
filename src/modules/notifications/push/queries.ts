/** A person's devices that take pushes. */
import { desc, eq, type SQL, sql } from "drizzle-orm";
import type { RequestContext } from "../../../platform/runtime.ts";
import { type PushSubscription, toSubscriptionWire } from "./schemas.ts";
import { pushSubscriptions } from "./tables.ts";

/** SQL condition: the person has a device that takes pushes. `user` selects the id. */
export const takesPushes = (user: SQL | number): SQL<number> =>
  sql`EXISTS (SELECT 1 FROM push_subscriptions WHERE user_id = ${user})`;

/** More than the quota admits. */
const ALL = 1000;

/** The newest first. */
export function listSubscriptions(ctx: RequestContext, userId: number): Promise<PushSubscription[]> {
  return ctx.db
    .select()
    .from(pushSubscriptions)
    .where(eq(pushSubscriptions.userId, userId))
    .orderBy(desc(pushSubscriptions.createdAt), pushSubscriptions.id)
    .limit(ALL);
}

/** For the account's export. */
export async function exportSubscriptions(ctx: RequestContext, userId: number): Promise<object[]> {
  const rows = await listSubscriptions(ctx, userId);
  return rows.map((row) => ({ ...toSubscriptionWire(row, null), address: row.address }));
}
