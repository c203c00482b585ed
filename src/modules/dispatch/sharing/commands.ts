/** Public links to one order's map: a random token, kept as its hash, that ends by itself. */
import { and, eq, gt, lte, sql } from "drizzle-orm";
import { randomToken, sha256 } from "../../../platform/crypto/digest.ts";
import { belowQuota, insertWhere, isFull, quotaRefusal } from "../../../platform/db/quota.ts";
import type { Place } from "../../../platform/geo.ts";
import { invalid } from "../../../platform/http/errors.ts";
import { CLOSE } from "../../../platform/realtime/socket/frames.ts";
import { NOBODY } from "../../../platform/realtime/socket/sockets.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { users } from "../../identity/index.ts";
import { wayLeft } from "../live/frames.ts";
import { isOver, type OrderStatus } from "../orders/rules.ts";
import { texts } from "../orders/texts.ts";
import { orderShares, orders, towTrucks } from "../tables.ts";

export interface Share {
  readonly url: string;
  readonly expiresAt: number;
}

/** How long the links of an order that is over still say so. Milliseconds. */
export const AFTER_END = 3600_000;

/** The links of an order that have not ended. */
const standing = (ctx: RequestContext, orderId: string) =>
  sql`SELECT 1 FROM order_shares WHERE order_id = ${orderId} AND expires_at > ${ctx.now()}`;

/**
 * Makes a link; an order that is over has none.
 * @param seconds how long the link lives
 */
export async function shareOrder(
  ctx: RequestContext,
  orderId: string,
  seconds: number,
  showsName: boolean,
): Promise<Share> {
  const token = randomToken();
  const now = ctx.now();
  const expiresAt = now + seconds * 1000;
  const row = { orderId, tokenHash: await sha256(token), showsName, expiresAt, createdAt: now };
  const goesOn = sql`EXISTS (SELECT 1 FROM orders WHERE id = ${orderId} AND status NOT IN ('COMPLETED', 'CANCELLED'))`;
  const mayBe = sql`${goesOn} AND ${belowQuota(ctx, "orderLinks", standing(ctx, orderId))}`;
  const made = await insertWhere(ctx.db, orderShares, row, mayBe).returning({ id: orderShares.id });
  if (made.length > 0) return { url: `${ctx.origin}/track/${token}`, expiresAt };
  if (await isFull(ctx, "orderLinks", standing(ctx, orderId))) throw quotaRefusal(ctx, "orderLinks");
  throw invalid({ non_field_errors: texts.over });
}

/** For the batch that ends an order: its links end an hour later. */
export function endSharesSoon(ctx: RequestContext, orderId: string) {
  const latest = ctx.now() + AFTER_END;
  return ctx.db
    .update(orderShares)
    .set({ expiresAt: latest })
    .where(and(eq(orderShares.orderId, orderId), gt(orderShares.expiresAt, latest)));
}

/** Closes the public sockets of an order that is over and has no link left. Answers when to look again, epoch ms. */
export async function closeEndedLinks(ctx: RequestContext, orderId: string): Promise<number | null> {
  const [order] = await ctx.db.all<{ status: OrderStatus; last: number | null }>(sql`
    SELECT status, (SELECT max(expires_at) FROM order_shares WHERE order_id = orders.id) AS last
    FROM orders WHERE id = ${orderId}`);
  if (!order || !isOver(order.status)) return null;
  if (order.last !== null && order.last > ctx.now()) return order.last;
  await sendAway(ctx, orderId);
  return null;
}

async function sendAway(ctx: RequestContext, orderId: string): Promise<void> {
  const revocation = { userId: NOBODY, rightsBefore: ctx.now() };
  await ctx.runtime.room(`order:${orderId}`)?.revoke(revocation, CLOSE.forbidden, "the link has ended");
}

/** Ends every link to an order; who looks at one just now is sent away. */
export async function endShares(ctx: RequestContext, orderId: string): Promise<void> {
  await ctx.db.delete(orderShares).where(eq(orderShares.orderId, orderId));
  await sendAway(ctx, orderId);
}

export async function purgeShares(ctx: RequestContext): Promise<void> {
  await ctx.db.delete(orderShares).where(lte(orderShares.expiresAt, ctx.now()));
}

/** What the link shows: no address, no plate, no phone, the truck only while it has the job, and no place once that is over. */
export interface SharedOrder {
  readonly orderId: string;
  readonly status: OrderStatus;
  readonly pickup: Place | null;
  readonly delivery: Place | null;
  readonly truck: (Place & { readonly id: number; readonly at: number }) | null;
  /** Seconds to where the truck goes next; null while nobody knows, and when the last position is old. */
  readonly eta: number | null;
  readonly firstName: string | null;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** Null for a token that is none, or no longer. */
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
