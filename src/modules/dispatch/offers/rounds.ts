/** A round of offers: the closest free truck is asked, then the next, until one accepts or none is left. */
import { and, eq, isNull, sql } from "drizzle-orm";
import { isUniqueViolation, runBatch } from "../../../platform/db/client.ts";
import { commit } from "../../../platform/db/outbox.ts";
import { refuse } from "../../../platform/http/errors.ts";
import { messages } from "../../../platform/http/messages.ts";
import { log } from "../../../platform/log.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { isoTime } from "../../../platform/time.ts";
import { mayOperateSql } from "../../identity/index.ts";
import { noticeEffects, noticeRows } from "../../notifications/index.ts";
import { isFree } from "../orders/assignment.ts";
import type { OrderBodies } from "../orders/entries.ts";
import { offerNotice, unansweredNotice } from "../orders/notices.ts";
import type { OrderRow } from "../orders/queries.ts";
import { archiveUpdate, type OrderUpdate, orderUpdate } from "../orders/room-updates.ts";
import { orders } from "../orders/tables.ts";
import { orderRoom } from "../room-names.ts";
import { type Offer, openOffers } from "./queries.ts";
import { type Candidate, closestTruck } from "./search.ts";
import { orderOffers } from "./tables.ts";

/** Time for a driver's answer, in ms. */
const OFFER_TIME = 20_000;
/** How often a step retries when the chosen truck became busy before the offer was written. */
const TRIES = 5;
/** At most this many operators are notified about one order. */
const OPERATORS = 100;

interface ClosedOffer {
  readonly offer: Offer;
  readonly to: "REFUSED" | "EXPIRED";
}

/** Closes an offer and asks the next truck, in one transaction. Null when no truck is left; then the operators are notified. */
export async function nextOffer(
  ctx: RequestContext,
  orderId: string,
  round: number,
  closing: ClosedOffer | null,
): Promise<Offer | null> {
  for (let tries = 0; tries < TRIES; tries++) {
    const [[order], [open]] = await Promise.all([
      ctx.db.select().from(orders).where(eq(orders.id, orderId)),
      openOffers(ctx, orderId),
    ]);
    if (order?.status !== "CONFIRMED") {
      if (closing) await close(ctx, closing);
      return null;
    }
    const from = offeredFrom(ctx, order);
    if (from > ctx.now()) {
      await postpone(ctx, order, from, closing);
      return null;
    }
    // A concurrent call already made this step.
    if (open?.id !== closing?.offer.id) return open ?? null;
    const truck = await closestTruck(ctx, order, round);
    if (!truck) {
      await giveUp(ctx, order, round, closing);
      return null;
    }
    const offer = await offerTo(ctx, order, round, truck, closing);
    if (offer) return offer;
  }
  throw refuse(409, messages.conflict);
}

/** When an order may first be offered, epoch ms: `offerLead` before a scheduled time, at once without one. */
export function offeredFrom(ctx: RequestContext, { scheduledAt }: Pick<OrderRow, "scheduledAt">): number {
  return scheduledAt === null ? 0 : scheduledAt - ctx.runtime.settings.offerLead;
}

/** Stores that a search was requested; the room's alarm or the sweep starts it when the order's time is near. */
async function postpone(
  ctx: RequestContext,
  { id }: OrderRow,
  from: number,
  closing: ClosedOffer | null,
): Promise<void> {
  const mark = ctx.db
    .update(orders)
    .set({ calledAt: ctx.now() })
    .where(and(eq(orders.id, id), eq(orders.status, "CONFIRMED"), isNull(orders.calledAt)));
  await runBatch(ctx.db, [mark, ...(closing ? [close(ctx, closing)] : [])]);
  await wakeRoom(ctx, id, from);
}

