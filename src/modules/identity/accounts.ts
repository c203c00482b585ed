/** Accounts changed, judged and deleted. Every app's door calls these; the wording is the door's. */
import { eq } from "drizzle-orm";
import { anyHasher } from "../../platform/crypto/hasher.ts";
import { isUniqueViolation } from "../../platform/db/client.ts";
import { declareEffect } from "../../platform/db/effects.ts";
import { commit, dropEffectsTo, type Effect } from "../../platform/db/outbox.ts";
import { countMail } from "../../platform/http/limits.ts";
import type { Locale } from "../../platform/http/text.ts";
import { recheckEffect } from "../../platform/realtime/recheck.ts";
import type { Scope } from "../../platform/runtime.ts";
import { dropObject } from "../../platform/storage/media.ts";
import { dropResets } from "./codes.ts";
import { usernameChange } from "./names.ts";
import { findProfile, type User, userRoom } from "./people.ts";
import { foldEmail } from "./rules.ts";
import { dropSessions, enforce, revokeEffect } from "./sessions.ts";
import { profiles, users } from "./tables.ts";
import { verificationFor } from "./verification.ts";

/** Which of the three names is already somebody's. */
export type Taken = "username" | "email" | "phone";

export function takenOf(error: unknown): Taken | null {
  if (isUniqueViolation(error, "users.username_key")) return "username";
  if (isUniqueViolation(error, "users.email")) return "email";
  return isUniqueViolation(error, "users.phone") ? "phone" : null;
}

export interface AccountChange {
  readonly username?: string | undefined;
  /** Applied at once, then to be verified anew; null takes it away. */
  readonly email?: string | null | undefined;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly password?: string | undefined;
  /** It opens nothing but the page where its owner chooses their own. */
  readonly passwordIsTemporary?: boolean;
  readonly locale?: Locale | undefined;
  readonly mailReminders?: boolean | undefined;
  /** `YYYY-MM-DD`. */
  readonly birthday?: string | null | undefined;
  /** Key of a stored picture; the former one goes by the queue. */
  readonly avatarKey?: string | null | undefined;
}

export type Changed =
  | { readonly ok: true; readonly user: User }
  | { readonly ok: false; readonly taken: Taken | "missing" };

/**
 * Changes an account. A new address asks for its proof by mail; a new password ends every session but
 * `keepSession`; either voids what was mailed to reset the old one. `also` are statements of the same transaction,
 * `alsoEffects` what follows from them.
 */
export async function changeAccount(
  scope: Scope,
  userId: number,
  change: AccountChange,
  keepSession?: string,
  also: Parameters<typeof commit>[3] = [],
  alsoEffects: readonly Effect[] = [],
): Promise<Changed> {
  const found = await findProfile(scope, userId);
  if (!found) return { ok: false, taken: "missing" };
  const before = found.user;
  const now = scope.now();
  const email = change.email === undefined ? before.email : change.email && foldEmail(change.email);
  const emailChanged = email !== before.email;
  // Each new address gets a letter: without a limit one account could write to anybody, without end.
  if (emailChanged && email) await countMail(scope, `verify:${email}`);
  const passwordHash =
    change.password === undefined
      ? before.passwordHash
      : await anyHasher(scope.runtime.hashers).hash(change.password);
  const username = change.username ?? before.username;
  const renamed =
    change.username === undefined ? {} : usernameChange(change.username, { phone: before.phone, email });
  const update = scope.db
    .update(users)
    .set({
      ...renamed,
      email,
      emailVerifiedAt: emailChanged ? null : before.emailVerifiedAt,
      firstName: change.firstName ?? before.firstName,
      lastName: change.lastName ?? before.lastName,
      passwordHash,
      passwordIsTemporary:
        change.password === undefined ? before.passwordIsTemporary : (change.passwordIsTemporary ?? false),
      locale: change.locale ?? before.locale,
      mailReminders: change.mailReminders ?? before.mailReminders,
      updatedAt: now,
    })
    .where(eq(users.id, userId))
    .returning();
  const verification =
    emailChanged && email
      ? await verificationFor(scope, { userId, email, username, locale: scope.locale })
      : null;
  const revocation = change.password === undefined ? null : { userId, exceptSession: keepSession ?? "" };
  const effects: Effect[] = [
    ...(verification ? [verification.effect] : []),
    ...(revocation ? [revokeEffect(scope, revocation)] : []),
    ...(change.avatarKey !== undefined && found.avatarKey ? [dropObject(found.avatarKey)] : []),
    ...alsoEffects,
  ];
  try {
    const rows = await commit(scope, update, effects, [
      ...(verification ? [verification.statement] : []),
      ...(revocation ? [dropSessions(scope, revocation)] : []),
      ...(revocation || emailChanged ? [dropResets(scope, userId)] : []),
      ...profileChange(scope, userId, change),
      ...also,
    ]);
    const user = rows?.[0];
    if (!user) return { ok: false, taken: "missing" };
    if (revocation) await enforce(scope, revocation);
    return { ok: true, user };
  } catch (error) {
    const taken = takenOf(error);
    if (taken) return { ok: false, taken };
    throw error;
  }
}

/** The statement for what stands beside the account; none when that stays as it is. */
function profileChange(scope: Scope, userId: number, { birthday, avatarKey }: AccountChange) {
  if (birthday === undefined && avatarKey === undefined) return [];
  // What is set here came through the intake.
  const set = { birthday, avatarKey, cleanedAvatarKey: avatarKey };
  return [
    scope.db
      .insert(profiles)
      .values({ userId, ...set })
      .onConflictDoUpdate({ target: profiles.userId, set }),
  ];
}

/**
 * Deletes an account and all that is the person's own: profile, sessions, codes, mails to them, and through foreign
 * keys what other modules keep. The picture goes by the queue. False when there is no such account.
 */
export async function deleteAccount(
  scope: Scope,
  userId: number,
  also: Parameters<typeof commit>[3] = [],
): Promise<boolean> {
  const found = await findProfile(scope, userId);
  if (!found) return false;
  const { user, avatarKey } = found;
  const revocation = { userId };
  const addresses = [user.email, user.phone].filter((address) => address !== null);
  const deleted = await commit(
    scope,
    scope.db.delete(users).where(eq(users.id, userId)),
    [
      revokeEffect(scope, revocation),
      recheckEffect([userRoom(userId)]),
      accountErased.row({ userId }),
      ...(avatarKey ? [dropObject(avatarKey)] : []),
    ],
    [dropEffectsTo(scope, addresses), ...also],
  );
  if (deleted) await enforce(scope, revocation);
  return deleted !== null;
}

/** What no foreign key reaches: every module that keeps somebody's words in a room takes them out. */
export const accountErased = declareEffect<{ readonly userId: number }>(
  "erase",
  ({ userId }) => `user:${userId}`,
);
