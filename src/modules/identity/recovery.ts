/** Proof by mail or SMS: addresses confirmed, passwords and phones changed by people who can't or need not sign in. */
import { and, eq, sql } from "drizzle-orm";
import { randomCode, randomToken } from "../../platform/crypto/digest.ts";
import { anyHasher } from "../../platform/crypto/hasher.ts";
import { isUniqueViolation } from "../../platform/db/client.ts";
import { commit, type Effect } from "../../platform/db/outbox.ts";
import { attempt, clientOf, countMail, refund } from "../../platform/http/limits.ts";
import { mailEffect, smsEffect } from "../../platform/mail/mail.ts";
import type { Scope } from "../../platform/runtime.ts";
import {
  dropCodes,
  dropResets,
  findCode,
  guessCode,
  type LiveCode,
  prepareCode,
  spendCode,
} from "./codes.ts";
import { resetCode, resetLink } from "./mails.ts";
import { findByEmail, findByPhone, type User } from "./people.ts";
import { foldEmail, mayRecover } from "./rules.ts";
import { dropSessions, enforce, revokeEffect } from "./sessions.ts";
import { users } from "./tables.ts";
import { verificationFor } from "./verification.ts";

/** Confirms the address that a mailed link was sent to. False: the link is wrong, old or used. */
export async function confirmEmail(scope: Scope, secret: string): Promise<boolean> {
  const code = await findCode(scope, "verify_email", secret);
  if (!code) return false;
  const now = scope.now();
  const verify = scope.db
    .update(users)
    .set({ emailVerifiedAt: now })
    .where(and(eq(users.id, code.userId), eq(users.email, code.target)));
  // The code goes in any case: an address that was changed meanwhile can't be confirmed by it any more.
  return (await commit(scope, spendCode(scope, code.id), [], [verify])) !== null;
}

/** Mails a new link to an address that is registered and unconfirmed. Says nothing about which. */
export async function resendVerification(scope: Scope, email: string): Promise<void> {
  await countMail(scope, foldEmail(email));
  const user = await findByEmail(scope, email);
  const userId = user?.isActive && !user.emailVerifiedAt ? user.id : 0;
  const person = {
    userId,
    email: foldEmail(email),
    username: user?.username ?? "",
    locale: user?.locale ?? scope.locale,
  };
  const { statement, effect } = await verificationFor(scope, person);
  await commit(scope, touch(scope, userId), [effect], [dropCodes(scope, userId, "verify_email"), statement]);
}

/**
 * Mails a link to a page where a new password is chosen. The same work for an unknown address; whether there was
 * somebody to write to is for staff only. `also` are statements of the same transaction.
 */
export async function requestResetLink(
  scope: Scope,
  email: string,
  also: Parameters<typeof commit>[3] = [],
): Promise<boolean> {
  await countMail(scope, foldEmail(email));
  return mailResetLink(scope, await findByEmail(scope, email), also);
}

async function mailResetLink(
  scope: Scope,
  user: User | null,
  also: Parameters<typeof commit>[3] = [],
): Promise<boolean> {
  const { secret, url } = newResetLink(scope, user?.id ?? 0);
  const letter = (to: string) =>
    mailEffect(
      "identity.reset_link",
      resetLink,
      to,
      user?.locale ?? scope.locale,
      { url, username: user?.username ?? "" },
      true,
    );
  return issue(scope, user, "reset_link", secret, letter, also);
}

function newResetLink(scope: Scope, userId: number): { secret: string; url: string } {
  const secret = randomToken();
  return { secret, url: `${scope.origin}/password_reset_confirm/${resetUid(userId)}-${secret}` };
}

/** The page where somebody who has just proved a temporary password chooses their own: no address is proved by it. */
export async function openResetPage(scope: Scope, { id }: User): Promise<string> {
  const { secret, url } = newResetLink(scope, id);
  const code = { purpose: "reset_link", userId: id, secret, target: `user:${id}` } as const;
  const { statement } = await prepareCode(scope, code);
  await commit(scope, touch(scope, id), [], [dropCodes(scope, id, "reset_link"), statement]);
  return url;
}

/** A user's id as the mailed link writes it: base 36, which clients pass back as they found it. */
function resetUid(userId: number): string {
  return userId.toString(36);
}

/** Mails a six-digit code. False for an address that opens no account: the client is told, by its contract. */
export async function requestResetCode(scope: Scope, email: string): Promise<boolean> {
  await countMail(scope, foldEmail(email));
  const user = await findByEmail(scope, email);
  for (let tries = 0; ; tries++) {
    const code = randomCode();
    try {
      return await issue(scope, user, "reset_code", code, (to) =>
        mailEffect("identity.reset_code", resetCode, to, scope.locale, { code }, true),
      );
    } catch (error) {
      // Codes come back without an address, so two that live at one time must differ.
      if (tries >= 5 || !isUniqueViolation(error, "codes.secret_hash")) throw error;
    }
  }
}

/** Sends a code to a phone, if somebody active has it. Where only an address is proved, the link goes there instead. */
export async function requestResetSms(scope: Scope, phone: string): Promise<void> {
  await countMail(scope, phone);
  const user = await findByPhone(scope, phone);
  if (user && !mayRecover(user, "phone")) {
    await mailResetLink(scope, user);
    return;
  }
  const code = randomCode();
  const secret = `${user?.id ?? 0}:${code}`;
  await issue(scope, user, "reset_sms", secret, (to) => smsEffect(to, smsText(scope, code), code));
}

