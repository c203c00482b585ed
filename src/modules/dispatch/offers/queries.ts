/** Reads offers. */
import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { Caller } from "../../../platform/http/caller.ts";
import { notFound, refuse } from "../../../platform/http/errors.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { towTrucks } from "../fleet/tables.ts";
import { texts } from "../orders/messages.ts";
import { orders } from "../orders/tables.ts";
import { orderOffers } from "./tables.ts";

export type Offer = typeof orderOffers.$inferSelect;

/** The open offer of an order, as a list of one or none. */
export const openOffers = (ctx: RequestContext, orderId: string) =>
  ctx.db
    .select()
    .from(orderOffers)
    .where(and(eq(orderOffers.orderId, orderId), eq(orderOffers.status, "OPEN")))
    .orderBy(asc(orderOffers.id))
    .limit(1);

/** The open offer of an order to this driver; 404 when there was none, 409 when it has ended. */
export async function requireOffer(ctx: RequestContext, caller: Caller, orderId: string): Promise<Offer> {
  const [row] = await ctx.db
    .select({ offer: orderOffers })
    .from(orderOffers)
    .innerJoin(towTrucks, eq(towTrucks.id, orderOffers.truckId))
    .where(and(eq(orderOffers.orderId, orderId), eq(towTrucks.driverId, caller.userId)))
    .orderBy(sql`${orderOffers.id} DESC`)
    .limit(1);
  if (!row) throw notFound();
  if (row.offer.status !== "OPEN" || row.offer.expiresAt <= ctx.now()) throw refuse(409, texts.noOffer);
  return row.offer;
}

/** The open offers to a driver, with their orders. */
export async function openOffersTo(ctx: RequestContext, caller: Pick<Caller, "userId">) {
  return ctx.db
    .select({ offer: orderOffers, order: orders })
    .from(orderOffers)
    .innerJoin(towTrucks, eq(towTrucks.id, orderOffers.truckId))
    .innerJoin(orders, eq(orders.id, orderOffers.orderId))
    .where(
      and(
        eq(towTrucks.driverId, caller.userId),
        eq(orderOffers.status, "OPEN"),
        gt(orderOffers.expiresAt, ctx.now()),
      ),
    )
    .orderBy(asc(orderOffers.expiresAt));
}

/** Whether the order that a notification is about is offered to its reader still. */
export async function isOffered(
  ctx: RequestContext,
  { userId, about }: { readonly userId: number; readonly about: string | null },
): Promise<boolean> {
  const open = await openOffersTo(ctx, { userId });
  return open.some(({ order }) => order.status === "CONFIRMED" && about === `order:${order.id}`);
}
