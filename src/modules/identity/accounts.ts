/** Accounts: made, found, signed in, changed, deleted. Every app's door calls these; the wording is the door's. */
import { eq, or, type SQL, sql } from "drizzle-orm";
import { randomCode, randomToken } from "../../platform/crypto/digest.ts";
import { anyHasher } from "../../platform/crypto/hasher.ts";
import { isUniqueViolation } from "../../platform/db/client.ts";
import { commit, type Effect } from "../../platform/db/outbox.ts";
import { outbox } from "../../platform/db/tables.ts";
import { attempt, clientOf, count, countMail, forgive } from "../../platform/http/limits.ts";
import type { Locale } from "../../platform/http/text.ts";
import { mailEffect } from "../../platform/mail/mail.ts";
import type { Scope } from "../../platform/runtime.ts";
import { dropObject } from "../../platform/storage/media.ts";
import { dropResets, prepareCode } from "./codes.ts";
import { verifyEmail } from "./mails.ts";
import { foldEmail, foldUsername, normalizePhone, usernameFrom } from "./rules.ts";
import {
  type Credentials,
  credentialsFor,
  type Door,
  dropSessions,
  enforce,
  openSession,
  prepareSession,
  revokeEffect,
} from "./sessions.ts";
import { profiles, users } from "./tables.ts";

export type User = typeof users.$inferSelect;

/** Which of the three names is already somebody's. */
export type Taken = "username" | "email" | "phone";

export interface Registration {
  /** Chosen by the person; made from phone or address when absent. */
  readonly username?: string | undefined;
  readonly email?: string | null | undefined;
  /** E.164. */
  readonly phone?: string | null | undefined;
  readonly password: string;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly userType?: User["userType"] | undefined;
  readonly birthday?: string | null | undefined;
}

export type Registered =
  | { readonly ok: true; readonly user: User; readonly credentials: Credentials | null }
  | { readonly ok: false; readonly taken: Taken };

/**
 * Makes an account, its profile, its session and its verification mail in one transaction. No credentials come
 * back when the address has to be verified first, or when the door hands out none (`signIn` false).
 */
export async function register(
  scope: Scope,
  door: Door,
  facts: Registration,
  options: { signIn: boolean } = { signIn: true },
): Promise<Registered> {
  await count(scope, "registration", clientOf(scope));
  const passwordHash = await anyHasher(scope.runtime.hashers).hash(facts.password);
  for (let tries = 0; ; tries++) {
    // After a few clashes by chance, so that nobody can take every name that a phone or an address might get.
    const suffix = tries < COUNTED_SUFFIXES ? tries : Number(randomCode());
    const username = facts.username ?? usernameFrom(facts.phone ?? null, facts.email ?? null, suffix);
    try {
      return await insertUser(scope, door, { ...facts, username }, passwordHash, options.signIn);
    } catch (error) {
      const taken = takenOf(error);
      if (!taken) throw error;
      if (taken === "username" && facts.username === undefined && tries < MAX_TRIES) continue;
      return { ok: false, taken };
    }
  }
}
const COUNTED_SUFFIXES = 5;
const MAX_TRIES = 10;

async function insertUser(
  scope: Scope,
  door: Door,
  facts: Registration & { username: string },
  passwordHash: string,
  signIn: boolean,
): Promise<Registered> {
  const now = scope.now();
  const email = facts.email ? foldEmail(facts.email) : null;
  const usernameKey = foldUsername(facts.username);
  const newId = sql<number>`(SELECT id FROM users WHERE username_key = ${usernameKey})`;
  const insert = scope.db
    .insert(users)
    .values({
      username: facts.username,
      usernameKey,
      email,
      phone: facts.phone ?? null,
      passwordHash,
      firstName: facts.firstName ?? "",
      lastName: facts.lastName ?? "",
      userType: facts.userType ?? "CLIENT",
      locale: scope.locale,
      createdAt: now,
      updatedAt: now,
    })
    .returning();
  const session = signIn && !(email && mustVerify(scope)) ? await prepareSession(scope, door, newId) : null;
  const verification = email
    ? await verificationFor(scope, { userId: newId, email, username: facts.username, locale: scope.locale })
    : null;
  const rows = await commit(scope, insert, verification ? [verification.effect] : [], [
    scope.db.insert(profiles).values({ userId: newId as never, birthday: facts.birthday ?? null }),
    ...(verification ? [verification.statement] : []),
    ...(session ? [session.statement] : []),
  ]);
  const user = rows?.[0];
  if (!user) throw new Error("the new account has no row");
  return { ok: true, user, credentials: session && (await credentialsFor(scope, session, door, user)) };
}

export function takenOf(error: unknown): Taken | null {
  if (isUniqueViolation(error, "users.username_key")) return "username";
  if (isUniqueViolation(error, "users.email")) return "email";
  return isUniqueViolation(error, "users.phone") ? "phone" : null;
}

function mustVerify(scope: Scope): boolean {
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
  const credentials = await openSession(scope, door, user);
  return credentials ? { ok: true, user, credentials } : { ok: false, reason: "password" };
}

/**
 * An address wins over a username that looks like it, and a phone over a username made of its digits: nobody can
 * take over a sign-in by choosing a name.
 */
async function findByIdentifier(scope: Scope, identifier: string): Promise<User | null> {
  const words = identifier.trim();
  if (!words || words.length > 254) return null;
  const email = words.includes("@") ? foldEmail(words) : null;
  const phone = normalizePhone(words);
  const rows = await scope.db
    .select()
    .from(users)
    .where(
      or(
        eq(users.usernameKey, foldUsername(words)),
        email ? eq(users.email, email) : undefined,
        phone ? eq(users.phone, phone) : undefined,
      ),
    );
  return (
    rows.find((row) => email !== null && row.email === email) ??
    rows.find((row) => phone !== null && row.phone === phone) ??
    rows[0] ??
    null
  );
}

