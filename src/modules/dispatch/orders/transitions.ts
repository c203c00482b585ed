/** Changes of an order's status and truck. One transaction changes the order, its trucks and the rows that depend on them, or nothing. */
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { isUniqueViolation } from "../../../platform/db/client.ts";
import { commit, type Effect } from "../../../platform/db/outbox.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { invalid, refuse } from "../../../platform/http/errors.ts";
import { fill, messages } from "../../../platform/http/messages.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { noticeEffects, noticeRows } from "../../notifications/index.ts";
import { tellOrdersChanged, truckUpdate, truckUpdated } from "../fleet/trucks/room-updates.ts";
import { isFree, requireTruck } from "./assignment.ts";
import { requireFuture } from "./commands.ts";
import { texts, truckTexts } from "./messages.ts";
import { statusNotice } from "./notices.ts";
import { loadOrder, type Order, type OrderRow } from "./queries.ts";
import { archiveUpdate, type OrderUpdate, orderDispatch, orderUpdate } from "./room-updates.ts";
import { decide, isActive, type Side, splitEdit, type Transition, type TransitionRequest } from "./rules.ts";
import { orders } from "./tables.ts";
import { transitionStatements } from "./transition-statements.ts";

export interface OrderTransitionRequest extends TransitionRequest {
  /** Kopecks; operators only, as the schedule. */
  readonly finalPrice?: number | null | undefined;
  readonly scheduledAt?: number | null | undefined;
  /** Why, for the history and the audit log; operators only. */
  readonly reason?: string | undefined;
}

/** A further condition of the transition, and further statements for its transaction. */
export interface ExtraStatements {
  readonly condition?: SQL | undefined;
  readonly statements?: readonly BatchItem<"sqlite">[];
}

/**
 * Carries out a requested transition as far as this side may.
 * @throws 400 for a status that can't follow or a truck that can't come; 409 when somebody else changed the order first
 */
export async function transitionOrder(
  ctx: RequestContext,
  caller: Caller,
  order: Order,
  side: Side,
  request: OrderTransitionRequest,
  extra: ExtraStatements = {},
): Promise<OrderRow> {
  const transition = decide(order, side, request);
  if ("fault" in transition) {
    if (transition.fault !== "transition") throw invalid({ tow_truck: truckTexts[transition.fault] });
    throw invalid({ status: fill(texts.transition, { from: order.status, to: request.status ?? "" }) });
  }
  await requireTruck(ctx, order, transition);
  const change = changeOf(ctx, order, side, transition, request);
  if (Object.keys(change).length === 0) return order;
  const isStep = transition.to !== transition.from;
  const notices = isStep ? statusNotice(order.id, order.clientId, transition.to) : [];
  const update = updateOf(ctx, order, transition);
  const truckUpdates = trucksOf(transition).map((id) => truckUpdate(ctx, { id, driverId: null }, undefined));
  const effects = [
    ...(update ? [orderUpdate(update)] : []),
    ...truckUpdates.map((truck) => truckUpdated.now(truck)),
    ...noticeEffects(notices),
    ...(isStep ? followUps(ctx, order, transition) : []),
  ];
  const statements = [
    ...(extra.statements ?? []),
    ...transitionStatements(
      ctx,
      caller,
      order,
      side,
      { ...transition, reason: request.reason ?? "" },
      change,
    ),
    ...(notices.length > 0 ? [noticeRows(ctx, notices)] : []),
    // A room that has begun does not wait again.
    ...(update && order.roomWaits ? [archiveUpdate(ctx, update)] : []),
  ];
  const changed = await written(() =>
    commit(ctx, orderStatement(ctx, order, transition, change, extra.condition), effects, statements),
  );
  if (!changed) {
    // A new price or time does not conflict with another change of the order: it is judged again.
    const again = namesStatusOrTruck(request) ? null : await loadOrder(ctx, order.id);
    if (!again) throw refuse(409, messages.conflict);
    return transitionOrder(ctx, caller, again, side, request, extra);
  }
  await tellOrdersChanged(ctx, [order.towTruckId, transition.truckId]);
  return changed;
}

const namesStatusOrTruck = ({ status, towTruckId }: TransitionRequest) =>
  status !== undefined || towTruckId !== undefined;

/** The trucks whose state a transition changes. */
const trucksOf = ({ takes, frees }: Transition) => [takes, frees].filter((id) => id !== null);

/** The row as written; null when somebody else changed the order or took the truck in between. */
async function written(work: () => Promise<OrderRow[] | null>): Promise<OrderRow | null> {
  try {
    return (await work())?.[0] ?? null;
  } catch (error) {
    if (isUniqueViolation(error, "orders.tow_truck_id")) return null;
    throw error;
  }
}

function changeOf(
  ctx: RequestContext,
  order: Order,
  side: Side,
  transition: Transition,
  request: OrderTransitionRequest,
): Partial<OrderRow> {
  const now = ctx.now();
  const { finalPrice, scheduledAt } = request;
  // Clients edit the other fields through `editOrder`.
  const edit = side === "operator" ? { finalPrice, scheduledAt } : {};
  const change = { ...splitEdit(order, side, edit).change };
  requireFuture(ctx, change.scheduledAt, "scheduled_time");
  if (transition.truckId !== order.towTruckId) change.towTruckId = transition.truckId;
  if (transition.takes !== null) change.assignedAt = now;
  if (transition.to === transition.from) return change;
  change.status = transition.to;
  if (transition.to === "IN_PROGRESS") change.startedAt = now;
  if (transition.to === "COMPLETED") change.completedAt = now;
  return change;
}

function orderStatement(
  ctx: RequestContext,
  order: Order,
  transition: Transition,
  change: Partial<OrderRow>,
  condition?: SQL,
) {
  const { from, to, takes } = transition;
  // Without a final price the estimate counts, as it stands when the row is written.
  const takesEstimate = to === "COMPLETED" && from !== to && change.finalPrice == null;
  return ctx.db
    .update(orders)
    .set({
      ...change,
      ...(takesEstimate ? { finalPrice: sql`coalesce(${orders.finalPrice}, ${orders.estimatedPrice})` } : {}),
      ...(takes === null ? {} : { codeTries: 0 }),
      updatedAt: ctx.now(),
    })
    .where(
      and(
        eq(orders.id, order.id),
        eq(orders.status, from),
        sql`${orders.towTruckId} IS ${order.towTruckId}`,
        takes === null ? undefined : isFree(takes, order),
        condition,
      ),
    )
    .returning();
}

/** What the order's room is told; null when neither the status nor the active truck changes. */
function updateOf(ctx: RequestContext, order: Order, transition: Transition): OrderUpdate | null {
  const replaced = isActive(transition.from) && transition.takes !== null;
  if (transition.to === transition.from && !replaced) return null;
  const former = order.truck?.driverId ?? null;
  return {
    orderId: order.id,
    kind: "status",
    ref: crypto.randomUUID(),
    body: {
      order: order.id,
      status: transition.to,
      old_status: transition.from,
      tow_truck: transition.truckId,
    },
    leaves: replaced && former !== null ? { userId: former, at: ctx.now() } : null,
  };
}

/** With `AUTO_DISPATCH` a confirmation starts the search for a truck. */
function followUps(ctx: RequestContext, order: Order, { to }: Transition): Effect[] {
  if (to !== "CONFIRMED" || !ctx.runtime.settings.autoDispatch) return [];
  return [orderDispatch.row({ orderId: order.id })];
}
