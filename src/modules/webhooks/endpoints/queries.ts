/** Reads endpoints and deliveries; a person's part in them for the export of an account. */
import { and, asc, desc, eq, gte, lt, type SQL, sql } from "drizzle-orm";
import { notFound } from "../../../platform/http/errors.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { isoTime } from "../../../platform/time.ts";
import { webhookDeliveries, webhookEndpoints } from "../tables.ts";

export type Endpoint = typeof webhookEndpoints.$inferSelect;
export type Delivery = typeof webhookDeliveries.$inferSelect;

/** All of them; a quota keeps them few. */
export function listEndpoints(ctx: RequestContext): Promise<Endpoint[]> {
  return ctx.db.select().from(webhookEndpoints).orderBy(asc(webhookEndpoints.id));
}

/** @throws 404 */
export async function requireEndpoint(ctx: RequestContext, id: number): Promise<Endpoint> {
  const [endpoint] = await ctx.db.select().from(webhookEndpoints).where(eq(webhookEndpoints.id, id));
  if (!endpoint) throw notFound();
  return endpoint;
}

/** @throws 404 */
export async function requireDelivery(ctx: RequestContext, id: number): Promise<Delivery> {
  const [delivery] = await ctx.db.select().from(webhookDeliveries).where(eq(webhookDeliveries.id, id));
  if (!delivery) throw notFound();
  return delivery;
}

export interface DeliveryFilter {
  readonly state?: Delivery["state"] | undefined;
  /** Ids below this one; 0: from the newest. */
  readonly before: number;
  readonly limit: number;
}

/** The most rows of a log that one page looks through for a state: no index has it. */
const LOOKED_THROUGH = 1000;

export interface DeliveryPage {
  readonly rows: readonly Delivery[];
  /** The next page has ids below this one; null: there is none. */
  readonly next: number | null;
}

/** The newest first. A page of one state may hold fewer than `limit`, or none, and still have a next one. */
export async function listDeliveries(
  ctx: RequestContext,
  endpointId: number,
  { state, before, limit }: DeliveryFilter,
): Promise<DeliveryPage> {
  const { id, endpointId: endpoint, state: stored } = webhookDeliveries;
  const below = and(eq(endpoint, endpointId), before > 0 ? lt(id, before) : undefined);
  const edge = state && (await nthBelow(ctx, below, LOOKED_THROUGH));
  const rows = await ctx.db
    .select()
    .from(webhookDeliveries)
    .where(and(below, state && eq(stored, state), edge ? gte(id, edge) : undefined))
    .orderBy(desc(id))
    .limit(limit);
  const last = rows.length === limit ? rows.at(-1)?.id : undefined;
  return { rows, next: last ?? edge ?? null };
}

/** The id of the nth newest of these deliveries; null when there are fewer. */
async function nthBelow(ctx: RequestContext, below: SQL | undefined, nth: number): Promise<number | null> {
  const { id } = webhookDeliveries;
  const found = await ctx.db
    .select({ id })
    .from(webhookDeliveries)
    .where(below)
    .orderBy(desc(id))
    .limit(1)
    .offset(nth - 1);
  return found[0]?.id ?? null;
}

/** SQL: ids of active endpoints with something due, comma-separated; null for none. Reads nothing without endpoints. */
export const dueEndpoints: SQL<string | null> =
  sql`(SELECT group_concat(webhook_endpoints.id) FROM webhook_endpoints
  WHERE is_active AND EXISTS (SELECT 1 FROM webhook_deliveries d
    WHERE d.endpoint_id = webhook_endpoints.id AND d.next_at <= unixepoch('subsec') * 1000 + 1000))`;

/** Deliveries of one person's data in an export. */
const EXPORTED = 10_000;

/** The webhooks part of an account's export: endpoints that this person looks after, and what was passed on about them. */
export async function exportWebhooks(ctx: RequestContext, userId: number): Promise<object> {
  const [endpoints, deliveries] = await Promise.all([
    ctx.db.select().from(webhookEndpoints).where(eq(webhookEndpoints.ownerId, userId)),
    ctx.db
      .select()
      .from(webhookDeliveries)
      .where(eq(webhookDeliveries.personId, userId))
      .orderBy(desc(webhookDeliveries.id))
      .limit(EXPORTED),
  ]);
  return {
    webhook_endpoints: endpoints.map(({ id, url, description, types, createdAt }) => ({
      id,
      url,
      description,
      types,
      created_at: isoTime(createdAt),
    })),
    passed_on_by_webhooks: deliveries.map(({ type, subject, data, state, createdAt }) => ({
      type,
      subject,
      data,
      state,
      created_at: isoTime(createdAt),
    })),
  };
}
