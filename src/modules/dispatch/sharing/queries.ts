/** A shared order as its public link shows it. */
import { and, eq, gt } from "drizzle-orm";
import { sha256 } from "../../../platform/crypto/digest.ts";
import type { Place } from "../../../platform/geo.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { users } from "../../identity/index.ts";
import { towTrucks } from "../fleet/tables.ts";
import { wayLeft } from "../fleet/trucks/frames.ts";
import { isOver, type OrderStatus } from "../orders/rules.ts";
import { orders } from "../orders/tables.ts";
import { orderShares } from "./tables.ts";

/** No address, plate or phone. The truck only while it has the job; no places once the order is over. */
export interface SharedOrder {
  readonly orderId: string;
  readonly status: OrderStatus;
  readonly pickup: Place | null;
  readonly delivery: Place | null;
  readonly truck: (Place & { readonly id: number; readonly at: number }) | null;
  /** Seconds to the truck's next stop; null when unknown and when the last position is old. */
  readonly eta: number | null;
  readonly firstName: string | null;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** Null when the token is unknown or has expired. */
export async function findShared(ctx: RequestContext, token: string): Promise<SharedOrder | null> {
  const [row] = await ctx.db
    .select({ share: orderShares, order: orders, truck: towTrucks, firstName: users.firstName })
    .from(orderShares)
    .innerJoin(orders, eq(orders.id, orderShares.orderId))
    .innerJoin(users, eq(users.id, orders.clientId))
    .leftJoin(towTrucks, eq(towTrucks.id, orders.towTruckId))
    .where(and(eq(orderShares.tokenHash, await sha256(token)), gt(orderShares.expiresAt, ctx.now())));
  if (!row) return null;
  const { share, order } = row;
  const pickup = { latitude: order.pickupLatitude, longitude: order.pickupLongitude };
  const delivery = { latitude: order.deliveryLatitude, longitude: order.deliveryLongitude };
  const goal = order.status === "ASSIGNED" ? pickup : order.status === "IN_PROGRESS" ? delivery : null;
  const truck = goal && row.truck ? placeOf(row.truck) : null;
  return {
    orderId: order.id,
    status: order.status,
    pickup: isOver(order.status) ? null : pickup,
    delivery: isOver(order.status) ? null : delivery,
    truck,
    eta: (goal && truck && wayLeft(truck, goal, ctx.now()).eta_seconds) ?? null,
    firstName: share.showsName ? row.firstName || null : null,
    expiresAt: share.expiresAt,
  };
}

function placeOf({ id, latitude, longitude, locatedAt }: typeof towTrucks.$inferSelect) {
  if (latitude === null || longitude === null || locatedAt === null) return null;
  return { id, latitude, longitude, at: locatedAt };
}
