/** New accounts: user, profile, session and verification mail in one transaction. */
import { type SQL, sql } from "drizzle-orm";
import { randomCode } from "../../../platform/crypto/digest.ts";
import { anyHasher } from "../../../platform/crypto/hasher.ts";
import { commit } from "../../../platform/db/outbox.ts";
import { clientOf, count } from "../../../platform/http/limits/rate-limits.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { mustVerify, verificationFor } from "../recovery/verification.ts";
import { requireUsername } from "../refusals.ts";
import { foldEmail, foldUsername, madeFrom, usernameFrom } from "../rules.ts";
import {
  type ClientProfile,
  type Credentials,
  credentialsFor,
  prepareSession,
} from "../sessions/sessions.ts";
import { profiles, users } from "../tables.ts";
import { type TakenIdentifier, takenOf } from "./commands.ts";
import type { User } from "./queries.ts";

export interface Registration {
  /** Chosen by the user; generated from phone or address if absent. */
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

/** Statements of other modules for the transaction that creates the account. */
export type RegistrationStatements = (ctx: RequestContext, userId: SQL<number>) => readonly Statement[];

type Statement = NonNullable<Parameters<typeof commit>[3]>[number];

export type Registered =
  | { readonly ok: true; readonly user: User; readonly credentials: Credentials | null }
  | { readonly ok: false; readonly taken: TakenIdentifier };

export interface RegistrationOptions {
  readonly signIn: boolean;
  readonly also?: RegistrationStatements;
  /** An operator registers somebody else: their network address is not limited. */
  readonly byStaff?: boolean;
}

/**
 * Creates an account, its profile, its session and its verification mail in one transaction. Returns no credentials if
 * the address must be verified first, or if the app's registration does not sign in (`signIn` false).
 */
export async function register(
  ctx: RequestContext,
  client: ClientProfile,
  facts: Registration,
  options: RegistrationOptions = { signIn: true },
): Promise<Registered> {
  if (facts.username !== undefined) requireUsername(facts.username);
  if (!options.byStaff) await count(ctx, "registration", clientOf(ctx));
  const passwordHash = await anyHasher(ctx.runtime).hash(facts.password);
  for (let tries = 0; ; tries++) {
    // Random after a few clashes, so that nobody can take every username that a phone or an address might get.
    const suffix = tries < COUNTED_SUFFIXES ? tries : Number(randomCode());
    const username = facts.username ?? usernameFrom(facts.phone ?? null, facts.email ?? null, suffix);
    try {
      const named = { ...facts, username, isGenerated: facts.username === undefined };
      return await insertUser(ctx, client, named, passwordHash, options);
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
  ctx: RequestContext,
  client: ClientProfile,
  facts: Registration & { username: string; isGenerated: boolean },
  passwordHash: string,
  { signIn, also }: RegistrationOptions,
): Promise<Registered> {
  const now = ctx.now();
  const email = facts.email ? foldEmail(facts.email) : null;
  const usernameKey = foldUsername(facts.username);
  const newId = sql<number>`(SELECT id FROM users WHERE username_key = ${usernameKey})`;
  const insert = ctx.db
    .insert(users)
    .values({
      username: facts.username,
      usernameKey,
      usernameIsGenerated: facts.isGenerated || madeFrom(facts.username, { email }),
      email,
      phone: facts.phone ?? null,
      passwordHash,
      firstName: facts.firstName ?? "",
      lastName: facts.lastName ?? "",
      userType: facts.userType ?? "CLIENT",
      locale: ctx.locale,
      createdAt: now,
      updatedAt: now,
    })
    .returning();
  const session = signIn && !(email && mustVerify(ctx)) ? await prepareSession(ctx, client, newId) : null;
  const verification = email
    ? await verificationFor(ctx, { userId: newId, email, username: facts.username, locale: ctx.locale })
    : null;
  const rows = await commit(ctx, insert, verification ? [verification.effect] : [], [
    ctx.db.insert(profiles).values({ userId: newId as never, birthday: facts.birthday ?? null }),
    ...(verification ? [verification.statement] : []),
    ...(session ? [session.statement] : []),
    ...(also?.(ctx, newId) ?? []),
  ]);
  const user = rows?.[0];
  if (!user) throw new Error("the new account has no row");
  return { ok: true, user, credentials: session && (await credentialsFor(ctx, session, client, user)) };
}
