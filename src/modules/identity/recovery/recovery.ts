/** Proof by mail: addresses confirmed, and passwords set anew by people who can't sign in. */
import { and, eq, sql } from "drizzle-orm";
import { randomCode, randomToken } from "../../../platform/crypto/digest.ts";
import { anyHasher } from "../../../platform/crypto/hasher.ts";
import { isUniqueViolation } from "../../../platform/db/client.ts";
import { commit, type Effect } from "../../../platform/db/outbox.ts";
import { Refusal } from "../../../platform/http/errors.ts";
import { attempt, clientOf, countMail, refund } from "../../../platform/http/limits/rate-limits.ts";
import { mailEffect } from "../../../platform/mail/mail.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { emailsOf, formerOf } from "../accounts/contacts.ts";
import { findAsking, findUser, type User } from "../accounts/queries.ts";
import { securityNotices } from "../mail/notices.ts";
import { resetCode, resetLink } from "../mail/templates.ts";
import { foldEmail, mayRecover } from "../rules.ts";
import { deviceMarks, deviceSubject } from "../sessions/devices.ts";
import { dropSessions, enforce, revokeEffect } from "../sessions/sessions.ts";
import { users } from "../tables.ts";
import {
  dropCodes,
  dropResets,
  findCode,
  hasAsked,
  type LiveCode,
  type NewCode,
  prepareCode,
  spendCode,
} from "./codes.ts";
import { verificationFor } from "./verification.ts";

/** Confirms the address that a mailed link was sent to. False: the link is wrong, old or used. */
export async function confirmEmail(ctx: RequestContext, secret: string): Promise<boolean> {
  const code = await findCode(ctx, "verify_email", secret);
  if (!code) return false;
  const now = ctx.now();
  const verify = ctx.db
    .update(users)
    .set({ emailVerifiedAt: now })
    .where(and(eq(users.id, code.userId), eq(users.email, code.target)));
  // The code goes in any case: an address that was changed meanwhile can't be confirmed by it any more.
  return (await commit(ctx, spendCode(ctx, code.id), [], [verify])) !== null;
}

/** Whether a mailed link would confirm an address; looking spends nothing. */
export async function checkEmailLink(ctx: RequestContext, secret: string): Promise<boolean> {
  return (await findCode(ctx, "verify_email", secret)) !== null;
}

/**
 * The account of an address that somebody asks for a letter to, counted per asking client and per address. What the
 * account's own devices ask for is counted apart: nobody can use up an owner's letters.
 */
async function askingFor(ctx: RequestContext, email: string, purpose: string): Promise<User | null> {
  const address = foldEmail(email);
  const marks = await deviceMarks(ctx);
  const [found] = await findAsking(ctx, marks, eq(users.email, address));
  const device = deviceSubject(ctx, marks, found?.device);
  await countMail(ctx, [purpose + address, ...(device ? [device] : [])].join("|"));
  return found?.user ?? null;
}

/** Mails a new link to an address that is registered and unconfirmed. Says nothing about which. */
export async function resendVerification(ctx: RequestContext, email: string): Promise<void> {
  const user = await askingFor(ctx, email, "resend:");
  const userId = user?.isActive && !user.emailVerifiedAt ? user.id : 0;
  const person = {
    userId,
    email: foldEmail(email),
    username: user?.username ?? "",
    locale: user?.locale ?? ctx.locale,
  };
  const { statement, effect } = await verificationFor(ctx, person);
  await commit(ctx, touch(ctx, userId), [effect], [dropCodes(ctx, userId, "verify_email"), statement]);
}

/**
 * Mails a link to a page where a new password is chosen. The same work for an unknown address; whether there was
 * somebody to write to is for staff only. `also` are statements of the same transaction.
 */
export async function requestResetLink(
  ctx: RequestContext,
  email: string,
  also: Parameters<typeof commit>[3] = [],
): Promise<boolean> {
  return mailResetLink(ctx, await askingFor(ctx, email, ""), also);
}

export async function mailResetLink(
  ctx: RequestContext,
  user: User | null,
  also: Parameters<typeof commit>[3] = [],
): Promise<boolean> {
  const { secret, url } = newResetLink(ctx, user?.id ?? 0);
  const data = { url, username: user?.username ?? "" };
  const letter = (to: string) =>
    mailEffect("identity.reset_link", resetLink, to, user?.locale ?? ctx.locale, data, true);
  return issueReset(ctx, user, { purpose: "reset_link", secret }, letter, also);
}

function newResetLink(ctx: RequestContext, userId: number): { secret: string; url: string } {
  const secret = randomToken();
  return { secret, url: `${ctx.origin}/password_reset_confirm/${resetUid(userId)}-${secret}` };
}

/** The page where somebody who has just proved a temporary password chooses their own: no address is proved by it. */
export async function openResetPage(ctx: RequestContext, { id }: User): Promise<string> {
  const { secret, url } = newResetLink(ctx, id);
  const code = { purpose: "reset_link", userId: id, secret, target: `user:${id}` } as const;
  const { statement } = await prepareCode(ctx, code);
  await commit(ctx, touch(ctx, id), [], [dropCodes(ctx, id, "reset_link"), statement]);
  return url;
}

