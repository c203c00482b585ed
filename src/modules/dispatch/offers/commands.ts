/** Calling for trucks, drivers' answers, and time that runs out. */
import { and, asc, eq, gt, isNotNull, lte, sql } from "drizzle-orm";
import { implementEffect } from "../../../platform/db/effects.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { invalid, notFound, refuse } from "../../../platform/http/errors.ts";
import { fill } from "../../../platform/http/messages.ts";
import { log } from "../../../platform/log.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { towTrucks } from "../fleet/tables.ts";
import { texts } from "../orders/messages.ts";
import { loadOrder } from "../orders/queries.ts";
import { orderDispatch } from "../orders/room-updates.ts";
import { orders } from "../orders/tables.ts";
import { transitionOrder } from "../orders/transitions.ts";
import { nextOffer, type Offer, offeredFrom, openOffers } from "./rounds.ts";
import { orderOffers } from "./tables.ts";

/** What a call for trucks comes to. `from`: the order is scheduled, and is offered from then on (epoch ms). */
export interface DispatchResult {
  readonly offer: Offer | null;
  readonly from: number | null;
}

/** Calls for trucks anew: everybody near may be asked again. While an offer stands, that one is the answer. */
export async function startDispatch(ctx: RequestContext, orderId: string): Promise<DispatchResult> {
  const [[order], [standing]] = await Promise.all([
    ctx.db
      .select({
        status: orders.status,
        scheduledAt: orders.scheduledAt,
        round: sql<number>`(SELECT coalesce(max(round), 0) FROM order_offers WHERE order_id = orders.id)`,
      })
      .from(orders)
      .where(eq(orders.id, orderId)),
    openOffers(ctx, orderId),
  ]);
  if (!order) throw notFound();
  if (order.status !== "CONFIRMED")
    throw invalid({ status: fill(texts.notConfirmed, { from: order.status }) });
  const offer = standing ?? (await nextOffer(ctx, orderId, order.round + 1, null));
  const from = offeredFrom(ctx, order);
  return { offer, from: offer === null && from > ctx.now() ? from : null };
}

/** Makes a call that waited for the order's time; answers when to look again. Safe to repeat. */
async function startScheduledDispatch(ctx: RequestContext, orderId: string): Promise<number | null> {
  const waits = and(eq(orders.id, orderId), isNotNull(orders.calledAt), eq(orders.status, "CONFIRMED"));
  const [order] = await ctx.db.select({ scheduledAt: orders.scheduledAt }).from(orders).where(waits);
  if (!order) return null;
  const from = offeredFrom(ctx, order);
  if (from > ctx.now()) return from;
  const { offer } = await startDispatch(ctx, orderId);
  await ctx.db.update(orders).set({ calledAt: null }).where(waits);
  return offer?.expiresAt ?? null;
}

/** What a confirmation asks for: the first call, once. */
export const orderDispatched = implementEffect(orderDispatch, dispatchConfirmed);

async function dispatchConfirmed(
  ctx: RequestContext,
  { orderId }: { readonly orderId: string },
): Promise<void> {
  const [order] = await ctx.db
    .select({ status: orders.status })
    .from(orders)
    .where(
      and(eq(orders.id, orderId), sql`NOT EXISTS (SELECT 1 FROM order_offers WHERE order_id = orders.id)`),
    );
  if (order?.status === "CONFIRMED") await nextOffer(ctx, orderId, 1, null);
}

/** The standing offer of this order to a truck of this driver. */
async function offerFor(ctx: RequestContext, caller: Caller, orderId: string): Promise<Offer> {
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

/** A driver takes the order that was offered, or lets it go to the next. Of all who press at once exactly one gets it. */
export async function answerOffer(
  ctx: RequestContext,
  caller: Caller,
  orderId: string,
  accept: boolean,
): Promise<void> {
  const offer = await offerFor(ctx, caller, orderId);
  if (!accept) {
    await nextOffer(ctx, orderId, offer.round, { offer, to: "REFUSED" });
    return;
  }
  const order = await loadOrder(ctx, orderId);
  if (!order) throw notFound();
  const now = ctx.now();
  const request = { status: "ASSIGNED", towTruckId: offer.truckId } as const;
  await transitionOrder(ctx, caller, order, "dispatcher", request, {
    condition: sql`EXISTS (SELECT 1 FROM order_offers
      WHERE id = ${offer.id} AND status = 'OPEN' AND expires_at > ${now})`,
    statements: [
      ctx.db
        .update(orderOffers)
        .set({ status: "ACCEPTED", answeredAt: now })
        .where(eq(orderOffers.id, offer.id)),
    ],
  });
}

/** Passes on what ran out; answers when to look again. Safe to repeat, and to run in two places at once. */
export async function runOffers(ctx: RequestContext, orderId: string): Promise<number | null> {
  const [offer] = await openOffers(ctx, orderId);
  if (!offer) return startScheduledDispatch(ctx, orderId);
  if (offer.expiresAt > ctx.now()) return offer.expiresAt;
  const next = await nextOffer(ctx, orderId, offer.round, { offer, to: "EXPIRED" });
  return next?.expiresAt ?? null;
}

/** Orders whose offer ran out, or whose time has come near, and whose room did not see to it. */
export async function sweepOffers(ctx: RequestContext): Promise<void> {
  const now = ctx.now();
  // Literals, not parameters: so the indexes on open offers and on waiting calls serve.
  const [expired, waiting] = await Promise.all([
    ctx.db
      .selectDistinct({ orderId: orderOffers.orderId })
      .from(orderOffers)
      .where(and(sql`${orderOffers.status} = 'OPEN'`, lte(orderOffers.expiresAt, now)))
      .limit(50),
    ctx.db
      .select({ orderId: orders.id })
      .from(orders)
      .where(
        and(
          sql`${orders.calledAt} IS NOT NULL`,
          sql`coalesce(${orders.scheduledAt}, 0) <= ${now + ctx.runtime.settings.offerLead}`,
          eq(orders.status, "CONFIRMED"),
        ),
      )
      .limit(50),
  ]);
  for (const { orderId } of [...expired, ...waiting]) {
    try {
      await runOffers(ctx, orderId);
    } catch (error) {
      log("warn", "offers.sweep", { order: orderId }, error);
    }
  }
}

/** What a driver is being asked now, with the order it is about. */
export async function standingOffers(ctx: RequestContext, caller: Caller) {
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
