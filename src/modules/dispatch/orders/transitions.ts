/** Orders on their way: every step is one transaction that takes or frees trucks, tells everybody, or does nothing at all. */
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { auditEntry } from "../../../platform/db/audit.ts";
import { isUniqueViolation } from "../../../platform/db/client.ts";
import { commit, type Effect } from "../../../platform/db/outbox.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { invalid, refuse } from "../../../platform/http/errors.ts";
import { fill, messages } from "../../../platform/http/messages.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { noticeEffects, noticeRows, pushNotices } from "../../notifications/index.ts";
import { noSuchKey } from "../fleet/fields.ts";
import { truckChanged, truckNotice } from "../fleet/trucks/notices.ts";
import { occupy, release } from "../fleet/trucks/status.ts";
import { endSharesSoon } from "../sharing/commands.ts";
import { orderStatusHistory, orders } from "../tables.ts";
import { allowedEdit } from "./edit.ts";
import { type OrderNotice, orderDispatch, orderNotice } from "./notices.ts";
import { loadOrder, type Order, type OrderRow } from "./queries.ts";
import {
  decide,
  isActive,
  isOver,
  type Side,
  type Transition,
  type TransitionRequest,
  truckFault,
} from "./rules.ts";
import { statusNotice, texts, truckTexts } from "./texts.ts";

export interface OrderTransitionRequest extends TransitionRequest {
  /** Kopecks; operators only, as the schedule. */
  readonly finalPrice?: number | null | undefined;
  readonly scheduledAt?: number | null | undefined;
}

/** What a step stands on besides the order, and what goes along with it in its transaction. */
export interface ExtraStatements {
  readonly condition?: SQL | undefined;
  readonly statements?: readonly BatchItem<"sqlite">[];
}

/**
 * Does what the wish says, as far as this side may. Refuses a step that leads nowhere or a truck that can't come with
 * 400, and with 409 what somebody else was faster at.
 */
export async function transitionOrder(
  ctx: RequestContext,
  caller: Caller,
  order: Order,
  side: Side,
  request: OrderTransitionRequest,
  extra: ExtraStatements = {},
): Promise<OrderRow> {
  const move = decide(order, side, request);
  if ("fault" in move) {
    if (move.fault !== "transition") throw invalid({ tow_truck: truckTexts[move.fault] });
    throw invalid({ status: fill(texts.transition, { from: order.status, to: request.status ?? "" }) });
  }
  await requireTruck(ctx, order, move);
  const change = changeOf(ctx, order, side, move, request);
  if (Object.keys(change).length === 0) return order;
  const stepped = move.to !== move.from;
  const notices = stepped ? statusNotice(order.id, order.clientId, move.to) : [];
  const told = tells(ctx, order, move);
  const trucksTold = trucksOf(move).map((id) => truckNotice(ctx, { id, driverId: null }, undefined));
  const effects = [
    ...(told ? [orderNotice.row(told)] : []),
    ...trucksTold.map(truckChanged.row),
    ...noticeEffects(notices),
    ...(stepped ? followUps(ctx, order, move) : []),
  ];
  const rest = [
    ...(extra.statements ?? []),
    ...trucks(ctx, move),
    ...(stepped ? history(ctx, caller, order, move) : []),
    ...(stepped && isOver(move.to) ? [endSharesSoon(ctx, order.id)] : []),
    ...(notices.length > 0 ? [noticeRows(ctx, notices)] : []),
    ...audit(ctx, caller, order, side, change),
  ];
  const moved = await written(() =>
    commit(ctx, update(ctx, order, move, change, extra.condition), effects, rest),
  );
  if (!moved) {
    // A price or a time is no step: another's step is no reason to refuse it, it is judged anew.
    const again = stepsOrTakes(request) ? null : await loadOrder(ctx, order.id);
    if (!again) throw refuse(409, messages.conflict);
    return transitionOrder(ctx, caller, again, side, request, extra);
  }
  pushNotices(ctx, notices);
  await Promise.all([
    told && orderNotice.now(ctx, told),
    ...trucksTold.map((notice) => truckChanged.now(ctx, notice)),
  ]);
  return moved;
}

const stepsOrTakes = ({ status, towTruckId }: TransitionRequest) =>
  status !== undefined || towTruckId !== undefined;

/** The trucks whose state a step changes. */
const trucksOf = ({ takes, frees }: Transition) => [takes, frees].filter((id) => id !== null);

/** The row as it was written; null when somebody else moved the order or took the truck in between. */
async function written(work: () => Promise<OrderRow[] | null>): Promise<OrderRow | null> {
  try {
    return (await work())?.[0] ?? null;
  } catch (error) {
    if (isUniqueViolation(error, "orders.tow_truck_id")) return null;
    throw error;
  }
}

/** A truck that is named for later must only suit; one that is taken must be free, with a driver who is. */
async function requireTruck(ctx: RequestContext, order: Order, { names, takes }: Transition): Promise<void> {
  const id = takes ?? names;
  if (id === null) return;
  const [truck] = await ctx.db.all<{
    status: string;
    driverId: number | null;
    suits: 0 | 1;
    engaged: 0 | 1;
  }>(
    sql`SELECT status, ${activeDriver} AS driverId, ${suits(order.vehicleTypeId)} AS suits, ${engaged(order.id)} AS engaged
      FROM tow_trucks WHERE id = ${id}`,
  );
  if (!truck) throw invalid({ tow_truck: noSuchKey(id) });
  const facts = { ...truck, suits: truck.suits === 1, engaged: truck.engaged === 1 };
  const fault = truckFault(facts);
  if (fault && (takes !== null || fault === "unsuitable")) throw invalid({ tow_truck: truckTexts[fault] });
}

