/** Public links to one order's map: a random token, kept as its hash, that ends by itself. */
import { and, eq, gt, lte } from "drizzle-orm";
import { randomToken, sha256 } from "../../platform/crypto/digest.ts";
import type { Place } from "../../platform/geo.ts";
import { CLOSE } from "../../platform/realtime/frames.ts";
import { NOBODY } from "../../platform/realtime/sockets.ts";
import type { Scope } from "../../platform/runtime.ts";
import { users } from "../identity/index.ts";
import { wayLeft } from "./live.ts";
import type { OrderStatus } from "./machine.ts";
import { orderShares, orders, towTrucks } from "./tables.ts";

export interface Share {
  readonly url: string;
  readonly expiresAt: number;
}

/** @param seconds how long the link lives */
export async function shareOrder(
  scope: Scope,
  orderId: string,
  seconds: number,
  showsName: boolean,
): Promise<Share> {
  const token = randomToken();
  const now = scope.now();
  const expiresAt = now + seconds * 1000;
  await scope.db
    .insert(orderShares)
    .values({ orderId, tokenHash: await sha256(token), showsName, expiresAt, createdAt: now });
  return { url: `${scope.origin}/track/${token}`, expiresAt };
}

/** Ends every link to an order; who looks at one just now is sent away. */
export async function endShares(scope: Scope, orderId: string): Promise<void> {
  await scope.db.delete(orderShares).where(eq(orderShares.orderId, orderId));
  const revocation = { userId: NOBODY, rightsBefore: scope.now() };
  await scope.runtime.room(`order:${orderId}`)?.revoke(revocation, CLOSE.forbidden, "the link has ended");
}

export async function purgeShares(scope: Scope): Promise<void> {
  await scope.db.delete(orderShares).where(lte(orderShares.expiresAt, scope.now()));
}

/** What whoever has the link may see: no address, no plate, no phone, and the truck only while it is on its way. */
export interface SharedOrder {
  readonly orderId: string;
  readonly status: OrderStatus;
  readonly pickup: Place;
  readonly delivery: Place;
  readonly truck: (Place & { readonly id: number; readonly at: number }) | null;
  /** Seconds to where the truck goes next; null while nobody knows. */
  readonly eta: number | null;
  readonly firstName: string | null;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** Null for a token that is none, or no longer. */
export async function findShared(scope: Scope, token: string): Promise<SharedOrder | null> {
  const [row] = await scope.db
    .select({ share: orderShares, order: orders, truck: towTrucks, firstName: users.firstName })
    .from(orderShares)
    .innerJoin(orders, eq(orders.id, orderShares.orderId))
    .innerJoin(users, eq(users.id, orders.clientId))
    .leftJoin(towTrucks, eq(towTrucks.id, orders.towTruckId))
    .where(and(eq(orderShares.tokenHash, await sha256(token)), gt(orderShares.expiresAt, scope.now())));
  if (!row) return null;
  const { share, order } = row;
  const pickup = { latitude: order.pickupLatitude, longitude: order.pickupLongitude };
  const delivery = { latitude: order.deliveryLatitude, longitude: order.deliveryLongitude };
  const goal = order.status === "ASSIGNED" ? pickup : order.status === "IN_PROGRESS" ? delivery : null;
  const truck = goal && row.truck ? placeOf(row.truck) : null;
  return {
    orderId: order.id,
    status: order.status,
    pickup,
    delivery,
    truck,
    eta: (goal && truck && wayLeft(truck, goal, scope.now()).eta_seconds) ?? null,
    firstName: share.showsName ? row.firstName || null : null,
    expiresAt: share.expiresAt,
  };
}

function placeOf({ id, latitude, longitude, locatedAt }: typeof towTrucks.$inferSelect) {
  if (latitude === null || longitude === null || locatedAt === null) return null;
  return { id, latitude, longitude, at: locatedAt };
}