export async function findUser(scope: Scope, userId: number): Promise<User | null> {
  const [row] = await scope.db.select().from(users).where(eq(users.id, userId));
  return row ?? null;
}

export async function findByEmail(scope: Scope, email: string): Promise<User | null> {
  const [row] = await scope.db
    .select()
    .from(users)
    .where(eq(users.email, foldEmail(email)));
  return row ?? null;
}

export async function findByPhone(scope: Scope, phone: string): Promise<User | null> {
  const [row] = await scope.db.select().from(users).where(eq(users.phone, phone));
  return row ?? null;
}

/** A user with what their profile says. */
export async function findProfile(scope: Scope, userId: number) {
  const [row] = await scope.db
    .select({ user: users, avatarKey: profiles.avatarKey, birthday: profiles.birthday })
    .from(users)
    .leftJoin(profiles, eq(profiles.userId, users.id))
    .where(eq(users.id, userId));
  return row ?? null;
}

export interface AccountChange {
  readonly username?: string | undefined;
  /** Applied at once, then to be verified anew; null takes it away. */
  readonly email?: string | null | undefined;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly password?: string | undefined;
  readonly locale?: Locale | undefined;
  readonly mailReminders?: boolean | undefined;
}

export type Changed =
  | { readonly ok: true; readonly user: User }
  | { readonly ok: false; readonly taken: Taken | "missing" };

/**
 * Changes an account. A new address asks for its proof by mail; a new password ends every session but
 * `keepSession`; either voids what was mailed to reset the old one. `also` are statements of the same transaction.
 */
export async function changeAccount(
  scope: Scope,
  userId: number,
  change: AccountChange,
  keepSession?: string,
  also: Parameters<typeof commit>[3] = [],
): Promise<Changed> {
  const before = await findUser(scope, userId);
  if (!before) return { ok: false, taken: "missing" };
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
  const update = scope.db
    .update(users)
    .set({
      username,
      usernameKey: foldUsername(username),
      email,
      emailVerifiedAt: emailChanged ? null : before.emailVerifiedAt,
      firstName: change.firstName ?? before.firstName,
      lastName: change.lastName ?? before.lastName,
      passwordHash,
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
  ];
  try {
    const rows = await commit(scope, update, effects, [
      ...(verification ? [verification.statement] : []),
      ...(revocation ? [dropSessions(scope, revocation)] : []),
      ...(revocation || emailChanged ? [dropResets(scope, userId)] : []),
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
    [revokeEffect(scope, revocation), ...(avatarKey ? [dropObject(avatarKey)] : [])],
    [
      scope.db
        .delete(outbox)
        .where(sql`${outbox.address} IN (SELECT value FROM json_each(${JSON.stringify(addresses)}))`),
      ...also,
    ],
  );
  if (deleted) await enforce(scope, revocation);
  return deleted !== null;
}

/** Takes one's picture: the new key first, then the old object by the queue. */
export async function setAvatar(scope: Scope, userId: number, key: string | null): Promise<void> {
  const found = await findProfile(scope, userId);
  const update = scope.db
    .insert(profiles)
    .values({ userId, avatarKey: key })
    .onConflictDoUpdate({ target: profiles.userId, set: { avatarKey: key } });
  await commit(scope, update, found?.avatarKey ? [dropObject(found.avatarKey)] : []);
}

export interface AccountStanding {
  readonly isActive?: boolean | undefined;
  readonly isStaff?: boolean | undefined;
  readonly isVerified?: boolean | undefined;
  readonly userType?: User["userType"] | undefined;
}

/** What staff decides about an account. Whoever is blocked or loses rights is signed out everywhere. */
export async function setStanding(
  scope: Scope,
  userId: number,
  standing: AccountStanding,
  also: (before: User) => Parameters<typeof commit>[3],
): Promise<User | null> {
  const before = await findUser(scope, userId);
  if (!before) return null;
  const losesRights =
    standing.isActive === false ||
    (standing.isStaff === false && before.isStaff) ||
    (standing.userType !== undefined && standing.userType !== before.userType);
  const revocation = { userId };
  const update = scope.db
    .update(users)
    .set({ ...standing, updatedAt: scope.now() })
    .where(eq(users.id, userId))
    .returning();
  const rows = await commit(scope, update, losesRights ? [revokeEffect(scope, revocation)] : [], [
    ...(losesRights ? [dropSessions(scope, revocation)] : []),
    ...(also(before) ?? []),
  ]);
  if (losesRights) await enforce(scope, revocation);
  return rows?.[0] ?? null;
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

/** Nightly: deletes pictures that no profile names, once they are a day old. */
export async function sweepAvatars(scope: Scope): Promise<void> {
  const { bucket } = scope.runtime;
  let cursor: string | undefined;
  do {
    const page = await bucket.list({ prefix: "avatars/", limit: 500, ...(cursor ? { cursor } : {}) });
    const keys = page.objects
      .filter(({ uploaded }) => uploaded.getTime() < scope.now() - DAY)
      .map(({ key }) => key);
    const named = await scope.db
      .select({ key: profiles.avatarKey })
      .from(profiles)
      .where(sql`${profiles.avatarKey} IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`);
    const kept = new Set(named.map(({ key }) => key));
    const orphans = keys.filter((key) => !kept.has(key));
    if (orphans.length > 0) await bucket.delete(orphans);
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor);
}
const DAY = 24 * 3600_000;
