/** Resets passwords by mail: links and codes. */
import { eq, sql } from "drizzle-orm";
import { randomCode, randomToken } from "../../../platform/crypto/digest.ts";
import { anyHasher } from "../../../platform/crypto/hasher.ts";
import { isUniqueViolation } from "../../../platform/db/client.ts";
import { commit, type Effect } from "../../../platform/db/outbox.ts";
import { Refusal } from "../../../platform/http/errors.ts";
import { attempt, clientOf, refund } from "../../../platform/http/limits/rate-limits.ts";
import { mailEffect } from "../../../platform/mail/mail.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { emailsOf, formerOf } from "../accounts/contacts.ts";
import { findUser, type User } from "../accounts/queries.ts";
import { securityNotices } from "../mail/notices.ts";
import { resetCode, resetLink } from "../mail/templates.ts";
import { mayRecover } from "../rules.ts";
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
import { accountForMail, touchAccount } from "./mail-requests.ts";

/**
 * Mails a link to a page where a new password is chosen. Does the same work for an unknown address; only staff may learn
 * whether a mail was sent. `also`: more statements for the same transaction.
 */
export async function requestResetLink(
  ctx: RequestContext,
  email: string,
  also: Parameters<typeof commit>[3] = [],
): Promise<boolean> {
  return mailResetLink(ctx, await accountForMail(ctx, email, ""), also);
}

/** Mails a reset link to a user; null stands for an unknown address. */
export async function mailResetLink(
  ctx: RequestContext,
  user: User | null,
  also: Parameters<typeof commit>[3] = [],
): Promise<boolean> {
  const { secret, url } = newResetLink(ctx, user?.id ?? 0);
  const data = { url, username: user?.username ?? "" };
  const letter = (to: string) =>
    mailEffect("identity.reset_link", resetLink, to, user?.locale ?? ctx.locale, data, { secret: true });
  return issueReset(ctx, user, { purpose: "reset_link", secret }, letter, also);
}

function newResetLink(ctx: RequestContext, userId: number): { secret: string; url: string } {
  const secret = randomToken();
  return { secret, url: `${ctx.origin}/password_reset_confirm/${resetUid(userId)}-${secret}` };
}

/** Creates the link where a user with a temporary password chooses a new one. Using it verifies no address. */
export async function openResetPage(ctx: RequestContext, { id }: User): Promise<string> {
  const { secret, url } = newResetLink(ctx, id);
  const code = { purpose: "reset_link", userId: id, secret, target: `user:${id}` } as const;
  const { statement } = await prepareCode(ctx, code);
  await commit(ctx, touchAccount(ctx, id), [], [dropCodes(ctx, id, "reset_link"), statement]);
  return url;
}

/** A user's id in a mailed link: base 36, which clients send back unchanged. */
function resetUid(userId: number): string {
  return userId.toString(36);
}

/** Mails a six-digit code. False for an unknown address: the app's contract tells the client. */
export async function requestResetCode(ctx: RequestContext, email: string): Promise<boolean> {
  const user = await accountForMail(ctx, email, "");
  for (let tries = 0; ; tries++) {
    const code = randomCode();
    try {
      return await issueReset(ctx, user, { purpose: "reset_code", secret: code }, (to) =>
        mailEffect("identity.reset_code", resetCode, to, ctx.locale, { code }, { secret: true }),
      );
    } catch (error) {
      // Clients send the code without an address, so live codes must be unique.
      if (tries >= 5 || !isUniqueViolation(error, "codes.secret_hash")) throw error;
    }
  }
}

interface NewReset extends Pick<NewCode, "secret" | "id" | "sealedPassword"> {
  readonly purpose: "reset_link" | "reset_code" | "reset_sms";
}

/** Stores a code and sends it. False if there is no account to send it to. */
export async function issueReset(
  ctx: RequestContext,
  user: User | null,
  code: NewReset,
  effect: (to: string) => Effect,
  also: Parameters<typeof commit>[3] = [],
): Promise<boolean> {
  // Without an account the same transaction runs and changes no row, so that it takes the same time.
  const by = code.purpose === "reset_sms" ? "phone" : "email";
  const target = user?.[by] ?? "nobody";
  const userId = user?.[by] && user.isActive && mayRecover(user, by) ? user.id : 0;
  const { statement } = await prepareCode(ctx, { ...code, userId, target });
  const rest = [dropCodes(ctx, userId, code.purpose), statement, ...also];
  return (await commit(ctx, touchAccount(ctx, userId), [effect(target)], rest)) !== null;
}

/**
 * Checks a six-digit code that names no account. Wrong attempts count per client and in total. When the total is used up,
 * clients that requested a code themselves may still try.
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
  // Refund this attempt only: a client's own right code must not buy more attempts at other people's.
  if (found) await refund(ctx, "codeGuess", guess);
  return found;
}

/** The live code of a mailed link's uid and token. */
export async function checkResetLink(
  ctx: RequestContext,
  uid: string,
  token: string,
): Promise<LiveCode | null> {
  const code = await findCode(ctx, "reset_link", token);
  return code && resetUid(code.userId) === uid.toLowerCase() ? code : null;
}

/** Uses up the code, sets the password, ends every session and notifies the owner. False if the code was used already. */
export async function resetPassword(ctx: RequestContext, code: LiveCode, password: string): Promise<boolean> {
  return resetPasswordHash(ctx, code, await anyHasher(ctx.runtime).hash(password));
}

/** The same for a password that was hashed when the code was requested. */
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
  // Entering a code that was sent to an address or a phone verifies it.
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
