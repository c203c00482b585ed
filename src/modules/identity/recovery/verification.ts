/** Verification of an e-mail address: its mail and link, confirming it, and whether sign-in requires it. */
import { and, eq, type SQL } from "drizzle-orm";
import { randomToken } from "../../../platform/crypto/digest.ts";
import { commit } from "../../../platform/db/outbox.ts";
import type { Locale } from "../../../platform/http/text.ts";
import { mailEffect } from "../../../platform/mail/mail.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { verifyEmail } from "../mail/templates.ts";
import { foldEmail } from "../rules.ts";
import { users } from "../tables.ts";
import { dropCodes, findCode, prepareCode, spendCode } from "./codes.ts";
import { accountForMail, touchAccount } from "./mail-requests.ts";

export function mustVerify(ctx: RequestContext): boolean {
  return ctx.runtime.settings.emailVerification === "mandatory";
}

/** The code and the mail that verify an address. */
export async function verificationFor(
  ctx: RequestContext,
  person: { userId: number | SQL<number>; email: string; username: string; locale: Locale },
) {
  const secret = randomToken();
  const url = `${ctx.origin}/account-confirm-email/${secret}/`;
  const { userId, email, username, locale } = person;
  return {
    ...(await prepareCode(ctx, { purpose: "verify_email", userId, secret, target: email })),
    effect: mailEffect(
      "identity.verify_email",
      verifyEmail,
      email,
      locale,
      { url, username },
      { secret: true },
    ),
  };
}

/** Confirms the address that a link was mailed to. False if the link is wrong, expired or used. */
export async function confirmEmail(ctx: RequestContext, secret: string): Promise<boolean> {
  const code = await findCode(ctx, "verify_email", secret);
  if (!code) return false;
  const now = ctx.now();
  const verify = ctx.db
    .update(users)
    .set({ emailVerifiedAt: now })
    .where(and(eq(users.id, code.userId), eq(users.email, code.target)));
  // The code is used up in any case: it can no longer confirm an address that was changed meanwhile.
  return (await commit(ctx, spendCode(ctx, code.id), [], [verify])) !== null;
}

/** Whether a mailed link would confirm an address. Does not use up the link. */
export async function checkEmailLink(ctx: RequestContext, secret: string): Promise<boolean> {
  return (await findCode(ctx, "verify_email", secret)) !== null;
}

/** Mails a new link if the address is registered and unconfirmed. The caller cannot tell whether it is. */
export async function resendVerification(ctx: RequestContext, email: string): Promise<void> {
  const user = await accountForMail(ctx, email, "resend:");
  const userId = user?.isActive && !user.emailVerifiedAt ? user.id : 0;
  const person = {
    userId,
    email: foldEmail(email),
    username: user?.username ?? "",
    locale: user?.locale ?? ctx.locale,
  };
  const { statement, effect } = await verificationFor(ctx, person);
  await commit(ctx, touchAccount(ctx, userId), [effect], [dropCodes(ctx, userId, "verify_email"), statement]);
}
