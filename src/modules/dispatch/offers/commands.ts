/** Starts the search for a truck, takes drivers' answers, and expires offers. */
import { and, eq, isNotNull, lte, sql } from "drizzle-orm";
import { implementEffect } from "../../../platform/db/effects.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { invalid, notFound } from "../../../platform/http/errors.ts";
import { fill } from "../../../platform/http/messages.ts";
import { log } from "../../../platform/log.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { texts } from "../orders/messages.ts";
import { loadOrder } from "../orders/queries.ts";
import { orderDispatch } from "../orders/room-updates.ts";
import { orders } from "../orders/tables.ts";
import { transitionOrder } from "../orders/transitions.ts";
import { type Offer, openOffers, requireOffer } from "./queries.ts";
import { nextOffer, offeredFrom } from "./rounds.ts";
import { orderOffers } from "./tables.ts";

/** The result of starting a search. `from`: the order is scheduled and is offered from that time on (epoch ms). */
export interface DispatchResult {
  readonly offer: Offer | null;
  readonly from: number | null;
}

/** Starts a new round of offers, in which every truck may be asked again. Returns the open offer when there is one. */
export async function startDispatch(ctx: RequestContext, orderId: string): Promise<DispatchResult> {
  const [[order], [open]] = await Promise.all([
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
  const offer = open ?? (await nextOffer(ctx, orderId, order.round + 1, null));
  const from = offeredFrom(ctx, order);
  return { offer, from: offer === null && from > ctx.now() ? from : null };
}

/** Starts a search that was postponed to the order's time; returns when to check again. Safe to repeat. */
async function startScheduledDispatch(ctx: RequestContext, orderId: string): Promise<number | null> {
  const postponed = and(eq(orders.id, orderId), isNotNull(orders.calledAt), eq(orders.status, "CONFIRMED"));
  const [order] = await ctx.db.select({ scheduledAt: orders.scheduledAt }).from(orders).where(postponed);
  if (!order) return null;
  const from = offeredFrom(ctx, order);
  if (from > ctx.now()) return from;
  const { offer } = await startDispatch(ctx, orderId);
  await ctx.db.update(orders).set({ calledAt: null }).where(postponed);
  return offer?.expiresAt ?? null;
}

/** The first search after a confirmation, once. */
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

/** A driver accepts or refuses an offer; after a refusal the next truck is asked. Of concurrent acceptances exactly one succeeds. */
export async function answerOffer(
  ctx: RequestContext,
  caller: Caller,
  orderId: string,
  accept: boolean,
): Promise<void> {
  const offer = await requireOffer(ctx, caller, orderId);
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

/** Expires an offer and asks the next truck; returns when to check again. Safe to repeat and to run concurrently. */
export async function runOffers(ctx: RequestContext, orderId: string): Promise<number | null> {
  const [offer] = await openOffers(ctx, orderId);
  if (!offer) return startScheduledDispatch(ctx, orderId);
  if (offer.expiresAt > ctx.now()) return offer.expiresAt;
  const next = await nextOffer(ctx, orderId, offer.round, { offer, to: "EXPIRED" });
  return next?.expiresAt ?? null;
}

/** Runs the offers of orders whose room missed its alarm: expired offers, and postponed searches that are due. */
export async function sweepOffers(ctx: RequestContext): Promise<void> {
  const now = ctx.now();
  // Literals instead of parameters, so that SQLite can use the partial indexes.
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
