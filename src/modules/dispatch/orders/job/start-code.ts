/** The start code: the client tells it to the driver, who starts the work with it. Five wrong codes lock it for this assignment. */
import { and, eq, lt, type SQL, sql } from "drizzle-orm";
import { auditEntry } from "../../../../platform/db/audit.ts";
import { commit } from "../../../../platform/db/outbox.ts";
import type { Caller } from "../../../../platform/http/caller.ts";
import { invalid, notFound } from "../../../../platform/http/errors.ts";
import { fill, messages } from "../../../../platform/http/messages.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { texts } from "../messages.ts";
import type { Order } from "../queries.ts";
import type { Side } from "../rules.ts";
import { orders } from "../tables.ts";

/** Wrong codes allowed in one assignment. */
const TRIES = 5;

const IS_OPEN = lt(orders.codeTries, TRIES);

/**
 * Checks a driver's start code. It may be missing while `START_CODE` is optional; operators need none. A wrong code is
 * counted and refused with 400. Returns a condition for the transition's transaction.
 * @param field the code's name in the request
 */
export async function requireStartCode(
  ctx: RequestContext,
  order: Order,
  side: Side,
  field: "code" | "start_code",
  code: string | undefined,
): Promise<SQL | undefined> {
  // In any other status the transition itself is refused.
  if (order.status !== "ASSIGNED") return undefined;
  const isWrong = code !== undefined && code !== order.startCode;
  if (side !== "driver") {
    if (isWrong) throw invalid({ [field]: texts.code });
    return undefined;
  }
  if (order.codeTries >= TRIES) throw invalid({ [field]: texts.codeEnded });
  if (isWrong) throw invalid({ [field]: (await countWrong(ctx, order)) ? texts.code : texts.codeEnded });
  if (code === undefined && ctx.runtime.settings.startCode === "required")
    throw invalid({ [field]: messages.required });
  return IS_OPEN;
}

/** False when concurrent requests have used up the tries. */
async function countWrong(ctx: RequestContext, { id, towTruckId }: Order): Promise<boolean> {
  const counted = await ctx.db
    .update(orders)
    .set({ codeTries: sql`${orders.codeTries} + 1` })
    .where(
      and(
        eq(orders.id, id),
        eq(orders.status, "ASSIGNED"),
        sql`${orders.towTruckId} IS ${towTruckId}`,
        IS_OPEN,
      ),
    )
    .returning({ id: orders.id });
  return counted.length > 0;
}

/** Unlocks the start code of an assigned order, for operators. */
export async function openStartCode(ctx: RequestContext, caller: Caller, id: string): Promise<void> {
  const [order] = await ctx.db
    .select({ status: orders.status, codeTries: orders.codeTries })
    .from(orders)
    .where(eq(orders.id, id));
  if (!order) throw notFound();
  const open = ctx.db
    .update(orders)
    .set({ codeTries: 0, updatedAt: ctx.now() })
    .where(and(eq(orders.id, id), eq(orders.status, "ASSIGNED")));
  const audit = auditEntry(ctx, caller, {
    action: "order.open_code",
    subject: `order:${id}`,
    before: { codeTries: order.codeTries },
    after: { codeTries: 0 },
  });
  if (!(await commit(ctx, open, [], [audit])))
    throw invalid({ status: fill(texts.codeNotNow, { from: order.status }) });
}
