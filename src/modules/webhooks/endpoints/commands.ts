/** Staff's changes of endpoints. The API and the console share what decides: `endpointColumns`. */
import { eq, sql } from "drizzle-orm";
import { auditEntry } from "../../../platform/db/audit.ts";
import { commit } from "../../../platform/db/outbox.ts";
import { belowQuota, insertWhere, quotaRefusal } from "../../../platform/db/quota.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { invalid, notFound } from "../../../platform/http/errors.ts";
import { fill } from "../../../platform/http/messages.ts";
import { outboundAddress } from "../../../platform/outbound/address.ts";
import { addressTexts } from "../../../platform/outbound/messages.ts";
import { addressPolicyOf } from "../../../platform/outbound/send.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { newSecret, sealSecret, unsealSecret } from "../delivery/signing.ts";
import { texts } from "../messages.ts";
import { webhookEndpoints } from "../tables.ts";
import { TYPE_NAMES } from "../types.ts";
import { type Endpoint, requireEndpoint } from "./queries.ts";

/** What staff decide about an endpoint. */
export type EndpointInput = Pick<
  Endpoint,
  "url" | "description" | "types" | "isActive" | "positionSeconds" | "ownerId"
>;

/** Requests are signed with the former secret, too, for so long after a rotation, ms. */
const ROTATION = 24 * 3600_000;

export const allEndpoints = sql`SELECT 1 FROM webhook_endpoints`;

/** Checks the given fields; returns the columns that follow from them. `before` is null for a new endpoint. */
export async function endpointColumns(
  ctx: RequestContext,
  before: Pick<Endpoint, "isActive"> | null,
  { url, types, isActive, ownerId }: Partial<EndpointInput>,
): Promise<Partial<Endpoint>> {
  const columns: { -readonly [Name in keyof Endpoint]?: Endpoint[Name] } = {};
  if (url !== undefined) {
    const address = outboundAddress(url, addressPolicyOf(ctx.runtime.settings, ctx.requestOrigin));
    if ("fault" in address) throw invalid({ url: addressTexts[address.fault] });
    // What another receiver failed says nothing about this one.
    Object.assign(columns, { url: address.url.href, failingSince: null, warnedAt: null });
  }
  if (types !== undefined) {
    const unknown = types.find((type) => !(TYPE_NAMES as readonly string[]).includes(type));
    if (unknown !== undefined) throw invalid({ types: fill(texts.unknownType, { value: unknown }) });
    if (types.length === 0) throw invalid({ types: texts.types });
    columns.types = TYPE_NAMES.filter((type) => types.includes(type));
  }
  if (typeof ownerId === "number" && !(await isStaff(ctx, ownerId))) throw invalid({ owner: texts.owner });
  if (isActive === false && before?.isActive !== false)
    Object.assign(columns, { disabledAt: ctx.now(), disabledReason: "staff" });
  if (isActive === true && before?.isActive === false)
    Object.assign(columns, { disabledAt: null, disabledReason: null, failingSince: null, warnedAt: null });
  return columns;
}

async function isStaff(ctx: RequestContext, userId: number): Promise<boolean> {
  const found = await ctx.db.all(sql`SELECT 1 FROM users WHERE id = ${userId} AND is_staff = 1`);
  return found.length > 0;
}

/** A new endpoint with its secret, which is shown this once. */
export async function addEndpoint(
  ctx: RequestContext,
  caller: Caller,
  input: EndpointInput,
): Promise<{ endpoint: Endpoint; secret: string }> {
  const secret = newSecret();
  const now = ctx.now();
  const stamps = { createdAt: now, updatedAt: now };
  const columns = await endpointColumns(ctx, null, input);
  const row = { ...input, ...columns, ...stamps, secret: await sealSecret(ctx, secret) };
  const insert = insertWhere(
    ctx.db,
    webhookEndpoints,
    row,
    belowQuota(ctx, "webhookEndpoints", allEndpoints),
  ).returning();
  const subject = sql<string>`(SELECT 'webhook_endpoint:' || max(id) FROM webhook_endpoints)`;
  const entry = { action: "webhook_endpoint.create", subject, before: null, after: input };
  const [endpoint] = (await commit(ctx, insert, [], [auditEntry(ctx, caller, entry)])) ?? [];
  if (!endpoint) throw quotaRefusal(ctx, "webhookEndpoints");
  return { endpoint, secret };
}

/** Changes the given fields. @throws 404 */
export async function changeEndpoint(
  ctx: RequestContext,
  caller: Caller,
  id: number,
  change: Partial<EndpointInput>,
): Promise<Endpoint> {
  const before = await requireEndpoint(ctx, id);
  const columns = await endpointColumns(ctx, before, change);
  if (Object.keys(change).length === 0) return before;
  const update = ctx.db
    .update(webhookEndpoints)
    .set({ ...change, ...columns, updatedAt: ctx.now() })
    .where(eq(webhookEndpoints.id, id))
    .returning();
  const former = Object.fromEntries(
    Object.keys(change).map((name) => [name, before[name as keyof Endpoint]]),
  );
  const [changed] = (await commit(ctx, update, [], [audit(ctx, caller, "change", id, former, change)])) ?? [];
  if (!changed) throw notFound();
  return changed;
}

/** Deletes an endpoint with its log. @throws 404 */
export async function removeEndpoint(ctx: RequestContext, caller: Caller, id: number): Promise<void> {
  const { url, types } = await requireEndpoint(ctx, id);
  const remove = ctx.db.delete(webhookEndpoints).where(eq(webhookEndpoints.id, id));
  const done = await commit(ctx, remove, [], [audit(ctx, caller, "delete", id, { url, types }, null)]);
  if (!done) throw notFound();
}

/** Makes a new secret. Requests are signed with both for a day, so that receivers can change theirs in time. */
export async function rotateSecret(
  ctx: RequestContext,
  caller: Caller,
  id: number,
): Promise<{ secret: string; formerUntil: number }> {
  const secret = newSecret();
  const sealed = await sealSecret(ctx, secret);
  const formerUntil = ctx.now() + ROTATION;
  const update = ctx.db
    .update(webhookEndpoints)
    .set({ secret: sealed, formerSecret: sql`${webhookEndpoints.secret}`, formerUntil, updatedAt: ctx.now() })
    .where(eq(webhookEndpoints.id, id));
  const done = await commit(ctx, update, [], [audit(ctx, caller, "rotate_secret", id, null, null)]);
  if (!done) throw notFound();
  return { secret, formerUntil };
}

/** The secret as it is, for a receiver that is set up; noted in the audit log. @throws 404 */
export async function revealSecret(ctx: RequestContext, caller: Caller, id: number): Promise<string> {
  const { secret } = await requireEndpoint(ctx, id);
  await audit(ctx, caller, "reveal_secret", id, null, null);
  return unsealSecret(ctx, secret);
}

function audit(
  ctx: RequestContext,
  caller: Caller,
  action: string,
  id: number,
  before: object | null,
  after: object | null,
) {
  const subject = `webhook_endpoint:${id}`;
  return auditEntry(ctx, caller, { action: `webhook_endpoint.${action}`, subject, before, after });
}
