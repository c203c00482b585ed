/** Verification of an e-mail address: its code and mail, and whether sign-in requires it. */
import type { SQL } from "drizzle-orm";
import { randomToken } from "../../../platform/crypto/digest.ts";
import type { Locale } from "../../../platform/http/text.ts";
import { mailEffect } from "../../../platform/mail/mail.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { verifyEmail } from "../mail/templates.ts";
import { prepareCode } from "./codes.ts";

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
    effect: mailEffect("identity.verify_email", verifyEmail, email, locale, { url, username }, true),
  };
}
