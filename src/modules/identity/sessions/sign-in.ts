/** Sign-in by username, e-mail or phone and a password. Attempts are counted before the password is checked. */

import { eq, or } from "drizzle-orm";
import { fits } from "../../../platform/characters.ts";
import { anyHasher } from "../../../platform/crypto/hasher.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { type Refusal, refuse } from "../../../platform/http/errors.ts";
import { attempt, clearHits, clientOf, type Limit } from "../../../platform/http/limits/rate-limits.ts";
import { fill } from "../../../platform/http/messages.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { aliasedId } from "../accounts/names.ts";
import { findWithDevice, type KnownOnDevice, type User } from "../accounts/queries.ts";
import { type FactorVerdict, requireSecondFactor } from "../factors/proofs/requirement.ts";
import { messages } from "../messages.ts";
import { openResetPage } from "../recovery/password-reset.ts";
import { foldEmail, foldUsername, normalizePhone } from "../rules.ts";
import { users } from "../tables.ts";
import { type AdmittedUser, admissionFault, admitUser } from "./admission.ts";
import { type DeviceFacts, type DeviceMarks, deviceMarks, deviceSubject } from "./devices.ts";
import type { ClientProfile } from "./sessions.ts";

/** What a client sends to sign in. */
export interface GivenCredentials {
  /** Username, e-mail or phone. */
  readonly identifier: string;
  readonly password: string;
  /** For accounts with a second factor. */
  readonly otp: string | undefined;
}

export type SignedIn =
  | AdmittedUser
  | { readonly ok: false; readonly reason: "unknown" }
  | Exclude<FactorVerdict, { readonly ok: true }>;

/**
 * Signs in by username, e-mail or phone. Attempts are counted per account, and per account and client address, before the
 * password is checked. An unknown account takes as long as a known one. A device that signed in to the account before is
 * counted apart, so that strangers cannot lock out the owner. Once the password is right, an account with a second factor
 * needs `otp`, too.
 */
export async function signIn(
  ctx: RequestContext,
  client: ClientProfile,
  { identifier, password, otp }: GivenCredentials,
): Promise<SignedIn> {
  const marks = await deviceMarks(ctx);
  const found = await findByIdentifier(ctx, identifier, marks);
  const { user, device } = found ?? { user: null };
  const account = user ? `user:${user.id}` : `name:${identifier.trim().toLowerCase().slice(0, 254)}`;
  await attempt(ctx, `login|${clientOf(ctx)}`, signInLimits(ctx, marks, device));
  const own = deviceSubject(ctx, marks, device);
  const guesses: readonly Limit[] = own
    ? [{ rate: "guess", subject: `${account}|${own}` }]
    : [
        { rate: "guess", subject: account },
        { rate: "guessFromAddress", subject: `${account}|${clientOf(ctx)}` },
      ];
  const spent = await attempt(ctx, account, guesses).then(
    () => null,
    (refusal: unknown) => refusal,
  );
  // Only a device that signed in before holds the cookie: the right password always passes there.
  if (spent && !device?.byCookie) throw spent;
  const matches = await anyHasher(ctx.runtime).verify(password, user?.passwordHash ?? null);
  if (!matches && spent) throw spent;
  if (!user || !found) return { ok: false, reason: "unknown" };
  if (!matches) return { ok: false, reason: "password" };
  await clearHits(ctx, account, guesses);
  const fault = admissionFault(ctx, user);
  if (fault) return { ok: false, reason: fault };
  if (user.passwordIsTemporary) throw await temporaryRefusal(ctx, user);
  // Only the owner's own browsers hold the cookie: their guesses count apart, and strangers can't use them up.
  const subject = found.device.byCookie ? `${account}|device:${marks.cookie}` : account;
  const verdict = await requireSecondFactor(
    ctx,
    { userId: user.id, hasFactor: found.hasFactor },
    otp,
    subject,
  );
  return verdict.ok ? admitUser(ctx, client, found, verdict.proof) : verdict;
}

/** The limits on sign-ins per client address. Known devices are counted apart. */
function signInLimits(ctx: RequestContext, marks: DeviceMarks, device: DeviceFacts | undefined): Limit[] {
  const rate = "login";
  const client = { rate, subject: `${clientOf(ctx)}|${marks.client}` } as const;
  if (device?.byCookie) return [{ rate, subject: `${clientOf(ctx)}|${marks.cookie}` }];
  return device?.byClient ? [client] : [{ rate, subject: clientOf(ctx) }, client];
}

/** The refusal of a temporary password, with the page where a new one is chosen. `detail` holds the link, because every client shows it. */
async function temporaryRefusal(ctx: RequestContext, user: User): Promise<Refusal> {
  const url = await openResetPage(ctx, user);
  return refuse(403, fill(messages.passwordTemporary, { url }), {
    code: "password_temporary",
    change_url: url,
  });
}

/**
 * Finds the account of an identifier. An address wins over a username that looks like it, and a phone over a username of
 * the same digits, so that nobody can hijack a sign-in by choosing a username.
 */
async function findByIdentifier(
  ctx: RequestContext,
  identifier: string,
  marks: DeviceMarks,
): Promise<KnownOnDevice | null> {
  const words = identifier.trim();
  if (!words || !fits(words, 254)) return null;
  const email = words.includes("@") ? foldEmail(words) : null;
  const phone = normalizePhone(words);
  const aliased = aliasedId(words);
  const rows = await findWithDevice(
    ctx,
    marks,
    or(
      eq(users.usernameKey, foldUsername(words)),
      email ? eq(users.email, email) : undefined,
      phone ? eq(users.phone, phone) : undefined,
      aliased ? eq(users.id, aliased) : undefined,
    ),
  );
  return (
    rows.find(({ user }) => email !== null && user.email === email) ??
    rows.find(({ user }) => phone !== null && user.phone === phone) ??
    rows[0] ??
    null
  );
}

/**
 * Whether somebody who is signed in knows their password. Guesses count per session: other sessions of the account can
 * still change it, and a stolen session gains no guesses by another address, cookie or `User-Agent`.
 */
export async function verifyOwnPassword(
  ctx: RequestContext,
  user: User,
  { sessionId }: Pick<Caller, "sessionId">,
  password: string,
): Promise<boolean> {
  const account = `user:${user.id}`;
  const guesses = [{ rate: "guess", subject: `${account}|session:${sessionId}` }] as const;
  await attempt(ctx, account, guesses);
  const matches = await anyHasher(ctx.runtime).verify(password, user.passwordHash);
  if (matches) await clearHits(ctx, account, guesses);
  return matches;
}
