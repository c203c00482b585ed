/** Statements that join a transition's transaction: history, open offers, public links, trucks and the audit log. */
import { sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { auditEntry } from "../../../platform/db/audit.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { occupy, release } from "../fleet/trucks/status.ts";
import type { Order, OrderRow } from "./queries.ts";
import { isOver, LINKS_OUTLIVE, type Side, type Transition } from "./rules.ts";
import { orderStatusHistory } from "./tables.ts";

type Statement = BatchItem<"sqlite">;

/** A transition with its reason, empty where none was given. */
interface Reasoned extends Transition {
  readonly reason: string;
}

/** All statements of a transition besides the order's own row. */
export function transitionStatements(
  ctx: RequestContext,
  caller: Caller,
  order: Order,
  side: Side,
  transition: Reasoned,
  change: Partial<OrderRow>,
): Statement[] {
  const { from, to } = transition;
  return [
    ...truckStatements(ctx, transition),
    ...(from === to
      ? []
      : [...historyRows(ctx, caller, order.id, transition), withdrawOffers(ctx, order.id)]),
    ...(from !== to && isOver(to) ? [shortenLinks(ctx, order.id)] : []),
    ...auditRows(ctx, caller, order, side, change, transition.reason),
  ];
}

function truckStatements(ctx: RequestContext, { takes, frees }: Transition): Statement[] {
  return [...(frees === null ? [] : [release(ctx, frees)]), ...(takes === null ? [] : [occupy(ctx, takes)])];
}

function historyRows(
  ctx: RequestContext,
  caller: Caller,
  orderId: string,
  { from, through, to, reason }: Reasoned,
): Statement[] {
  const steps = [from, ...through, to];
  return steps.slice(1).map((newStatus, index) =>
    ctx.db.insert(orderStatusHistory).values({
      orderId,
      oldStatus: steps[index] ?? from,
      newStatus,
      comment: newStatus === to ? reason : "",
      changedBy: caller.userId,
      createdAt: ctx.now(),
    }),
  );
}

function withdrawOffers(ctx: RequestContext, orderId: string): Statement {
  return ctx.db.run(sql`UPDATE order_offers SET status = 'WITHDRAWN', answered_at = ${ctx.now()}
    WHERE order_id = ${orderId} AND status = 'OPEN'`);
}

/** The links of an order that is over end an hour later at the latest. */
function shortenLinks(ctx: RequestContext, orderId: string): Statement {
  const latest = ctx.now() + LINKS_OUTLIVE;
  return ctx.db.run(sql`UPDATE order_shares SET expires_at = ${latest}
    WHERE order_id = ${orderId} AND expires_at > ${latest}`);
}

function auditRows(
  ctx: RequestContext,
  caller: Caller,
  order: Order,
  side: Side,
  change: Partial<OrderRow>,
  reason: string,
): Statement[] {
  if (side !== "operator" || order.clientId === caller.userId) return [];
  const before = Object.fromEntries(
    Object.keys(change).map((field) => [field, order[field as keyof OrderRow]]),
  );
  const after = { ...change, ...(reason ? { reason } : {}) };
  return [auditEntry(ctx, caller, { action: "order.move", subject: `order:${order.id}`, before, after })];
}
