/** Public links to one order's map. A link is a random token with an end; only its hash is stored. */
import { eq, lte, sql } from "drizzle-orm";
import { randomToken, sha256 } from "../../../platform/crypto/digest.ts";
import { belowQuota, insertWhere, isFull, quotaRefusal } from "../../../platform/db/quota.ts";
import { invalid } from "../../../platform/http/errors.ts";
import { NOBODY } from "../../../platform/realtime/socket/attachment.ts";
import { CLOSE } from "../../../platform/realtime/socket/frames.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { texts } from "../orders/messages.ts";
import { isOver, type OrderStatus } from "../orders/rules.ts";
import { orderRoom } from "../room-names.ts";
import { orderShares } from "./tables.ts";

export interface Share {
  readonly url: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** The links of an order that have not ended. */
const openLinks = (ctx: RequestContext, orderId: string) =>
  sql`SELECT 1 FROM order_shares WHERE order_id = ${orderId} AND expires_at > ${ctx.now()}`;

/**
 * Creates a link; refused when the order is over.
 * @param seconds lifetime of the link
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
  const isOpen = sql`EXISTS (SELECT 1 FROM orders WHERE id = ${orderId} AND status NOT IN ('COMPLETED', 'CANCELLED'))`;
  const allowed = sql`${isOpen} AND ${belowQuota(ctx, "orderLinks", openLinks(ctx, orderId))}`;
  const made = await insertWhere(ctx.db, orderShares, row, allowed).returning({ id: orderShares.id });
  if (made.length > 0) return { url: `${ctx.origin}/track/${token}`, expiresAt };
  if (await isFull(ctx, "orderLinks", openLinks(ctx, orderId))) throw quotaRefusal(ctx, "orderLinks");
  throw invalid({ non_field_errors: texts.over });
}

/** Closes the public sockets of an order that is over and has no link left. Returns when to check again, epoch ms. */
export async function closeEndedLinks(ctx: RequestContext, orderId: string): Promise<number | null> {
  const [order] = await ctx.db.all<{ status: OrderStatus; last: number | null }>(sql`
    SELECT status, (SELECT max(expires_at) FROM order_shares WHERE order_id = orders.id) AS last
    FROM orders WHERE id = ${orderId}`);
  if (!order || !isOver(order.status)) return null;
  if (order.last !== null && order.last > ctx.now()) return order.last;
  await closePublicSockets(ctx, orderId);
  return null;
}

async function closePublicSockets(ctx: RequestContext, orderId: string): Promise<void> {
  const revocation = { userId: NOBODY, rightsBefore: ctx.now() };
  await ctx.runtime.room(orderRoom(orderId))?.revoke(revocation, CLOSE.forbidden, "the link has ended");
}

/** Ends all links to an order and closes their sockets. */
export async function endShares(ctx: RequestContext, orderId: string): Promise<void> {
  await ctx.db.delete(orderShares).where(eq(orderShares.orderId, orderId));
  await closePublicSockets(ctx, orderId);
}

/** Deletes expired links. */
export async function purgeShares(ctx: RequestContext): Promise<void> {
  await ctx.db.delete(orderShares).where(lte(orderShares.expiresAt, ctx.now()));
}
