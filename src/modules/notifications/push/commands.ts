/** Registers and removes devices that take pushes. */
import { and, eq, sql } from "drizzle-orm";
import { runBatch } from "../../../platform/db/client.ts";
import { belowQuota, isFull, quotaRefusal } from "../../../platform/db/quota.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { invalid, refuse } from "../../../platform/http/errors.ts";
import { fill } from "../../../platform/http/messages.ts";
import { onDemand } from "../../../platform/on-demand.ts";
import { outboundAddress } from "../../../platform/outbound/address.ts";
import { addressTexts } from "../../../platform/outbound/messages.ts";
import { addressPolicyOf } from "../../../platform/outbound/send.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import type { z } from "../../../platform/zod.ts";
import { isOpen } from "../../identity/index.ts";
import { texts } from "./messages.ts";
import type { PushSubscription, SubscriptionBody } from "./schemas.ts";
import { pushSubscriptions, type Service } from "./tables.ts";

const keys = onDemand(() => import("./keys.ts"));

/** What a device registers. */
type Device = Pick<PushSubscription, "service" | "address" | "publicKey" | "authSecret">;

/** The public key of Web Push and which apps' services are set up. */
export async function pushServices(ctx: RequestContext) {
  const { vapidPair } = await keys();
  const { fcm, apns } = ctx.runtime.settings.push;
  return { webKey: (await vapidPair(ctx))?.publicKey ?? null, fcm: fcm !== null, apns: apns !== null };
}

/** Checks a device as it was sent. @throws 400 */
async function deviceOf(ctx: RequestContext, body: z.output<typeof SubscriptionBody>): Promise<Device> {
  const { service, endpoint, keys, token } = body;
  const { webKey, ...apps } = await pushServices(ctx);
  const isOn: Record<Service, boolean> = { web: webKey !== null, ...apps };
  if (!isOn[service]) throw invalid({ service: fill(texts.service, { service }) });
  if (service === "web") {
    const given = outboundAddress(endpoint ?? "", addressPolicyOf(ctx.runtime.settings, ctx.requestOrigin));
    if ("fault" in given) throw invalid({ endpoint: addressTexts[given.fault] });
    if (!keys || !(await isPoint(keys.p256dh))) throw invalid({ keys: texts.publicKey });
    if (bytesOf(keys.auth)?.byteLength !== 16) throw invalid({ keys: texts.authSecret });
    return {
      service,
      address: given.url.href,
      publicKey: unpadded(keys.p256dh),
      authSecret: unpadded(keys.auth),
    };
  }
  if (!token || !TOKENS[service].test(token)) throw invalid({ token: texts.token });
  return { service, address: token, publicKey: null, authSecret: null };
}

/** Apple's tokens are part of a path. */
const TOKENS = { fcm: /^[\w:.~-]{8,4096}$/, apns: /^[0-9a-fA-F]{32,400}$/ } as const;

const unpadded = (words: string) => words.replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_");

/** Null when it is no base64url, or base64. */
function bytesOf(words: string): Uint8Array | null {
  try {
    return Uint8Array.fromBase64(unpadded(words), { alphabet: "base64url" });
  } catch {
    return null;
  }
}

/** Whether it is a point of the curve: nothing can be encrypted for any other key. */
async function isPoint(words: string): Promise<boolean> {
  const bytes = bytesOf(words);
  if (bytes?.byteLength !== 65) return false;
  const curve = { name: "ECDH", namedCurve: "P-256" };
  return crypto.subtle.importKey("raw", bytes as BufferSource, curve, false, []).then(
    () => true,
    () => false,
  );
}

/**
 * Registers the device of the caller's session: a session has one of each service, and a device belongs to the session that
 * registered it last. `isNew` is false when the session had one. @throws 400, 401
 */
export async function subscribe(
  ctx: RequestContext,
  { userId, sessionId }: Caller,
  body: z.output<typeof SubscriptionBody>,
): Promise<{ subscription: PushSubscription; isNew: boolean }> {
  const { service, address, publicKey, authSecret } = await deviceOf(ctx, body);
  const id = crypto.randomUUID();
  const now = ctx.now();
  const others = sql`SELECT 1 FROM push_subscriptions WHERE user_id = ${userId}
    AND NOT (session_id = ${sessionId} AND service = ${service}) AND NOT (service = ${service} AND address = ${address})`;
  // The session may have ended since the caller was known.
  const may = sql`${isOpen(sessionId, userId)}
    AND ${belowQuota(ctx, "pushSubscriptions", others)}`;
  const [, written] = await runBatch(ctx.db, [
    ctx.db.run(sql`DELETE FROM push_subscriptions
      WHERE service = ${service} AND address = ${address} AND session_id <> ${sessionId} AND ${may}`),
    ctx.db.run(sql`
      INSERT INTO push_subscriptions (id, user_id, session_id, service, address, public_key, auth_secret, created_at, updated_at)
      SELECT ${id}, ${userId}, ${sessionId}, ${service}, ${address}, ${publicKey}, ${authSecret}, ${now}, ${now} WHERE ${may}
      ON CONFLICT (session_id, service) DO UPDATE SET address = excluded.address, public_key = excluded.public_key,
        auth_secret = excluded.auth_secret, updated_at = excluded.updated_at
      RETURNING id, created_at AS createdAt`),
  ]);
  const [row] = (written as D1Result<Pick<PushSubscription, "id" | "createdAt">>).results;
  if (row) {
    const given = { service, address, publicKey, authSecret, userId, sessionId, updatedAt: now };
    return { subscription: { ...row, ...given }, isNew: row.id === id };
  }
  if (await isFull(ctx, "pushSubscriptions", others)) throw quotaRefusal(ctx, "pushSubscriptions");
  throw refuse(401, texts.session);
}

/** Removes what the caller's session registered. */
export async function unsubscribe(ctx: RequestContext, { userId, sessionId }: Caller): Promise<void> {
  const { userId: owner, sessionId: session } = pushSubscriptions;
  await ctx.db.delete(pushSubscriptions).where(and(eq(owner, userId), eq(session, sessionId)));
}

/** Removes one of the person's devices. False when it is not theirs. */
export async function removeSubscription(ctx: RequestContext, userId: number, id: string): Promise<boolean> {
  const own = and(eq(pushSubscriptions.userId, userId), eq(pushSubscriptions.id, id));
  const done = await ctx.db.delete(pushSubscriptions).where(own);
  return done.meta.changes > 0;
}

/** A push service says that the device takes no more pushes. Nothing happens when it has registered anew meanwhile. */
export async function endSubscription(
  ctx: RequestContext,
  { id, address }: Pick<PushSubscription, "id" | "address">,
): Promise<void> {
  const same = and(eq(pushSubscriptions.id, id), eq(pushSubscriptions.address, address));
  await ctx.db.delete(pushSubscriptions).where(same);
}
