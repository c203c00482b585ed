/** The orders in an account's export. */
import type { RequestContext } from "../../../platform/runtime.ts";
import { ordersOf } from "./queries.ts";
import { toOrderWire } from "./schemas.ts";

export async function exportOrders(ctx: RequestContext, userId: number): Promise<object> {
  const self = { userId, userType: "CLIENT", isStaff: false, sessionId: "export", expiresAt: 0 } as const;
  const placed = await ordersOf(ctx, userId);
  return { orders: placed.map((order) => toOrderWire(ctx, order, self)) };
}
