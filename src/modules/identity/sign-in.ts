/** Who is let in with a password: by any of three names, at one cost, with guesses counted before they are looked at. */

import { eq, or } from "drizzle-orm";
import { fits } from "../../platform/characters.ts";
import { anyHasher } from "../../platform/crypto/hasher.ts";
import { type Refusal, refuse } from "../../platform/http/errors.ts";
import { attempt, clientOf, count, forgive } from "../../platform/http/limits.ts";
import { fill } from "../../platform/http/messages.ts";
import type { Scope } from "../../platform/runtime.ts";
import { messages } from "./messages.ts";
import { aliasedId } from "./names.ts";
import type { User } from "./people.ts";
import { openResetPage } from "./recovery.ts";
import { foldEmail, foldUsername, normalizePhone } from "./rules.ts";
import { type Credentials, type Door, openSession } from "./sessions.ts";
import { users } from "./tables.ts";
import { mustVerify } from "./verification.ts";

export type SignedIn =
  | { readonly ok: true; readonly user: User; readonly credentials: Credentials }
  | { readonly ok: false; readonly reason: "unknown" | "password" | "inactive" | "unverified" };

/**
 * Signs in by any of username, e-mail or phone. Guesses are counted per account, and per account and client
 * address, before the password is looked at; an unknown account costs the same time as a known one.
 */
export async function signIn(
  scope: Scope,
  door: Door,
  identifier: string,
  password: string,
): Promise<SignedIn> {
  await count(scope, "login", clientOf(scope));
  const user = await findByIdentifier(scope, identifier);
  const subject = user ? `user:${user.id}` : `name:${identifier.trim().toLowerCase().slice(0, 254)}`;
  const guesses = [
    { rate: "guess", subject },
    { rate: "guessFromAddress", subject: `${subject}|${clientOf(scope)}` },
  ] as const;
  await attempt(scope, subject, guesses);
  const matches = await anyHasher(scope.runtime.hashers).verify(password, user?.passwordHash ?? null);
  if (!user) return { ok: false, reason: "unknown" };
  if (!matches) return { ok: false, reason: "password" };
  await forgive(scope, subject, guesses);
  if (!user.isActive) return { ok: false, reason: "inactive" };
  if (user.email && !user.emailVerifiedAt && mustVerify(scope)) return { ok: false, reason: "unverified" };
  if (user.passwordIsTemporary) throw await temporaryRefusal(scope, user);
  const credentials = await openSession(scope, door, user);
  return credentials ? { ok: true, user, credentials } : { ok: false, reason: "password" };
}

/** Whoever proved a temporary password is shown the way to one of their own. Said in full by `detail`: any client shows that. */
async function temporaryRefusal(scope: Scope, user: User): Promise<Refusal> {
  const url = await openResetPage(scope, user);
  return refuse(403, fill(messages.passwordTemporary, { url }), {
    code: "password_temporary",
    change_url: url,
  });
}

/**
 * An address wins over a username that looks like it, and a phone over a username made of its digits: nobody can
 * take over a sign-in by choosing a name.
 */
async function findByIdentifier(scope: Scope, identifier: string): Promise<User | null> {
  const words = identifier.trim();
  if (!words || !fits(words, 254)) return null;
  const email = words.includes("@") ? foldEmail(words) : null;
  const phone = normalizePhone(words);
  const aliased = aliasedId(words);
  const rows = await scope.db
    .select()
    .from(users)
    .where(
      or(
        eq(users.usernameKey, foldUsername(words)),
        email ? eq(users.email, email) : undefined,
        phone ? eq(users.phone, phone) : undefined,
        aliased ? eq(users.id, aliased) : undefined,
      ),
    );
  return (
    rows.find((row) => email !== null && row.email === email) ??
    rows.find((row) => phone !== null && row.phone === phone) ??
    rows[0] ??
    null
  );
}

/** Whether somebody who is signed in knows their password; guesses count as at the door. */
export async function verifyOwnPassword(scope: Scope, user: User, password: string): Promise<boolean> {
  const subject = `user:${user.id}`;
  const guesses = [{ rate: "guess", subject }] as const;
  await attempt(scope, subject, guesses);
  const matches = await anyHasher(scope.runtime.hashers).verify(password, user.passwordHash);
  if (matches) await forgive(scope, subject, guesses);
  return matches;
}
