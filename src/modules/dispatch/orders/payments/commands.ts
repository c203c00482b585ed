/** Payments. Clients declare any amount; operators settle them. Settled totals never exceed the amount due, even concurrently. */
import { and, eq, sql } from "drizzle-orm";
import { auditEntry } from "../../../../platform/db/audit.ts";
import { commit } from "../../../../platform/db/outbox.ts";
import { fromHundredths } from "../../../../platform/decimal.ts";
import type { Caller } from "../../../../platform/http/caller.ts";
import { invalid, notFound, refuse } from "../../../../platform/http/errors.ts";
import { fill, messages } from "../../../../platform/http/messages.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { noticeEffects, noticeRows } from "../../../notifications/index.ts";
import { texts } from "../messages.ts";
import { paidNotice } from "../notices.ts";
import type { Payment } from "../queries.ts";
import { archiveUpdate, orderUpdate } from "../room-updates.ts";
import { orders } from "../tables.ts";
import { mayFollow, type PaymentStatus } from "./rules.ts";
import { payments } from "./tables.ts";

/** The amount due of the `orders` row in scope, in kopecks: the price minus completed and processing payments. Zero for a cancelled order. */
export const due = sql<number>`(CASE WHEN orders.status = 'CANCELLED' THEN 0
  ELSE max(0, coalesce(orders.final_price, orders.estimated_price, 0) - (SELECT coalesce(sum(amount), 0) FROM payments
    WHERE order_id = orders.id AND status IN ('PROCESSING', 'COMPLETED'))) END)`;

/** The amount due of an order, in kopecks; zero without the order. */
export const dueOf = (orderId: string) =>
  sql<number>`coalesce((SELECT ${due} FROM orders WHERE id = ${orderId}), 0)`;

/** How many payments of an order may be pending at once: every answer with the order lists them all. */
const MAX_PENDING = 20;

const pendingCount = (orderId: string) =>
  sql<number>`(SELECT count(*) FROM payments WHERE order_id = ${orderId} AND status = 'PENDING')`;

/** The refusal of an amount above what is due. */
export async function exceedsDue(ctx: RequestContext, orderId: string) {
  const [row] = await ctx.db.all<{ due: number }>(sql`SELECT ${dueOf(orderId)} AS due`);
  return invalid({ amount: fill(texts.tooMuch, { due: fromHundredths(row?.due ?? 0) }) });
}

export interface PaymentInput extends Pick<Payment, "amount" | "paymentMethod" | "transactionId"> {}

/** Declares a payment by the order's client. An operator confirms later that the money arrived. */
export async function declarePayment(
  ctx: RequestContext,
  caller: Caller,
  orderId: string,
  input: PaymentInput,
): Promise<Payment> {
  const [order] = await ctx.db
    .select({ id: orders.id })
    .from(orders)
    .where(and(eq(orders.id, orderId), eq(orders.clientId, caller.userId)));
  if (!order) throw notFound();
  const now = ctx.now();
  const { amount, paymentMethod, transactionId } = input;
  const insert = ctx.db.run(sql`
    INSERT INTO payments (order_id, amount, payment_method, status, transaction_id, created_at, updated_at)
    SELECT ${orderId}, ${amount}, ${paymentMethod}, 'PENDING', ${transactionId}, ${now}, ${now}
    WHERE ${pendingCount(orderId)} < ${MAX_PENDING}
    RETURNING id, (SELECT room_waits FROM orders WHERE id = ${orderId}) AS roomWaits`);
  const roomUpdate = {
    orderId,
    kind: "payment",
    ref: crypto.randomUUID(),
    body: { order: orderId, status: "PENDING", amount: fromHundredths(amount) },
  } as const;
  const done = await commit(ctx, insert, [orderUpdate(roomUpdate)], [archiveUpdate(ctx, roomUpdate)]);
  const [made] = (done?.results ?? []) as { id: number }[];
  if (!made) throw invalid({ non_field_errors: fill(texts.waiting, { limit: MAX_PENDING }) });
  const stored = { paidAt: null, createdAt: now, updatedAt: now };
  return { id: made.id, orderId, ...input, status: "PENDING", ...stored };
}

/** Changes a payment's status, by an operator. The client is notified when it is completed. The reason is kept in the audit log. */
export async function settlePayment(
  ctx: RequestContext,
  caller: Caller,
  orderId: string,
  id: number,
  to: PaymentStatus,
  reason = "",
): Promise<Payment> {
  const [found] = await ctx.db
    .select({ payment: payments, clientId: orders.clientId })
    .from(payments)
    .innerJoin(orders, eq(orders.id, payments.orderId))
    .where(and(eq(payments.id, id), eq(payments.orderId, orderId)));
  if (!found) throw notFound();
  const { payment, clientId } = found;
  const from = payment.status;
  if (from === to) return payment;
  if (!mayFollow(from, to)) throw invalid({ status: fill(texts.payment, { from, to }) });
  const now = ctx.now();
  // A processing payment was already counted against the amount due.
  const counts = from !== "PROCESSING" && (to === "PROCESSING" || to === "COMPLETED");
  const update = ctx.db
    .update(payments)
    .set({ status: to, updatedAt: now, ...(to === "COMPLETED" && { paidAt: now }) })
    .where(
      and(
        eq(payments.id, id),
        eq(payments.status, from),
        counts ? sql`${payments.amount} <= ${dueOf(orderId)}` : undefined,
      ),
    )
    .returning();
  const notices =
    to === "COMPLETED" ? [paidNotice(orderId, clientId, id, fromHundredths(payment.amount))] : [];
  const roomUpdate = {
    orderId,
    kind: "payment",
    ref: `payment:${id}:${to}`,
    body: { order: orderId, payment: id, status: to, amount: fromHundredths(payment.amount) },
  } as const;
  const done = await commit(
    ctx,
    update,
    [orderUpdate(roomUpdate), ...noticeEffects(notices)],
    [
      noticeRows(ctx, notices),
      archiveUpdate(ctx, roomUpdate),
      auditEntry(ctx, caller, {
        action: "payment.settle",
        subject: `payment:${id}`,
        before: { status: from },
        after: { status: to, amount: fromHundredths(payment.amount), ...(reason ? { reason } : {}) },
      }),
    ],
  );
  const [settled] = done ?? [];
  if (!settled) throw await refusalOf(ctx, payment);
  return settled;
}

/** Why a settlement changed nothing: a concurrent change, or more than the amount due. */
async function refusalOf(ctx: RequestContext, { id, orderId, status }: Payment) {
  const [row] = await ctx.db.select({ status: payments.status }).from(payments).where(eq(payments.id, id));
  return row?.status === status ? exceedsDue(ctx, orderId) : refuse(409, messages.conflict);
}