/** A user's id as the mailed link writes it: base 36, which clients pass back as they found it. */
function resetUid(userId: number): string {
  return userId.toString(36);
}

/** Mails a six-digit code. False for an address that opens no account: the client is told, by its contract. */
export async function requestResetCode(ctx: RequestContext, email: string): Promise<boolean> {
  const user = await askingFor(ctx, email, "");
  for (let tries = 0; ; tries++) {
    const code = randomCode();
    try {
      return await issueReset(ctx, user, { purpose: "reset_code", secret: code }, (to) =>
        mailEffect("identity.reset_code", resetCode, to, ctx.locale, { code }, true),
      );
    } catch (error) {
      // Codes come back without an address, so two that live at one time must differ.
      if (tries >= 5 || !isUniqueViolation(error, "codes.secret_hash")) throw error;
    }
  }
}

interface NewReset extends Pick<NewCode, "secret" | "id" | "sealedPassword"> {
  readonly purpose: "reset_link" | "reset_code" | "reset_sms";
}

/** Stores a code and sends it. False when there is nobody whom it may be sent to. */
export async function issueReset(
  ctx: RequestContext,
  user: User | null,
  code: NewReset,
  effect: (to: string) => Effect,
  also: Parameters<typeof commit>[3] = [],
): Promise<boolean> {
  // For nobody the same transaction runs and moves no row, so that it takes the same time.
  const by = code.purpose === "reset_sms" ? "phone" : "email";
  const target = user?.[by] ?? "nobody";
  const userId = user?.[by] && user.isActive && mayRecover(user, by) ? user.id : 0;
  const { statement } = await prepareCode(ctx, { ...code, userId, target });
  const rest = [dropCodes(ctx, userId, code.purpose), statement, ...also];
  return (await commit(ctx, touch(ctx, userId), [effect(target)], rest)) !== null;
}

function touch(ctx: RequestContext, userId: number) {
  return ctx.db.update(users).set({ updatedAt: ctx.now() }).where(eq(users.id, userId));
}

/**
 * The live code behind a six-digit code, which names no account: wrong guesses count per client and in total. When the
 * total is used up, clients that asked for a code themselves are still heard.
 */
export async function checkResetCode(ctx: RequestContext, code: string): Promise<LiveCode | null> {
  const own = { rate: "codeGuess", subject: clientOf(ctx) } as const;
  const guess = [own, { rate: "codeGuessTotal", subject: "everybody" }] as const;
  try {
    await attempt(ctx, "codeGuess", guess);
  } catch (refusal) {
    if (!(refusal instanceof Refusal) || !(await hasAsked(ctx, "reset_code"))) throw refusal;
    await attempt(ctx, "codeGuess", [own]);
  }
  const found = await findCode(ctx, "reset_code", code);
  // Its own hit and no other: one right code of one's own must not buy more guesses at somebody else's.
  if (found) await refund(ctx, "codeGuess", guess);
  return found;
}

/** The live code behind a mailed link's uid and token. */
export async function checkResetLink(
  ctx: RequestContext,
  uid: string,
  token: string,
): Promise<LiveCode | null> {
  const code = await findCode(ctx, "reset_link", token);
  return code && resetUid(code.userId) === uid.toLowerCase() ? code : null;
}

/** Spends the code, sets the password, ends every session and tells the owner. False when somebody spent it first. */
export async function resetPassword(ctx: RequestContext, code: LiveCode, password: string): Promise<boolean> {
  return resetPasswordHash(ctx, code, await anyHasher(ctx.runtime.hashers).hash(password));
}

/** The same for a password that was hashed when the code was asked for. */
export async function resetPasswordHash(
  ctx: RequestContext,
  code: LiveCode,
  passwordHash: string,
): Promise<boolean> {
  const user = await findUser(ctx, code.userId);
  if (!user) return false;
  const revocation = { userId: user.id };
  const now = ctx.now();
  const change = ctx.db
    .update(users)
    .set({ passwordHash, passwordIsTemporary: false, updatedAt: now })
    .where(eq(users.id, user.id));
  // Whoever reads what comes to an address or a phone has proved it.
  const proof = ctx.db
    .update(users)
    .set({
      emailVerifiedAt: sql`iif(${users.email} = ${code.target}, coalesce(${users.emailVerifiedAt}, ${now}), ${users.emailVerifiedAt})`,
      phoneVerifiedAt: sql`iif(${users.phone} = ${code.target}, coalesce(${users.phoneVerifiedAt}, ${now}), ${users.phoneVerifiedAt})`,
    })
    .where(eq(users.id, user.id));
  const letters = securityNotices(ctx, user, "password_reset", emailsOf(await formerOf(ctx, user.id)));
  const done = await commit(
    ctx,
    spendCode(ctx, code.id),
    [revokeEffect(ctx, revocation), ...letters],
    [change, proof, dropSessions(ctx, revocation), dropResets(ctx, user.id)],
  );
  if (done) await enforce(ctx, revocation);
  return done !== null;
}