const suits = (vehicleTypeId: number) => sql`EXISTS (SELECT 1 FROM tow_truck_types
  WHERE truck_id = tow_trucks.id AND vehicle_type_id = ${vehicleTypeId})`;

/** Whoever was blocked or is no driver any more comes to nobody. */
const activeDriver = sql`(SELECT id FROM users
  WHERE id = tow_trucks.driver_id AND user_type = 'DRIVER' AND is_active = 1)`;

/** Its driver has another job, with whichever truck. */
const engaged = (
  orderId: string,
) => sql`EXISTS (SELECT 1 FROM orders AS job JOIN tow_trucks AS own ON own.id = job.tow_truck_id
  WHERE own.driver_id = tow_trucks.driver_id AND job.status IN ('ASSIGNED', 'IN_PROGRESS') AND job.id <> ${orderId})`;

/** The truck is still free to take this order: the same as `truckFault`, at the moment of writing. */
export const isFree = (truckId: SQL | number, order: Pick<OrderRow, "id" | "vehicleTypeId">) => sql`EXISTS (
  SELECT 1 FROM tow_trucks WHERE id = ${truckId} AND status = 'AVAILABLE' AND ${activeDriver} IS NOT NULL
    AND ${suits(order.vehicleTypeId)} AND NOT ${engaged(order.id)})`;

function changeOf(
  ctx: RequestContext,
  order: Order,
  side: Side,
  move: Transition,
  request: OrderTransitionRequest,
): Partial<OrderRow> {
  const now = ctx.now();
  const { finalPrice, scheduledAt } = request;
  // The rest of what an edit may change has its own door.
  const said = side === "operator" ? { finalPrice, scheduledAt } : {};
  const told = { ...allowedEdit(ctx, order, side, said).change };
  if (move.truckId !== order.towTruckId) told.towTruckId = move.truckId;
  if (move.takes !== null) told.assignedAt = now;
  if (move.to === move.from) return told;
  told.status = move.to;
  if (move.to === "IN_PROGRESS") told.startedAt = now;
  if (move.to === "COMPLETED") told.completedAt = now;
  return told;
}

function update(
  ctx: RequestContext,
  order: Order,
  move: Transition,
  change: Partial<OrderRow>,
  condition?: SQL,
) {
  // Nobody named a price: it is the estimate, as it is at the moment of writing.
  const priced = move.to === "COMPLETED" && move.from !== move.to && change.finalPrice == null;
  return ctx.db
    .update(orders)
    .set({
      ...change,
      ...(priced ? { finalPrice: sql`coalesce(${orders.finalPrice}, ${orders.estimatedPrice})` } : {}),
      ...(move.takes === null ? {} : { codeTries: 0 }),
      updatedAt: ctx.now(),
    })
    .where(
      and(
        eq(orders.id, order.id),
        eq(orders.status, move.from),
        sql`${orders.towTruckId} IS ${order.towTruckId}`,
        move.takes === null ? undefined : isFree(move.takes, order),
        condition,
      ),
    )
    .returning();
}

function trucks(ctx: RequestContext, { takes, frees }: Transition): BatchItem<"sqlite">[] {
  return [...(frees === null ? [] : [release(ctx, frees)]), ...(takes === null ? [] : [occupy(ctx, takes)])];
}

/** The step in the order's history; and whoever was still being asked is not any more. */
function history(
  ctx: RequestContext,
  caller: Caller,
  order: Order,
  { from, to }: Transition,
): BatchItem<"sqlite">[] {
  const now = ctx.now();
  return [
    ctx.db.insert(orderStatusHistory).values({
      orderId: order.id,
      oldStatus: from,
      newStatus: to,
      changedBy: caller.userId,
      createdAt: now,
    }),
    ctx.db.run(sql`UPDATE order_offers SET status = 'WITHDRAWN', answered_at = ${now}
      WHERE order_id = ${order.id} AND status = 'OPEN'`),
  ];
}

/** What the order's room hears; null when nothing changed that anybody follows. */
function tells(ctx: RequestContext, order: Order, move: Transition): OrderNotice | null {
  const replaced = isActive(move.from) && move.takes !== null;
  if (move.to === move.from && !replaced) return null;
  const former = order.truck?.driverId ?? null;
  return {
    orderId: order.id,
    kind: "status",
    ref: crypto.randomUUID(),
    body: { order: order.id, status: move.to, old_status: move.from, tow_truck: move.truckId },
    leaves: replaced && former !== null ? { userId: former, at: ctx.now() } : null,
  };
}

/** With `AUTO_DISPATCH` a confirmed order calls for trucks by itself. */
function followUps(ctx: RequestContext, order: Order, { to }: Transition): Effect[] {
  if (to !== "CONFIRMED" || !ctx.runtime.settings.autoDispatch) return [];
  return [orderDispatch.row({ orderId: order.id })];
}

function audit(ctx: RequestContext, caller: Caller, order: Order, side: Side, after: Partial<OrderRow>) {
  if (side !== "operator" || order.clientId === caller.userId) return [];
  const before = Object.fromEntries(
    Object.keys(after).map((field) => [field, order[field as keyof OrderRow]]),
  );
  return [auditEntry(ctx, caller, { action: "order.move", subject: `order:${order.id}`, before, after })];
}
