/** Calling for trucks: the closest free one is asked for a while, then the next, until one comes or none is left. */
import { and, asc, eq, gt, lte, sql } from "drizzle-orm";
import { isUniqueViolation } from "../../platform/db/client.ts";
import { commit } from "../../platform/db/outbox.ts";
import type { Caller } from "../../platform/http/caller.ts";
import { invalid, notFound, refuse } from "../../platform/http/errors.ts";
import { fill, messages } from "../../platform/http/messages.ts";
import { log } from "../../platform/log.ts";
import type { Scope } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import { type Notice, noticeEffects, noticeRows, pushNotices } from "../notifications/index.ts";
import { type Candidate, closestTruck } from "./offers-search.ts";
import { isFree, moveOrder } from "./order-moves.ts";
import { loadOrder, type OrderRow } from "./order-queries.ts";
import { type OrderNotice, orderEffect, tellOrderNow } from "./order-room.ts";
import { offerNotice, texts, unansweredNotice } from "./order-texts.ts";
import { orderOffers, orders, towTrucks } from "./tables.ts";

export type Offer = typeof orderOffers.$inferSelect;

/** How long a driver has to answer, in ms. */
export const OFFER_TIME = 20_000;
/** How often a step looks again when a truck went away between its reading and its writing. */
const TRIES = 5;
/** More operators than that need not hear of one order. */
const OPERATORS = 100;

/** Calls for trucks anew: everybody near may be asked again. While an offer stands, that one is the answer. */
export async function beginDispatch(scope: Scope, orderId: string): Promise<Offer | null> {
  const [[order], [standing]] = await Promise.all([
    scope.db
      .select({
        status: orders.status,
        round: sql<number>`(SELECT coalesce(max(round), 0) FROM order_offers WHERE order_id = orders.id)`,
      })
      .from(orders)
      .where(eq(orders.id, orderId)),
    openOffers(scope, orderId),
  ]);
  if (!order) throw notFound();
  if (order.status !== "CONFIRMED")
    throw invalid({ status: fill(texts.notConfirmed, { from: order.status }) });
  return standing ?? nextOffer(scope, orderId, order.round + 1, null);
}

/** Carries out the effect of a confirmation: the first call, once. */
export async function dispatchConfirmed(scope: Scope, orderId: string): Promise<void> {
  const [order] = await scope.db
    .select({ status: orders.status })
    .from(orders)
    .where(
      and(eq(orders.id, orderId), sql`NOT EXISTS (SELECT 1 FROM order_offers WHERE order_id = orders.id)`),
    );
  if (order?.status === "CONFIRMED") await nextOffer(scope, orderId, 1, null);
}

const openOffers = (scope: Scope, orderId: string) =>
  scope.db
    .select()
    .from(orderOffers)
    .where(and(eq(orderOffers.orderId, orderId), eq(orderOffers.status, "OPEN")))
    .orderBy(asc(orderOffers.id))
    .limit(1);

interface Closing {
  readonly offer: Offer;
  readonly to: "REFUSED" | "EXPIRED";
}

/** Closes an offer and asks the next truck, in one transaction; null when nobody is left, and the operators know. */
async function nextOffer(
  scope: Scope,
  orderId: string,
  round: number,
  closing: Closing | null,
): Promise<Offer | null> {
  for (let tries = 0; tries < TRIES; tries++) {
    const [[order], [open]] = await Promise.all([
      scope.db.select().from(orders).where(eq(orders.id, orderId)),
      openOffers(scope, orderId),
    ]);
    if (order?.status !== "CONFIRMED") return null;
    // Somebody else took this step.
    if (open?.id !== closing?.offer.id) return open ?? null;
    const truck = await closestTruck(scope, order, round);
    if (!truck) {
      await giveUp(scope, order, round, closing);
      return null;
    }
    const offer = await offerTo(scope, order, round, truck, closing);
    if (offer) return offer;
  }
  throw refuse(409, messages.conflict);
}

