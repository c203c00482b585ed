/** Reads endpoints and deliveries; a person's part in them for the export of an account. */
import { and, asc, desc, eq, lt, type SQL, sql } from "drizzle-orm";
import { notFound } from "../../platform/http/errors.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import { webhookDeliveries, webhookEndpoints } from "./tables.ts";

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

/** The newest first. */
export function listDeliveries(
  ctx: RequestContext,
  endpointId: number,
  { state, before, limit }: DeliveryFilter,
): Promise<Delivery[]> {
  const { id, endpointId: endpoint, state: stored } = webhookDeliveries;
  return ctx.db
    .select()
    .from(webhookDeliveries)
    .where(and(eq(endpoint, endpointId), state && eq(stored, state), before > 0 ? lt(id, before) : undefined))
    .orderBy(desc(id))
    .limit(limit);
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