function smsText(scope: Scope, code: string): string {
  return scope.locale === "ru" ? `Caravan: код подтверждения ${code}` : `Caravan: your code is ${code}`;
}

/** Stores a code and sends it. False when there is nobody whom it may be sent to. */
async function issue(
  scope: Scope,
  user: User | null,
  purpose: "reset_link" | "reset_code" | "reset_sms",
  secret: string,
  effect: (to: string) => Effect,
  also: Parameters<typeof commit>[3] = [],
): Promise<boolean> {
  // For nobody the same transaction runs and moves no row, so that it takes the same time.
  const by = purpose === "reset_sms" ? "phone" : "email";
  const target = user?.[by] ?? "nobody";
  const userId = user?.[by] && user.isActive && mayRecover(user, by) ? user.id : 0;
  const { statement } = await prepareCode(scope, { purpose, userId, secret, target });
  const rest = [dropCodes(scope, userId, purpose), statement, ...also];
  return (await commit(scope, touch(scope, userId), [effect(target)], rest)) !== null;
}

function touch(scope: Scope, userId: number) {
  return scope.db.update(users).set({ updatedAt: scope.now() }).where(eq(users.id, userId));
}

/** The live code behind a six-digit code, with wrong guesses counted per client and in total. */
export async function checkResetCode(scope: Scope, code: string): Promise<LiveCode | null> {
  const guess = [
    { rate: "codeGuess", subject: clientOf(scope) },
    { rate: "codeGuessTotal", subject: "everybody" },
  ] as const;
  await attempt(scope, "codeGuess", guess);
  const found = await findCode(scope, "reset_code", code);
  // Its own hit and no other: one right code of one's own must not buy more guesses at somebody else's.
  if (found) await refund(scope, "codeGuess", guess);
  return found;
}

/** The live code behind a mailed link's uid and token. */
export async function checkResetLink(scope: Scope, uid: string, token: string): Promise<LiveCode | null> {
  const code = await findCode(scope, "reset_link", token);
  return code && resetUid(code.userId) === uid.toLowerCase() ? code : null;
}

/** The live code that was sent to a phone. A phone of nobody's costs the same statements. */
export async function checkResetSms(scope: Scope, phone: string, code: string): Promise<LiveCode | null> {
  await attempt(scope, "codeGuess", [{ rate: "codeGuess", subject: clientOf(scope) }]);
  const user = await findByPhone(scope, phone);
  const userId = user?.id ?? 0;
  return guessCode(scope, "reset_sms", userId, `${userId}:${code}`);
}

/** Spends the code, sets the password and ends every session. False when somebody spent it first. */
export async function resetPassword(scope: Scope, code: LiveCode, password: string): Promise<boolean> {
  const passwordHash = await anyHasher(scope.runtime.hashers).hash(password);
  const revocation = { userId: code.userId };
  const now = scope.now();
  const change = scope.db
    .update(users)
    .set({ passwordHash, passwordIsTemporary: false, updatedAt: now })
    .where(eq(users.id, code.userId));
  // Whoever reads what comes to an address or a phone has proved it.
  const proof = scope.db
    .update(users)
    .set({
      emailVerifiedAt: sql`iif(${users.email} = ${code.target}, coalesce(${users.emailVerifiedAt}, ${now}), ${users.emailVerifiedAt})`,
      phoneVerifiedAt: sql`iif(${users.phone} = ${code.target}, coalesce(${users.phoneVerifiedAt}, ${now}), ${users.phoneVerifiedAt})`,
    })
    .where(eq(users.id, code.userId));
  const done = await commit(
    scope,
    spendCode(scope, code.id),
    [revokeEffect(scope, revocation)],
    [change, proof, dropSessions(scope, revocation), dropResets(scope, code.userId)],
  );
  if (done) await enforce(scope, revocation);
  return done !== null;
}

/** Sends a code to a free phone that somebody wants to sign in with; until it comes back the old one does. */
export async function requestPhoneChange(scope: Scope, userId: number, phone: string): Promise<void> {
  await countMail(scope, phone);
  const secret = randomCode();
  const { statement } = await prepareCode(scope, {
    purpose: "change_phone",
    userId,
    secret: `${userId}:${secret}`,
    target: phone,
  });
  await commit(
    scope,
    touch(scope, userId),
    [smsEffect(phone, smsText(scope, secret), secret)],
    [dropCodes(scope, userId, "change_phone"), statement],
  );
}

/** Takes the new phone for a right code. */
export async function confirmPhoneChange(
  scope: Scope,
  userId: number,
  secret: string,
): Promise<"changed" | "wrong" | "taken"> {
  const code = await guessCode(scope, "change_phone", userId, `${userId}:${secret}`);
  if (!code) return "wrong";
  const now = scope.now();
  const change = scope.db
    .update(users)
    .set({ phone: code.target, phoneVerifiedAt: now, updatedAt: now })
    .where(eq(users.id, userId));
  try {
    const done = await commit(scope, spendCode(scope, code.id), [], [change, dropResets(scope, userId)]);
    return done ? "changed" : "wrong";
  } catch (error) {
    if (isUniqueViolation(error, "users.phone")) return "taken";
    throw error;
  }
}
