/** Sends events once more, and a test event. What is sent keeps its id, so that receivers know it, and goes behind what waits. */
import { type SQL, sql } from "drizzle-orm";
import { auditEntry } from "../../../platform/db/audit.ts";
import { commit } from "../../../platform/db/outbox.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { refuse } from "../../../platform/http/errors.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { type Delivery, requireDelivery, requireEndpoint } from "../endpoints/queries.ts";
import { texts } from "../messages.ts";
import { TEST_TYPE } from "../types.ts";
import { promote } from "./lanes.ts";

/** The most events that one request sends again. */
export const MOST_REPLAYED = 1000;

/** Sends one event once more. @throws 404; 409 when it is being sent, or the endpoint is switched off */
export async function replayDelivery(ctx: RequestContext, caller: Caller, id: number): Promise<Delivery> {
  const delivery = await requireDelivery(ctx, id);
  const { isActive } = await requireEndpoint(ctx, delivery.endpointId);
  if (!isActive) throw refuse(409, texts.inactive);
  const [made] = await replay(ctx, caller, delivery.endpointId, [id], [delivery.subject], sql`true`);
  if (made === undefined) throw refuse(409, texts.waits);
  return requireDelivery(ctx, made);
}

export interface Range {
  /** Epoch ms, both included: when the events happened. */
  readonly from: number;
  readonly to: number;
  readonly state: "accepted" | "failed";
}

/**
 * Sends the events of a time once more that ended in this state, the oldest first, each once: what was sent again already
 * is left out. `more`: there are others, because one request sends at most 1,000.
 * @throws 404; 409 when the endpoint is switched off
 */
export async function replayRange(
  ctx: RequestContext,
  caller: Caller,
  endpointId: number,
  { from, to, state }: Range,
): Promise<{ replayed: number; more: boolean }> {
  const { isActive } = await requireEndpoint(ctx, endpointId);
  if (!isActive) throw refuse(409, texts.inactive);
  const found = await ctx.db.all<{ id: number; subject: string }>(sql`
    SELECT id, subject FROM webhook_deliveries WHERE endpoint_id = ${endpointId} AND state = ${state}
      AND replayed_at IS NULL AND created_at BETWEEN ${from} AND ${to} ORDER BY id LIMIT ${MOST_REPLAYED + 1}`);
  const chosen = found.slice(0, MOST_REPLAYED);
  const ids = chosen.map(({ id }) => id);
  const subjects = chosen.map(({ subject }) => subject);
  const made = await replay(ctx, caller, endpointId, ids, subjects, sql`d.replayed_at IS NULL`);
  return { replayed: made.length, more: found.length > chosen.length };
}

/** Copies these deliveries, except what is pending already and what `when` excludes. Returns the ids of the copies. */
async function replay(
  ctx: RequestContext,
  caller: Caller,
  endpointId: number,
  ids: readonly number[],
  subjects: readonly string[],
  when: SQL,
): Promise<number[]> {
  if (ids.length === 0) return [];
  const chosen = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  const copy = ctx.db.run(sql`
    INSERT INTO webhook_deliveries (endpoint_id, message_id, type, subject, person_id, data, created_at)
    SELECT endpoint_id, message_id, type, subject, person_id, data, created_at FROM webhook_deliveries d
    WHERE id IN ${chosen} AND state <> 'pending' AND ${when}
      AND EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.id = d.endpoint_id AND e.is_active)
      AND NOT EXISTS (SELECT 1 FROM webhook_deliveries p WHERE p.endpoint_id = d.endpoint_id AND p.subject = d.subject
        AND p.state = 'pending' AND p.message_id = d.message_id)
    ORDER BY id RETURNING id`);
  const after = ids.length === 1 ? { delivery: ids[0] } : { first: ids[0], last: ids.at(-1) };
  const done = await commit(
    ctx,
    copy,
    [],
    [
      ctx.db.run(sql`UPDATE webhook_deliveries SET replayed_at = ${ctx.now()} WHERE id IN ${chosen}`),
      promote(ctx, endpointId, subjects),
      auditEntry(ctx, caller, {
        action: "webhook_endpoint.replay",
        subject: `webhook_endpoint:${endpointId}`,
        before: null,
        after,
      }),
    ],
  );
  if (!done) return [];
  wakeSoon(ctx, endpointId);
  return (done.results as { id: number }[]).map(({ id }) => id);
}

/** Sends a test event to an endpoint. @throws 404; 409 when it is switched off */
export async function sendTest(ctx: RequestContext, endpointId: number): Promise<Delivery> {
  const { isActive } = await requireEndpoint(ctx, endpointId);
  if (!isActive) throw refuse(409, texts.inactive);
  const now = ctx.now();
  const messageId = `msg_${crypto.getRandomValues(new Uint8Array(16)).toHex()}`;
  const [made] = await ctx.db.all<{ id: number }>(sql`
    INSERT INTO webhook_deliveries (endpoint_id, message_id, type, subject, data, next_at, created_at)
    VALUES (${endpointId}, ${messageId}, ${TEST_TYPE}, ${`test:${messageId}`}, ${JSON.stringify({ endpoint: endpointId })}, ${now}, ${now})
    RETURNING id`);
  wakeSoon(ctx, endpointId);
  return requireDelivery(ctx, made?.id ?? 0);
}

function wakeSoon(ctx: RequestContext, endpointId: number): void {
  ctx.defer("webhooks.wake", ctx.runtime.wakeWebhookSender(endpointId), { endpoint: endpointId });
}
