/**
 * Sends what is due for one endpoint. Loaded when something is: `sender.ts` calls it in the endpoint's own object, so that
 * a slow receiver delays no other. What a dying object had sent and not recorded is sent again, under the same id.
 */
import { type SQL, sql } from "drizzle-orm";
import { runBatch } from "../../../platform/db/client.ts";
import { log } from "../../../platform/log.ts";
import { type OutboundAnswer, postOutbound } from "../../../platform/outbound/send.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { isoTime } from "../../../platform/time.ts";
import type { Endpoint } from "../endpoints/queries.ts";
import { webhookEndpoints } from "../tables.ts";
import { disableEndpoint } from "./health.ts";
import { promote } from "./lanes.ts";
import { type Attempt, GONE, type Outcome, outcomeOf } from "./rules.ts";
import { signedHeaders, unsealSecret } from "./signing.ts";

/** Requests under way at once: a Worker has six outgoing connections, and a request that waits for one uses up its time. */
const PARALLEL = 6;
/** Deliveries that are read at once. */
const READ = 60;

interface Due {
  readonly id: number;
  readonly messageId: string;
  readonly type: string;
  readonly subject: string;
  readonly data: string;
  readonly attempts: number;
  readonly createdAt: number;
}

interface Sent {
  readonly delivery: Due;
  readonly attempt: Attempt;
  readonly outcome: Outcome;
}

/**
 * Sends until nothing is due, or until `until` (epoch ms). Returns when the next delivery is due: now when there are more,
 * null when nothing waits.
 */
export async function sendDue(
  ctx: RequestContext,
  endpointId: number,
  until: number,
): Promise<number | null> {
  const underWay = new Map<number, Promise<Sent>>();
  let waiting: Due[] = [];
  let endpoint: Endpoint | null = null;
  let later: number | null = null;
  let mayHaveMore = true;
  while (true) {
    if (waiting.length === 0 && mayHaveMore && ctx.now() < until) {
      ({ endpoint, due: waiting, later } = await readDue(ctx, endpointId, [...underWay.keys()]));
      mayHaveMore = waiting.length === READ;
    }
    while (endpoint && underWay.size < PARALLEL && waiting.length > 0) {
      const delivery = waiting.shift();
      if (delivery) underWay.set(delivery.id, send(ctx, endpoint, delivery));
    }
    if (!endpoint || underWay.size === 0) return ctx.now() >= until ? ctx.now() : later;
    const sent = await finishedOf(underWay);
    if (await record(ctx, endpoint, sent)) return null;
    // A finished delivery lets the next one of its subject go.
    mayHaveMore = true;
  }
}

/** Waits for one request, and takes those that have ended meanwhile. */
async function finishedOf(underWay: Map<number, Promise<Sent>>): Promise<Sent[]> {
  const first = await Promise.race(underWay.values());
  const ended = await Promise.all(
    [...underWay.values()].map((each) => Promise.race([each, Promise.resolve(null)])),
  );
  const sent = new Map(
    [first, ...ended.filter((each) => each !== null)].map((each) => [each.delivery.id, each]),
  );
  for (const id of sent.keys()) underWay.delete(id);
  return [...sent.values()];
}

/** An inactive endpoint has nothing due. */
async function readDue(ctx: RequestContext, endpointId: number, except: readonly number[]) {
  const now = ctx.now();
  const mine = sql`endpoint_id = ${endpointId} AND next_at IS NOT NULL`;
  const [endpoints, due, later] = (await runBatch(ctx.db, [
    ctx.db.select().from(webhookEndpoints).where(sql`id = ${endpointId} AND is_active`),
    ctx.db.all(sql`
      SELECT id, message_id AS messageId, type, subject, data, attempts, created_at AS createdAt FROM webhook_deliveries
      WHERE ${mine} AND next_at <= ${now} AND id NOT IN (SELECT value FROM json_each(${JSON.stringify(except)}))
      ORDER BY next_at, id LIMIT ${READ}`),
    ctx.db.all(sql`SELECT min(next_at) AS at FROM webhook_deliveries WHERE ${mine} AND next_at > ${now}`),
  ])) as [Endpoint[], Due[], { at: number | null }[]];
  const endpoint = endpoints[0] ?? null;
  return { endpoint, due: endpoint ? due : [], later: endpoint ? (later[0]?.at ?? null) : null };
}

