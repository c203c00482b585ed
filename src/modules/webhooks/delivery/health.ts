/** Endpoints that accept nothing: their owner is told, and later they are switched off. One that answers 410 is switched off at once. */
import { and, eq, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import { commit, type Effect } from "../../../platform/db/outbox.ts";
import { fill } from "../../../platform/http/messages.ts";
import type { Locale } from "../../../platform/http/text.ts";
import { mailEffect } from "../../../platform/mail/mail.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { mayOperateSql } from "../../identity/index.ts";
import {
  type Notice,
  noticeEffects,
  noticeRows,
  unsubscribeUrl,
  wantsLetters,
} from "../../notifications/index.ts";
import type { Endpoint } from "../endpoints/queries.ts";
import { tidings } from "../messages.ts";
import { webhookEndpoints } from "../tables.ts";
import { type EndpointLetter, endpointFails } from "./mails.ts";
import { verdictOn } from "./rules.ts";

/** Warns about endpoints that fail, and switches off those that still do. */
export async function checkEndpoints(ctx: RequestContext): Promise<void> {
  const failing = await ctx.db
    .select()
    .from(webhookEndpoints)
    .where(and(eq(webhookEndpoints.isActive, true), isNotNull(webhookEndpoints.failingSince)));
  for (const endpoint of failing) {
    const verdict = verdictOn(endpoint, ctx.runtime.settings.webhooks.schedule, ctx.now());
    if (verdict === "warn") await warn(ctx, endpoint);
    if (verdict === "disable") await disableEndpoint(ctx, endpoint, "failing");
  }
}

async function warn(ctx: RequestContext, endpoint: Endpoint): Promise<void> {
  const { id, failingSince } = endpoint;
  const isUnwarned = and(isNull(webhookEndpoints.warnedAt), isNotNull(webhookEndpoints.failingSince));
  await changeAndTell(
    ctx,
    endpoint,
    "warn",
    { warnedAt: ctx.now() },
    isUnwarned,
    `${id}:warn:${failingSince}`,
  );
}

/** Switches an endpoint off and tells its owner. False when it was off already. */
export function disableEndpoint(
  ctx: RequestContext,
  endpoint: Endpoint,
  reason: "gone" | "failing",
): Promise<boolean> {
  const now = ctx.now();
  const change = { isActive: false, disabledAt: now, disabledReason: reason, updatedAt: now };
  // Somebody may have given it another address meanwhile.
  const stands = eq(webhookEndpoints.url, endpoint.url);
  return changeAndTell(ctx, endpoint, reason, change, stands, `${endpoint.id}:off:${now}`);
}

/** Changes an active endpoint and tells its owner in the app and by letter, in one transaction. */
async function changeAndTell(
  ctx: RequestContext,
  { id, url, ownerId }: Endpoint,
  what: keyof typeof tidings,
  change: Partial<Endpoint>,
  condition: SQL | undefined,
  act: string,
): Promise<boolean> {
  const { title, message } = tidings[what];
  const people = await recipients(ctx, ownerId);
  const page = `${ctx.origin}/admin/webhook-endpoints/${id}/`;
  const notices = people.map(
    ({ userId, locale }): Notice => ({
      userId,
      type: "WEBHOOK",
      title: title[locale],
      message: fill(message, { url })[locale],
      about: `webhook:${id}`,
      ref: `webhook:${act}`,
      words: "webhook",
      subject: url,
    }),
  );
  const letters = await Promise.all(
    people.flatMap(({ userId, email, locale, wantsLetter }) =>
      email !== null && wantsLetter === 1 ? [letterTo(ctx, userId, email, locale, { what, url, page })] : [],
    ),
  );
  const update = ctx.db
    .update(webhookEndpoints)
    .set(change)
    .where(and(eq(webhookEndpoints.id, id), eq(webhookEndpoints.isActive, true), condition));
  const done = await commit(ctx, update, [...letters, ...noticeEffects(notices)], [noticeRows(ctx, notices)]);
  return done !== null;
}

async function letterTo(
  ctx: RequestContext,
  userId: number,
  email: string,
  locale: Locale,
  data: EndpointLetter,
): Promise<Effect> {
  const unsubscribe = await unsubscribeUrl(ctx, userId, "webhooks");
  return mailEffect("webhook.fails", endpointFails, email, locale, data, { unsubscribe });
}

interface Recipient {
  readonly userId: number;
  readonly email: string | null;
  readonly locale: Locale;
  readonly wantsLetter: 0 | 1;
}

/** At most so many members of staff are told about an endpoint without an owner. */
const STAFF = 20;

/** The owner while they are staff; otherwise everybody in staff. Of staff in groups, those who may see endpoints. */
async function recipients(ctx: RequestContext, ownerId: number | null): Promise<Recipient[]> {
  const staff = await ctx.db.all<Recipient & { isOwner: number }>(sql`
    SELECT id AS userId, email, locale, id IS ${ownerId} AS isOwner,
      ${wantsLetters("webhooks", sql`users.id`)} AS wantsLetter FROM users
    WHERE is_staff = 1 AND is_active AND ${mayOperateSql("webhook-endpoints:read")} ORDER BY id IS ${ownerId} DESC, id LIMIT ${STAFF}`);
  const owner = staff.filter(({ isOwner }) => isOwner === 1);
  return owner.length > 0 ? owner : staff;
}
