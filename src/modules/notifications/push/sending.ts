/** Sends one push to a person's devices, if they want it and are away. */
import { sql } from "drizzle-orm";
import type { OutboxRow } from "../../../platform/db/claims.ts";
import { runBatch } from "../../../platform/db/client.ts";
import { amendPayload } from "../../../platform/db/outbox.ts";
import type { Locale } from "../../../platform/http/text.ts";
import { log } from "../../../platform/log.ts";
import { DeliveryError, FORGET } from "../../../platform/mail/mail.ts";
import { registryOf } from "../../../platform/realtime/handshake/connection-registry.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { parseSettings, settingsJson } from "../settings/queries.ts";
import { isWanted, type NotificationSettings } from "../settings/rules.ts";
import { endSubscription } from "./commands.ts";
import type { PushPayload, Standing } from "./effect.ts";
import { vapidPair } from "./keys.ts";
import type { PushSubscription } from "./schemas.ts";
import { sendByApns } from "./services/apns.ts";
import { sendByFcm } from "./services/fcm.ts";
import type { Outcome } from "./services/outcome.ts";
import { sendByWeb } from "./services/web.ts";
import { messageOf, type PushFacts, type PushMessage, type PushWords } from "./words.ts";

type Device = Pick<PushSubscription, "id" | "service" | "address" | "publicKey" | "authSecret">;

/** Everything that decides about a push. */
interface Push {
  readonly userId: number;
  readonly facts: PushFacts;
  readonly locale: Locale;
  readonly settings: NotificationSettings;
  readonly devices: readonly Device[];
}

/**
 * Delivers a row of the outbox. What fails for some devices is tried again for those only. Throws a `DeliveryError` when
 * it must be tried again.
 */
export async function deliverPush(ctx: RequestContext, row: OutboxRow, standing: Standing): Promise<unknown> {
  const payload = row.payload as PushPayload;
  const push = await loadPush(ctx, payload);
  const message = push && (await toSend(ctx, push, standing));
  if (!push || !message) return FORGET;
  const { only } = payload;
  const devices = push.devices.filter(({ id }) => !only || only.includes(id));
  const failed: Failed[] = [];
  for (const { device, outcome } of await Promise.all(
    devices.map((device) => sendTo(ctx, device, message)),
  )) {
    if (outcome.is === "ended") await endSubscription(ctx, device);
    else if (outcome.is !== "sent") failed.push({ device, outcome });
  }
  return settle(ctx, row.id, failed);
}

interface Failed {
  readonly device: Device;
  readonly outcome: Exclude<Outcome, { is: "sent" | "ended" }>;
}

/** Leaves what another attempt may send to the next one. What no attempt can send is shown to staff as a dead effect. */
async function settle(ctx: RequestContext, rowId: string, failed: readonly Failed[]): Promise<unknown> {
  const [first] = failed;
  if (!first) return FORGET;
  const reasons = failed.map(({ device, outcome }) => `${device.service}: ${outcome.reason}`).join("; ");
  const later = failed.filter(({ outcome }) => outcome.is === "later");
  if (later.length === 0) throw new DeliveryError(reasons, true);
  const ids = JSON.stringify(later.map(({ device }) => device.id));
  await runBatch(ctx.db, [amendPayload(ctx, rowId, sql`'$.only', json(${ids})`)]);
  const wait = Math.max(...later.map(({ outcome }) => (outcome.is === "later" ? outcome.wait : 0)));
  throw new DeliveryError(
    reasons,
    false,
    wait > 0 ? Math.min(LONGEST_DELAY, Math.ceil(wait / 1000)) : undefined,
  );
}

/** A message of the queue waits for 12 hours at most. Seconds. */
const LONGEST_DELAY = 12 * 3600;

/** The message; null when it is not to be sent any more, or not now. The cheapest questions come first. */
async function toSend(ctx: RequestContext, push: Push, standing: Standing): Promise<PushMessage | null> {
  const { userId, facts, locale, settings, devices } = push;
  const now = ctx.now();
  const message = messageOf(facts, locale);
  if (devices.length === 0 || message.expiresAt <= now) return null;
  if (!isWanted(message.kind, "push", settings, now)) return null;
  const stands = standing[facts.words];
  if (stands && !(await stands(ctx, { userId, about: facts.about }))) return null;
  return (await isThere(ctx, userId)) ? null : message;
}

/** Whether a socket of the person was heard lately: then they have seen it there. */
async function isThere(ctx: RequestContext, userId: number): Promise<boolean> {
  try {
    return await registryOf(ctx.runtime.registries, userId).isHeard(userId);
  } catch (error) {
    log("warn", "push.presence", { userId }, error);
    return false;
  }
}

async function sendTo(
  ctx: RequestContext,
  device: Device,
  message: PushMessage,
): Promise<{ device: Device; outcome: Outcome }> {
  return { device, outcome: await outcomeFor(ctx, device, message) };
}

async function outcomeFor(ctx: RequestContext, device: Device, message: PushMessage): Promise<Outcome> {
  const { settings } = ctx.runtime;
  const { service, address, publicKey, authSecret } = device;
  const now = ctx.now();
  const off: Outcome = { is: "refused", reason: "no settings" };
  switch (service) {
    case "web": {
      const pair = await vapidPair(ctx);
      if (!pair || publicKey === null || authSecret === null) return off;
      return sendByWeb(settings, { endpoint: address, publicKey, authSecret }, pair, message, now);
    }
    case "fcm":
      return settings.push.fcm ? sendByFcm(settings.push.fcm, address, message, now) : off;
    case "apns":
      return settings.push.apns ? sendByApns(settings.push.apns, address, message, now) : off;
    default:
      return service satisfies never;
  }
}

/** Null when the notification or the person is gone, it was read, or a newer push has replaced this one. */
async function loadPush(ctx: RequestContext, payload: PushPayload): Promise<Push | null> {
  // Another name than the settings' own statement uses.
  const person = sql`receiver.id AS userId, receiver.locale, ${settingsJson(ctx, sql`receiver.id`)} AS settings,
    (SELECT json_group_array(json_object('id', id, 'service', service, 'address', address, 'publicKey', public_key,
      'authSecret', auth_secret)) FROM push_subscriptions WHERE user_id = receiver.id) AS devices`;
  const [row] = await ctx.db.all<Loaded>(
    "notification" in payload
      ? sql`SELECT ${person}, n.id AS notification, n.push_words AS words, n.push_subject AS subject, n.about, n.message
          FROM notifications n JOIN users receiver ON receiver.id = n.user_id
          WHERE n.id = ${payload.notification} AND n.is_read = 0 AND n.created_at = ${payload.at}`
      : sql`SELECT ${person} FROM users receiver WHERE receiver.id = ${payload.userId}`,
  );
  if (!row) return null;
  const facts =
    "notification" in payload
      ? { ...row, message: row.message ?? "", createdAt: payload.at }
      : { ...payload, message: "", notification: null, createdAt: payload.at };
  if (!facts.words) return null;
  return {
    userId: row.userId,
    facts: facts as PushFacts,
    locale: row.locale ?? "ru",
    settings: parseSettings(row.settings),
    devices: JSON.parse(row.devices) as Device[],
  };
}

interface Loaded {
  readonly userId: number;
  readonly locale: Locale | null;
  readonly settings: string;
  readonly devices: string;
  readonly notification: number;
  readonly words: PushWords | null;
  readonly subject: string | null;
  readonly about: string | null;
  readonly message: string | null;
}