async function offerTo(
  scope: Scope,
  order: OrderRow,
  round: number,
  truck: Candidate,
  closing: Closing | null,
): Promise<Offer | null> {
  const now = scope.now();
  const expiresAt = now + OFFER_TIME;
  const former = closing?.offer.id ?? 0;
  const insert = scope.db.run(sql`
    INSERT INTO order_offers (order_id, truck_id, round, distance, expires_at, created_at)
    SELECT ${order.id}, ${truck.id}, ${round}, ${truck.distance}, ${expiresAt}, ${now}
    WHERE EXISTS (SELECT 1 FROM orders WHERE id = ${order.id} AND status = 'CONFIRMED')
      AND ${isFree(truck.id, order)}
      AND (SELECT coalesce(max(id), 0) FROM order_offers WHERE order_id = ${order.id} AND status = 'OPEN') = ${former}
      AND NOT EXISTS (SELECT 1 FROM order_offers
        WHERE truck_id = ${truck.id} AND status = 'OPEN' AND expires_at > ${now} AND id <> ${former})
    RETURNING id`);
  const notices = [offerNotice(order.id, truck.driverId, round)];
  const told = tells(order.id, "open", { tow_truck: truck.id, expires_at: isoTime(expiresAt) });
  const effects = [orderEffect(told), ...noticeEffects(notices)];
  const rest = [noticeRows(scope, notices), ...(closing ? [close(scope, closing)] : [])];
  const made = await commit(scope, insert, effects, rest).catch((error: unknown) => {
    if (isUniqueViolation(error, "order_offers")) return null;
    throw error;
  });
  const [row] = (made?.results ?? []) as { id: number }[];
  if (!row) return null;
  await tell(scope, told, notices);
  await wakeRoom(scope, order.id, expiresAt);
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

function close(scope: Scope, { offer, to }: Closing) {
  return scope.db
    .update(orderOffers)
    .set({ status: to, answeredAt: scope.now() })
    .where(and(eq(orderOffers.id, offer.id), eq(orderOffers.status, "OPEN")));
}

/** Nobody is left to ask: the operators hear of it, and the order's room. */
async function giveUp(scope: Scope, order: OrderRow, round: number, closing: Closing | null): Promise<void> {
  const operators = await scope.db.all<{ id: number }>(
    sql`SELECT id FROM users WHERE user_type = 'OPERATOR' AND is_active = 1 ORDER BY last_login_at DESC LIMIT ${OPERATORS}`,
  );
  // A call that found nobody at all has left no offer behind, and its number comes again.
  const ref = closing ? String(round) : `${round}:${scope.now()}`;
  const notices = operators.map(({ id }) => unansweredNotice(order.id, id, ref));
  const told = tells(order.id, "exhausted", {});
  const rows = noticeRows(scope, notices);
  const effects = [orderEffect(told), ...noticeEffects(notices)];
  const done = closing
    ? await commit(scope, close(scope, closing), effects, [rows])
    : await commit(scope, rows, effects);
  if (done) await tell(scope, told, notices);
}

function tells(orderId: string, state: string, more: Record<string, unknown>): OrderNotice {
  return { orderId, kind: "offer", ref: crypto.randomUUID(), body: { order: orderId, state, ...more } };
}

async function tell(scope: Scope, told: OrderNotice, notices: readonly Notice[]): Promise<void> {
  pushNotices(scope, notices);
  await tellOrderNow(scope, told);
}

/** The order's room passes the offer on when its time is up; should its alarm be lost, the sweep does. */
async function wakeRoom(scope: Scope, orderId: string, at: number): Promise<void> {
  const name = `order:${orderId}`;
  try {
    await scope.runtime.room(name)?.schedule(name, at);
  } catch (error) {
    log("warn", "offers.schedule", { order: orderId }, error);
  }
}

/** The standing offer of this order to a truck of this driver. */
async function offerFor(scope: Scope, caller: Caller, orderId: string): Promise<Offer> {
  const [row] = await scope.db
    .select({ offer: orderOffers })
    .from(orderOffers)
    .innerJoin(towTrucks, eq(towTrucks.id, orderOffers.truckId))
    .where(and(eq(orderOffers.orderId, orderId), eq(towTrucks.driverId, caller.userId)))
    .orderBy(sql`${orderOffers.id} DESC`)
    .limit(1);
  if (!row) throw notFound();
  if (row.offer.status !== "OPEN" || row.offer.expiresAt <= scope.now()) throw refuse(409, texts.noOffer);
  return row.offer;
}

/** A driver takes the order that was offered, or lets it go to the next. Of all who press at once exactly one gets it. */
export async function answerOffer(
  scope: Scope,
  caller: Caller,
  orderId: string,
  accept: boolean,
): Promise<void> {
  const offer = await offerFor(scope, caller, orderId);
  if (!accept) {
    await nextOffer(scope, orderId, offer.round, { offer, to: "REFUSED" });
    return;
  }
  const order = await loadOrder(scope, orderId);
  if (!order) throw notFound();
  const now = scope.now();
  const wish = { status: "ASSIGNED", towTruckId: offer.truckId } as const;
  await moveOrder(scope, caller, order, "dispatcher", wish, {
    condition: sql`EXISTS (SELECT 1 FROM order_offers
      WHERE id = ${offer.id} AND status = 'OPEN' AND expires_at > ${now})`,
    statements: [
      scope.db
        .update(orderOffers)
        .set({ status: "ACCEPTED", answeredAt: now })
        .where(eq(orderOffers.id, offer.id)),
    ],
  });
}

/** When the standing offer runs out, epoch ms; null for none. */
export async function offersDue(scope: Scope, orderId: string): Promise<number | null> {
  const [offer] = await openOffers(scope, orderId);
  return offer?.expiresAt ?? null;
}

/** Passes on what ran out; answers when to look again. Safe to repeat, and to run in two places at once. */
export async function runOffers(scope: Scope, orderId: string): Promise<number | null> {
  const [offer] = await openOffers(scope, orderId);
  if (!offer || offer.expiresAt > scope.now()) return offer?.expiresAt ?? null;
  const next = await nextOffer(scope, orderId, offer.round, { offer, to: "EXPIRED" });
  return next?.expiresAt ?? null;
}

/** Orders whose offer ran out and whose room did not see to it. */
export async function sweepOffers(scope: Scope): Promise<void> {
  const due = await scope.db
    .selectDistinct({ orderId: orderOffers.orderId })
    .from(orderOffers)
    // A literal, not a parameter: so the index on open offers serves.
    .where(and(sql`${orderOffers.status} = 'OPEN'`, lte(orderOffers.expiresAt, scope.now())))
    .limit(50);
  for (const { orderId } of due) {
    try {
      await runOffers(scope, orderId);
    } catch (error) {
      log("warn", "offers.sweep", { order: orderId }, error);
    }
  }
}

/** What a driver is being asked now, with the order it is about. */
export async function standingOffers(scope: Scope, caller: Caller) {
  return scope.db
    .select({ offer: orderOffers, order: orders })
    .from(orderOffers)
    .innerJoin(towTrucks, eq(towTrucks.id, orderOffers.truckId))
    .innerJoin(orders, eq(orders.id, orderOffers.orderId))
    .where(
      and(
        eq(towTrucks.driverId, caller.userId),
        eq(orderOffers.status, "OPEN"),
        gt(orderOffers.expiresAt, scope.now()),
      ),
    )
    .orderBy(asc(orderOffers.expiresAt));
}
