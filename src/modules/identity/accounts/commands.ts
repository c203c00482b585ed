/** Changes and deletes accounts, for every app. The app's routes word the responses. */
import { and, eq, sql } from "drizzle-orm";
import { anyHasher } from "../../../platform/crypto/hasher.ts";
import { isUniqueViolation } from "../../../platform/db/client.ts";
import { declareEffect } from "../../../platform/db/effects.ts";
import { commit, dropLettersTo, type Effect } from "../../../platform/db/outbox.ts";
import { refuse } from "../../../platform/http/errors.ts";
import { count } from "../../../platform/http/limits/rate-limits.ts";
import type { Locale } from "../../../platform/http/text.ts";
import { recheckEffect } from "../../../platform/realtime/rights/recheck.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { deleteObject } from "../../../platform/storage/media.ts";
import { securityNotices } from "../mail/notices.ts";
import { messages } from "../messages.ts";
import { dropResets } from "../recovery/codes.ts";
import { requireUsername } from "../refusals.ts";
import { trackRoom } from "../room-names.ts";
import { foldEmail } from "../rules.ts";
import { dropSessions, enforce, revokeEffect } from "../sessions/sessions.ts";
import { profiles, users } from "../tables.ts";
import { type ChangeParts, contactParts, countNewAddress, emailsOf, formerOf } from "./contacts.ts";
import { usernameChange } from "./names.ts";
import { isNotLastAdministrator } from "./powers.ts";
import { findProfile, type User } from "./queries.ts";

/** The identifier that another account has already. */
export type TakenIdentifier = "username" | "email" | "phone";

/** The identifier that a unique violation is about; null for other errors. */
export function takenOf(error: unknown): TakenIdentifier | null {
  if (isUniqueViolation(error, "users.username_key")) return "username";
  if (isUniqueViolation(error, "users.email")) return "email";
  return isUniqueViolation(error, "users.phone") ? "phone" : null;
}

export interface AccountChange {
  readonly username?: string | undefined;
  /** Applied at once and then to be verified; null removes it. */
  readonly email?: string | null | undefined;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly password?: string | undefined;
  /** The password only opens the page where the owner chooses a new one. */
  readonly passwordIsTemporary?: boolean;
  readonly locale?: Locale | undefined;
  /** IANA name; null: not chosen. */
  readonly timeZone?: string | null | undefined;
  readonly mailReminders?: boolean | undefined;
  /** `YYYY-MM-DD`. */
  readonly birthday?: string | null | undefined;
  /** Key of a stored picture; the queue deletes the former one. */
  readonly avatarKey?: string | null | undefined;
}

export type Changed =
  | { readonly ok: true; readonly user: User }
  | { readonly ok: false; readonly taken: TakenIdentifier | "missing" };

export interface ChangeOptions {
  /** The requesting session. It survives a password change; if it has ended, nothing is written. */
  readonly session?: string;
  /** More statements for the same transaction. */
  readonly also?: Parameters<typeof commit>[3];
  /** Effects of these statements. */
  readonly effects?: readonly Effect[];
}

/** How often a change is retried because the address changed meanwhile. */
const MAX_TRIES = 3;

/**
 * Changes an account; writes only the given columns. A new address gets a verification mail, and the former address can
 * undo the change (`contacts.ts`). A new password ends every session but the requesting one, and the owner is notified.
 * Both void pending password resets. "missing": the account does not exist, or the requesting session has ended.
 */
export async function changeAccount(
  ctx: RequestContext,
  userId: number,
  change: AccountChange,
  options: ChangeOptions = {},
): Promise<Changed> {
  const email = change.email && foldEmail(change.email);
  const passwordHash =
    change.password === undefined ? undefined : await newPasswordHash(ctx, userId, change.password);
  let counted = false;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const found = await findProfile(ctx, userId);
    if (!found) break;
    if (change.username !== undefined && change.username !== found.user.username)
      requireUsername(change.username);
    // Each new address gets a mail: without a limit one account could flood any address.
    if (email && email !== found.user.email && !counted) {
      await countNewAddress(ctx, email);
      counted = true;
    }
    const contacts = await contactParts(ctx, found.user, { email });
    const prepared = { ...change, email, passwordHash, contacts, former: found };
    const result = await tryChange(ctx, userId, prepared, options);
    if (result) return result;
    // Without a change of address, only the missing session can be the cause.
    if (!contacts.where) break;
  }
  return { ok: false, taken: "missing" };
}

/** Hashes a new password. Rate-limited: each change sends a notice, and the account's unverified address may be somebody else's. */
async function newPasswordHash(ctx: RequestContext, userId: number, password: string): Promise<string> {
  await count(ctx, "resetMail", `password:${userId}`);
  return anyHasher(ctx.runtime).hash(password);
}