async function offerTo(
  ctx: RequestContext,
  order: OrderRow,
  round: number,
  truck: Candidate,
  closing: ClosedOffer | null,
): Promise<Offer | null> {
  const now = ctx.now();
  const expiresAt = now + OFFER_TIME;
  const former = closing?.offer.id ?? 0;
  const insert = ctx.db.run(sql`
    INSERT INTO order_offers (order_id, truck_id, round, distance, expires_at, created_at)
    SELECT ${order.id}, ${truck.id}, ${round}, ${truck.distance}, ${expiresAt}, ${now}
    WHERE EXISTS (SELECT 1 FROM orders WHERE id = ${order.id} AND status = 'CONFIRMED')
      AND ${isFree(truck.id, order)}
      AND (SELECT coalesce(max(id), 0) FROM order_offers WHERE order_id = ${order.id} AND status = 'OPEN') = ${former}
      AND NOT EXISTS (SELECT 1 FROM order_offers
        WHERE truck_id = ${truck.id} AND status = 'OPEN' AND expires_at > ${now} AND id <> ${former})
    RETURNING id`);
  const notices = [offerNotice(order.id, truck.driverId, round)];
  const update = offerUpdate({
    order: order.id,
    state: "open",
    tow_truck: truck.id,
    expires_at: isoTime(expiresAt),
  });
  const effects = [orderUpdate(update), ...noticeEffects(notices)];
  const rest = [
    noticeRows(ctx, notices),
    archiveUpdate(ctx, update),
    ...(closing ? [close(ctx, closing)] : []),
  ];
  const made = await commit(ctx, insert, effects, rest).catch((error: unknown) => {
    if (isUniqueViolation(error, "order_offers")) return null;
    throw error;
  });
  const [row] = (made?.results ?? []) as { id: number }[];
  if (!row) return null;
  await wakeRoom(ctx, order.id, expiresAt);
  const { id: truckId, distance } = truck;
  return {
    id: row.id,
    orderId: order.id,
    truckId,
    round,
    status: "OPEN",
    distance,
    expiresAt,
    createdAt: now,
    answeredAt: null,
  };
}

function close(ctx: RequestContext, { offer, to }: ClosedOffer) {
  return ctx.db
    .update(orderOffers)
    .set({ status: to, answeredAt: ctx.now() })
    .where(and(eq(orderOffers.id, offer.id), eq(orderOffers.status, "OPEN")));
}

/** No truck is left: notifies the operators and the order's room. */
async function giveUp(
  ctx: RequestContext,
  order: OrderRow,
  round: number,
  closing: ClosedOffer | null,
): Promise<void> {
  const operators = await ctx.db.all<{ id: number }>(
    sql`SELECT id FROM users WHERE user_type = 'OPERATOR' AND is_active = 1 AND ${mayOperateSql("orders:read")} ORDER BY last_login_at DESC LIMIT ${OPERATORS}`,
  );
  // A round that found no truck at all leaves no offer, so its number is used again: the time makes the ref unique.
  const ref = closing ? String(round) : `${round}:${ctx.now()}`;
  const notices = operators.map(({ id }) => unansweredNotice(order.id, id, ref));
  const update = offerUpdate({ order: order.id, state: "exhausted" });
  const rows = noticeRows(ctx, notices);
  const effects = [orderUpdate(update), ...noticeEffects(notices)];
  const told = archiveUpdate(ctx, update);
  if (closing) await commit(ctx, close(ctx, closing), effects, [rows, told]);
  else await commit(ctx, rows, effects, [told]);
}

function offerUpdate(body: OrderBodies["offer"]): OrderUpdate {
  return { orderId: body.order, kind: "offer", ref: crypto.randomUUID(), body };
}

/** Sets the alarm of the order's room for the end of the offer. The sweep covers a lost alarm. */
async function wakeRoom(ctx: RequestContext, orderId: string, at: number): Promise<void> {
  const name = orderRoom(orderId);
  try {
    await ctx.runtime.room(name)?.schedule(name, at);
  } catch (error) {
    log("warn", "offers.schedule", { order: orderId }, error);
  }
}
