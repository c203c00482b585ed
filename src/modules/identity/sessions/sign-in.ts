/** Sign-in by username, e-mail or phone and a password. Attempts are counted before the password is checked. */

import { eq, or } from "drizzle-orm";
import { fits } from "../../../platform/characters.ts";
import { anyHasher } from "../../../platform/crypto/hasher.ts";
import type { Effect } from "../../../platform/db/outbox.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { type Refusal, refuse } from "../../../platform/http/errors.ts";
import {
  attempt,
  clearHits,
  clientOf,
  count,
  type Limit,
} from "../../../platform/http/limits/rate-limits.ts";
import { fill } from "../../../platform/http/messages.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { emailsOf, formerOf } from "../accounts/contacts.ts";
import { aliasedId } from "../accounts/names.ts";
import { findWithDevice, type KnownOnDevice, type User } from "../accounts/queries.ts";
import { securityNotices } from "../mail/notices.ts";
import { messages } from "../messages.ts";
import { openResetPage } from "../recovery/password-reset.ts";
import { mustVerify } from "../recovery/verification.ts";
import { foldEmail, foldUsername, normalizePhone } from "../rules.ts";
import { users } from "../tables.ts";
import { type DeviceFacts, type DeviceMarks, deviceMarks, deviceSubject } from "./devices.ts";
import { type ClientProfile, type Credentials, openSession } from "./sessions.ts";

export type SignedIn =
  | { readonly ok: true; readonly user: User; readonly credentials: Credentials }
  | { readonly ok: false; readonly reason: "unknown" | "password" | "inactive" | "unverified" };

/**
 * Signs in by username, e-mail or phone. Attempts are counted per account, and per account and client address, before the
 * password is checked. An unknown account takes as long as a known one. A device that signed in to the account before is
 * counted apart, so that strangers cannot lock out the owner.
 */
export async function signIn(
  ctx: RequestContext,
  client: ClientProfile,
  identifier: string,
  password: string,
): Promise<SignedIn> {
  const marks = await deviceMarks(ctx);
  const { user, device } = (await findByIdentifier(ctx, identifier, marks)) ?? { user: null };
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
  if (!user || !device) return { ok: false, reason: "unknown" };
  if (!matches) return { ok: false, reason: "password" };
  await clearHits(ctx, account, guesses);
  if (!user.isActive) return { ok: false, reason: "inactive" };
  if (user.email && !user.emailVerifiedAt && mustVerify(ctx)) return { ok: false, reason: "unverified" };
  if (user.passwordIsTemporary) throw await temporaryRefusal(ctx, user);
  const effects = await newDeviceNotices(ctx, user, device);
  const credentials = await openSession(ctx, client, user, effects);
  return credentials ? { ok: true, user, credentials } : { ok: false, reason: "password" };
}

/** The limits on sign-ins per client address. Known devices are counted apart. */
function signInLimits(ctx: RequestContext, marks: DeviceMarks, device: DeviceFacts | undefined): Limit[] {
  const rate = "login";
  const client = { rate, subject: `${clientOf(ctx)}|${marks.client}` } as const;
  if (device?.byCookie) return [{ rate, subject: `${clientOf(ctx)}|${marks.cookie}` }];
  return device?.byClient ? [client] : [{ rate, subject: clientOf(ctx) }, client];
}

/**
 * The notices of a sign-in from an unknown device. None for the first sign-in after the sign-up, or while the account
 * has no known devices.
 */
async function newDeviceNotices(ctx: RequestContext, user: User, device: DeviceFacts): Promise<Effect[]> {
  if (!ctx.runtime.settings.newDeviceLetters || user.lastLoginAt === null) return [];
  if (device.byCookie || device.byClient || !device.knowsAny) return [];
  const flooded = await count(ctx, "resetMail", `devices:${user.id}`).then(
    () => false,
    () => true,
  );
  if (flooded) return [];
  return securityNotices(ctx, user, "new_device", emailsOf(await formerOf(ctx, user.id)));
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