async function send(ctx: RequestContext, endpoint: Endpoint, delivery: Due): Promise<Sent> {
  const at = ctx.now();
  const { schedule } = ctx.runtime.settings.webhooks;
  const answered = await post(ctx, endpoint, delivery, at).catch((error: unknown) => {
    log("error", "webhooks.sign", { endpoint: endpoint.id, delivery: delivery.id }, error);
    return UNSIGNED;
  });
  const { status, error, headers, took, answer } = answered;
  const judged = { status, retryAfter: headers.retryAfter };
  const outcome = outcomeOf(judged, delivery.attempts + 1, schedule, ctx.now(), Math.random());
  return { delivery, attempt: { at, took, status, error, answer }, outcome };
}

/** The secret can't be read: `SIGNING_SECRET` has changed. A rotation gives the endpoint a new one. */
const UNSIGNED = {
  status: null,
  error: "unsigned",
  headers: { retryAfter: null },
  answer: "",
  took: 0,
} as const;

async function post(
  ctx: RequestContext,
  endpoint: Endpoint,
  delivery: Due,
  at: number,
): Promise<OutboundAnswer> {
  const { type, messageId, data, createdAt } = delivery;
  const body = JSON.stringify({ type, timestamp: isoTime(createdAt), data: JSON.parse(data) });
  const secrets = [endpoint.secret];
  if (endpoint.formerSecret && (endpoint.formerUntil ?? 0) > at) secrets.push(endpoint.formerSecret);
  const open = await Promise.all(secrets.map((sealed) => unsealSecret(ctx, sealed)));
  const headers = await signedHeaders({ id: messageId, at, body }, open);
  return postOutbound(ctx.runtime.settings, endpoint.url, { headers, body });
}

/** Records what was sent, in one transaction. True when the endpoint was switched off. */
async function record(ctx: RequestContext, endpoint: Endpoint, sent: readonly Sent[]): Promise<boolean> {
  const now = ctx.now();
  const rows = sent.map(({ delivery: { id, messageId }, attempt, outcome }) => ({
    id,
    messageId,
    attempt,
    state: outcome.state,
    nextAt: outcome.state === "pending" ? now + outcome.wait : null,
    finishedAt: outcome.state === "pending" ? null : now,
  }));
  const over = sent.filter(({ outcome }) => outcome.state !== "pending");
  const gone = sent.some(({ attempt }) => attempt.status === GONE);
  await runBatch(ctx.db, [
    ctx.db.run(sql`UPDATE webhook_deliveries SET state = r.value ->> 'state', attempts = attempts + 1,
        next_at = r.value ->> 'nextAt', finished_at = r.value ->> 'finishedAt',
        log = json_insert(log, '$[#]', json(r.value -> 'attempt'))
      FROM json_each(${JSON.stringify(rows)}) AS r WHERE webhook_deliveries.id = r.value ->> 'id'
        AND message_id = r.value ->> 'messageId' AND state = 'pending'`),
    promote(
      ctx,
      endpoint.id,
      over.map(({ delivery }) => delivery.subject),
    ),
    ctx.db.run(healthOf(endpoint, sent, now)),
  ]);
  return gone && (await disableEndpoint(ctx, endpoint, "gone"));
}

/** Notes since when nothing was accepted. Changes no row while nothing changes. */
function healthOf({ id }: Endpoint, sent: readonly Sent[], now: number): SQL {
  const isAlive = sent.some(({ outcome }) => outcome.state === "accepted");
  return isAlive
    ? sql`UPDATE webhook_endpoints SET failing_since = NULL, warned_at = NULL WHERE id = ${id} AND failing_since IS NOT NULL`
    : sql`UPDATE webhook_endpoints SET failing_since = ${now} WHERE id = ${id} AND failing_since IS NULL`;
}
