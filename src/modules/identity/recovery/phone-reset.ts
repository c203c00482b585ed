/** Resets a password by a code in a text message. */
import { eq, sql } from "drizzle-orm";
import { randomCode } from "../../../platform/crypto/digest.ts";
import { anyHasher } from "../../../platform/crypto/hasher.ts";
import { seal, unseal } from "../../../platform/crypto/sealed.ts";
import { attempt, clientOf, countMail } from "../../../platform/http/limits/rate-limits.ts";
import { smsEffect } from "../../../platform/mail/mail.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { findByPhone } from "../accounts/queries.ts";
import { codeSms } from "../mail/templates.ts";
import { mayRecover } from "../rules.ts";
import { deviceColumns, deviceMarks, deviceSubject } from "../sessions/devices.ts";
import { codes, users } from "../tables.ts";
import { findPendingReset, type LiveCode, tryCode, tryPendingReset } from "./codes.ts";
import { issueReset, mailResetLink, resetPasswordHash } from "./password-reset.ts";

/**
 * Sends a code to a phone if an active account has it, with a page that accepts the code and then activates `password`.
 * Until then the password's hash is stored encrypted. If only the e-mail may be used for recovery, a reset link goes there.
 */
export async function requestResetSms(ctx: RequestContext, phone: string, password: string): Promise<void> {
  const marks = await deviceMarks(ctx);
  const [found] = await ctx.db
    .select({ user: users, device: deviceColumns(marks), othersAsked: othersAsked(ctx) })
    .from(users)
    .where(eq(users.phone, phone));
  const device = deviceSubject(ctx, marks, found?.device);
  await countMail(ctx, [phone, ...(device ? [device] : [])].join("|"));
  // Hash also for unknown phones: the response time must not reveal who has an account.
  const passwordHash = await anyHasher(ctx.runtime).hash(password);
  if (found && !mayRecover(found.user, "phone")) {
    await mailResetLink(ctx, found.user);
    return;
  }
  const [id, code] = [crypto.randomUUID(), randomCode()];
  // If two clients request a reset, one may not be the owner: then no page activates either password, and the code is needed.
  const isSealed = !found?.othersAsked;
  const url = isSealed ? `${ctx.origin}/password_reset_phone/${id}/` : undefined;
  const sealedPassword = isSealed ? await seal(await waitingKey(ctx, id, code), passwordHash) : undefined;
  const reset = {
    purpose: "reset_sms",
    id,
    secret: `${found?.user.id ?? 0}:${code}`,
    ...(sealedPassword ? { sealedPassword } : {}),
  } as const;
  await issueReset(ctx, found?.user ?? null, reset, (to) =>
    smsEffect(to, codeSms(code, url, ctx.locale), code, url),
  );
}

/** SQL: a client at another address has requested a live code. */
function othersAsked(ctx: RequestContext) {
  return sql`EXISTS (SELECT 1 FROM ${codes} AS c WHERE c.user_id = users.id AND c.purpose = 'reset_sms'
    AND c.expires_at > ${ctx.now()} AND c.asked_from <> ${clientOf(ctx)})`.mapWith(Boolean);
}

function waitingKey(ctx: RequestContext, id: string, code: string): Promise<CryptoKey> {
  return ctx.runtime.keys.sealingKey(`reset:${id}:${code}`);
}

/** Checks a code that was sent to a phone. An unknown phone costs the same statements. */
export async function checkResetSms(
  ctx: RequestContext,
  phone: string,
  code: string,
): Promise<LiveCode | null> {
  await countGuess(ctx);
  const user = await findByPhone(ctx, phone);
  const userId = user?.id ?? 0;
  return tryCode(ctx, "reset_sms", userId, `${userId}:${code}`);
}

function countGuess(ctx: RequestContext): Promise<void> {
  return attempt(ctx, "codeGuess", [{ rate: "codeGuess", subject: clientOf(ctx) }]);
}

/** Whether this page has a pending password. */
export async function isResetWaiting(ctx: RequestContext, id: string): Promise<boolean> {
  return (await findPendingReset(ctx, id)) !== null;
}

/** Activates the pending password of a page with its code. */
export async function activateReset(
  ctx: RequestContext,
  id: string,
  code: string,
): Promise<"changed" | "wrong" | "dead"> {
  const waiting = await findPendingReset(ctx, id);
  if (!waiting) return "dead";
  await countGuess(ctx);
  if (!(await tryPendingReset(ctx, "reset_sms", id, `${waiting.userId}:${code}`))) return "wrong";
  const passwordHash = await unseal(await waitingKey(ctx, id, code), waiting.sealedPassword);
  return (await resetPasswordHash(ctx, waiting, passwordHash)) ? "changed" : "dead";
}