interface Prepared extends AccountChange {
  readonly passwordHash: string | undefined;
  readonly contacts: ChangeParts;
  /** The account before the change. */
  readonly former: { readonly user: User; readonly avatarKey: string | null };
}

/** One transaction; null if the account changed since it was read or the session has ended. */
async function tryChange(
  ctx: RequestContext,
  userId: number,
  change: Prepared,
  { session, also = [], effects = [] }: ChangeOptions,
): Promise<Changed | null> {
  const { contacts, former, passwordHash, username } = change;
  const update = ctx.db
    .update(users)
    .set({
      ...(username === undefined ? {} : usernameChange(username, { ...former.user, ...contacts.set })),
      firstName: change.firstName,
      lastName: change.lastName,
      locale: change.locale,
      timeZone: change.timeZone,
      mailReminders: change.mailReminders,
      ...(passwordHash === undefined
        ? {}
        : { passwordHash, passwordIsTemporary: change.passwordIsTemporary ?? false }),
      ...contacts.set,
      updatedAt: ctx.now(),
    })
    .where(and(eq(users.id, userId), contacts.where, isSignedIn(session)))
    .returning();
  const revocation = passwordHash === undefined ? null : { userId, exceptSession: session ?? "" };
  const letters = revocation
    ? securityNotices(ctx, former.user, "password_changed", emailsOf(await formerOf(ctx, userId)))
    : [];
  const all: Effect[] = [
    ...contacts.effects,
    ...letters,
    ...(revocation ? [revokeEffect(ctx, revocation)] : []),
    ...(change.avatarKey !== undefined && former.avatarKey ? [deleteObject(former.avatarKey)] : []),
    ...effects,
  ];
  try {
    const rows = await commit(ctx, update, all, [
      ...contacts.statements,
      ...(revocation ? [dropSessions(ctx, revocation), dropResets(ctx, userId)] : []),
      ...profileChange(ctx, userId, change),
      ...also,
    ]);
    const user = rows?.[0];
    if (!user) return null;
    if (revocation) await enforce(ctx, revocation);
    return { ok: true, user };
  } catch (error) {
    const taken = takenOf(error);
    if (taken) return { ok: false, taken };
    throw error;
  }
}

/**
 * The requesting session still exists. Isolates cache sessions for a while, so a change that cannot be undone checks the
 * session in its own statement.
 */
function isSignedIn(session: string | undefined) {
  return session === undefined ? undefined : sql`EXISTS (SELECT 1 FROM sessions WHERE id = ${session})`;
}

/** The statement that changes the profile; none if the profile stays the same. */
export function profileChange(
  ctx: RequestContext,
  userId: number,
  { birthday, avatarKey }: Pick<AccountChange, "birthday" | "avatarKey">,
) {
  if (birthday === undefined && avatarKey === undefined) return [];
  // The picture intake has removed the metadata already.
  const set = { birthday, avatarKey, cleanedAvatarKey: avatarKey };
  return [
    ctx.db
      .insert(profiles)
      .values({ userId, ...set })
      .onConflictDoUpdate({ target: profiles.userId, set }),
  ];
}

/**
 * Deletes an account with its profile, sessions, codes and pending mails, and through foreign keys the rows of other
 * modules. The queue deletes the picture. False if the account does not exist or the requesting session has ended; 409 for
 * the last administrator, by whatever door. No other statement deletes users.
 */
export async function deleteAccount(
  ctx: RequestContext,
  userId: number,
  { session, also = [] }: Pick<ChangeOptions, "session" | "also">,
): Promise<boolean> {
  const found = await findProfile(ctx, userId);
  if (!found) return false;
  const { user, avatarKey } = found;
  const revocation = { userId };
  const former = (await formerOf(ctx, userId)).map(({ value }) => value);
  const addresses = [user.email, user.phone, ...former].filter((address) => address !== null);
  const deleted = await commit(
    ctx,
    ctx.db.delete(users).where(and(eq(users.id, userId), isSignedIn(session), isNotLastAdministrator())),
    [
      revokeEffect(ctx, revocation),
      recheckEffect([trackRoom(userId)]),
      accountErased.row({ userId }),
      ...(avatarKey ? [deleteObject(avatarKey)] : []),
    ],
    [dropLettersTo(ctx, addresses), ...also],
  );
  if (deleted) {
    await enforce(ctx, revocation);
    return true;
  }
  const kept = await ctx.db.$count(users, and(eq(users.id, userId), isSignedIn(session)));
  if (kept > 0) throw refuse(409, messages.lastAdministrator);
  return false;
}

/** Erases what no foreign key reaches: each module removes the person's content from its rooms. */
export const accountErased = declareEffect<{ readonly userId: number }>(
  "erase",
  ({ userId }) => `user:${userId}`,
);
