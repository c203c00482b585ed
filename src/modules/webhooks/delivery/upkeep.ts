/** What is done for webhooks each minute and by night, and when an account is deleted. */
import { sql } from "drizzle-orm";
import { runBatch } from "../../../platform/db/client.ts";
import { log } from "../../../platform/log.ts";
import { onDemand } from "../../../platform/on-demand.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { dueEndpoints } from "../endpoints/queries.ts";
import { promote } from "./lanes.ts";
import { lengthOf } from "./rules.ts";

const health = onDemand(() => import("./health.ts"));

/** Rows that one statement changes. */
const PIECE = 2000;
const ROUNDS = 50;

/** Wakes the senders of these endpoints: ids, comma-separated. A failure is left to the next minute. */
export async function wakeSenders(ctx: RequestContext, endpoints: string): Promise<void> {
  const ids = [...new Set(endpoints.split(",").map(Number))];
  await Promise.all(
    ids.map((id) =>
      ctx.runtime.wakeWebhookSender(id).catch((error: unknown) => {
        log("warn", "webhooks.wake", { endpoint: id }, error);
      }),
    ),
  );
}

/** Each minute: wakes senders that were not told, and looks after endpoints that fail or were switched off. */
export async function sweepWebhooks(ctx: RequestContext): Promise<void> {
  const [found] = await ctx.db.all<{ due: string | null; failing: number; off: number }>(sql`
    SELECT ${dueEndpoints} AS due,
      EXISTS (SELECT 1 FROM webhook_endpoints WHERE is_active AND failing_since IS NOT NULL) AS failing,
      EXISTS (SELECT 1 FROM webhook_endpoints WHERE NOT is_active) AS off`);
  if (found?.due) await wakeSenders(ctx, found.due);
  if (found?.failing) {
    const { checkEndpoints } = await health();
    await checkEndpoints(ctx);
  }
  if (found?.off) await giveUpInactive(ctx);
}

/** What still waits for an endpoint that was switched off is given up, so that it can be sent again later. */
async function giveUpInactive(ctx: RequestContext): Promise<void> {
  await ctx.db.run(sql`UPDATE webhook_deliveries SET state = 'failed', next_at = NULL, finished_at = ${ctx.now()}
    WHERE id IN (SELECT d.id FROM webhook_endpoints JOIN webhook_deliveries d ON d.endpoint_id = webhook_endpoints.id AND d.state = 'pending'
      WHERE NOT is_active LIMIT ${PIECE})`);
}

/** By night: deletes the log of old deliveries, gives up those that waited too long, and lets go what waits for nothing. */
export async function purgeWebhooks(ctx: RequestContext): Promise<void> {
  const { schedule, logDays } = ctx.runtime.settings.webhooks;
  const now = ctx.now();
  // Behind others of its subject, a delivery may wait longer than its own schedule lasts.
  const tooLong = now - 2 * lengthOf(schedule) - DAY;
  await ctx.db.run(sql`UPDATE webhook_deliveries SET state = 'failed', next_at = NULL, finished_at = ${now}
    WHERE id IN (SELECT d.id FROM webhook_endpoints JOIN webhook_deliveries d ON d.endpoint_id = webhook_endpoints.id
      WHERE d.state = 'pending' AND d.created_at < ${tooLong})`);
  await deleteOld(ctx, now - logDays * DAY);
  await ctx.db.run(sql`UPDATE webhook_deliveries SET next_at = ${now} WHERE next_at IS NULL AND state = 'pending'
    AND id IN (SELECT min(id) FROM webhook_deliveries WHERE state = 'pending' GROUP BY endpoint_id, subject)`);
}

const DAY = 24 * 3600_000;

/** Deletes what is over and happened before, epoch ms: page by page from the oldest, up to a page without any. */
async function deleteOld(ctx: RequestContext, before: number): Promise<void> {
  let after = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const page = await ctx.db.all<{ id: number; createdAt: number }>(sql`
      SELECT id, created_at AS createdAt FROM webhook_deliveries WHERE id > ${after} ORDER BY id LIMIT ${PIECE}`);
    const last = page.at(-1);
    if (!last || page.every(({ createdAt }) => createdAt >= before)) return;
    await ctx.db.run(sql`DELETE FROM webhook_deliveries
      WHERE id > ${after} AND id <= ${last.id} AND state <> 'pending' AND created_at < ${before}`);
    after = last.id;
  }
}

/**
 * Deletes what was passed on about a deleted account. That things were deleted with it is still delivered, by their ids:
 * receivers have to forget them, too. Safe to repeat.
 */
export async function eraseWebhooks(ctx: RequestContext, userId: number): Promise<void> {
  const lanes = await ctx.db.all<{ endpointId: number; subject: string }>(sql`
    SELECT DISTINCT endpoint_id AS endpointId, subject FROM webhook_deliveries WHERE person_id = ${userId} AND state = 'pending'`);
  const subjects = Map.groupBy(lanes, ({ endpointId }) => endpointId);
  await runBatch(ctx.db, [
    ctx.db.run(
      sql`DELETE FROM webhook_deliveries WHERE person_id = ${userId} AND type NOT IN ('order.deleted', 'event.deleted')`,
    ),
    ...[...subjects].map(([endpointId, waiting]) =>
      promote(
        ctx,
        endpointId,
        waiting.map(({ subject }) => subject),
      ),
    ),
  ]);
}
