/** Proof of an address: the code, the letter, and whether it is needed before one may sign in. */
import type { SQL } from "drizzle-orm";
import { randomToken } from "../../platform/crypto/digest.ts";
import type { Locale } from "../../platform/http/text.ts";
import { mailEffect } from "../../platform/mail/mail.ts";
import type { Scope } from "../../platform/runtime.ts";
import { prepareCode } from "./codes.ts";
import { verifyEmail } from "./mails.ts";

export function mustVerify(scope: Scope): boolean {
  return scope.runtime.settings.emailVerification === "mandatory";
}

/** The code and the mail that prove an address. */
export async function verificationFor(
  scope: Scope,
  person: { userId: number | SQL<number>; email: string; username: string; locale: Locale },
) {
  const secret = randomToken();
  const url = `${scope.origin}/account-confirm-email/${secret}/`;
  const { userId, email, username, locale } = person;
  return {
    ...(await prepareCode(scope, { purpose: "verify_email", userId, secret, target: email })),
    effect: mailEffect("identity.verify_email", verifyEmail, email, locale, { url, username }, true),
  };
}
