/** Payments that operators record themselves, as paid: money that a driver or the office took, and counter-entries to refunds. */
import { sql } from "drizzle-orm";
import { auditEntry } from "../../../../platform/db/audit.ts";
import { isUniqueViolation } from "../../../../platform/db/client.ts";
import { commit } from "../../../../platform/db/outbox.ts";
import { fromHundredths } from "../../../../platform/decimal.ts";
import type { Caller } from "../../../../platform/http/caller.ts";
import { invalid, notFound, refuse } from "../../../../platform/http/errors.ts";
import { fill } from "../../../../platform/http/messages.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { noticeEffects, noticeRows } from "../../../notifications/index.ts";
import { texts } from "../messages.ts";
import { paidNotice } from "../notices.ts";
import { archiveUpdate, orderUpdate } from "../room-updates.ts";
import { dueOf, exceedsDue, type PaymentInput } from "./commands.ts";

export interface RecordedPayment extends PaymentInput {
  readonly orderId: string;
  readonly reason: string;
  /** The refunded payment that this one takes back. */
  readonly reverses: number | null;
}

/**
 * Records a payment as paid. Settled totals never exceed the amount due. The client is notified.
 * @throws 404 without the order, 400 above the amount due, 409 when the refund was taken back already
 */
export async function recordPayment(
  ctx: RequestContext,
  caller: Caller,
  payment: RecordedPayment,
): Promise<{ id: number }> {
  const { orderId, amount, paymentMethod, transactionId, reason, reverses } = payment;
  const [order] = await ctx.db.all<{ client: number }>(
    sql`SELECT client_id AS client FROM orders WHERE id = ${orderId}`,
  );
  if (!order) throw notFound();
  const now = ctx.now();
  const insert = ctx.db.run(sql`
    INSERT INTO payments (order_id, amount, payment_method, status, transaction_id, paid_at, reverses, created_at, updated_at)
    SELECT ${orderId}, ${amount}, ${paymentMethod}, 'COMPLETED', ${transactionId}, ${now}, ${reverses}, ${now}, ${now}
    WHERE ${amount} <= ${dueOf(orderId)}
      AND (${reverses} IS NULL OR EXISTS (SELECT 1 FROM payments WHERE id = ${reverses} AND status = 'REFUNDED'))
    RETURNING id, (SELECT room_waits FROM orders WHERE id = ${orderId}) AS roomWaits`);
  const words = fromHundredths(amount);
  const ref = crypto.randomUUID();
  const notices = [paidNotice(orderId, order.client, ref, words)];
  const roomUpdate = {
    orderId,
    kind: "payment",
    ref,
    body: { order: orderId, status: "COMPLETED", amount: words },
  } as const;
  const audit = auditEntry(ctx, caller, {
    action: reverses === null ? "payment.record" : "payment.reverse_refund",
    subject: sql<string>`'payment:' || (SELECT max(id) FROM payments)`,
    before: null,
    after: {
      order_id: orderId,
      amount: words,
      payment_method: paymentMethod,
      status: "COMPLETED",
      ...(transactionId ? { transaction_id: transactionId } : {}),
      ...(reverses === null ? {} : { reverses }),
      ...(reason ? { reason } : {}),
    },
  });
  const rest = [noticeRows(ctx, notices), archiveUpdate(ctx, roomUpdate), audit];
  try {
    const done = await commit(ctx, insert, [orderUpdate(roomUpdate), ...noticeEffects(notices)], rest);
    const [made] = (done?.results ?? []) as { id: number }[];
    if (made) return made;
  } catch (error) {
    if (isUniqueViolation(error, "payments.reverses")) throw refuse(409, texts.reversed);
    throw error;
  }
  const [facts] = await ctx.db.all<{ due: number; standing: string | null }>(
    sql`SELECT ${dueOf(orderId)} AS due, (SELECT status FROM payments WHERE id = ${reverses}) AS standing`,
  );
  if (reverses !== null && facts?.standing !== "REFUNDED")
    throw invalid({ status: fill(texts.payment, { from: facts?.standing ?? "", to: "COMPLETED" }) });
  throw await exceedsDue(ctx, orderId);
}
