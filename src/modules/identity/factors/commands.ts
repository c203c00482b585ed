/** Sets up and removes an account's authenticator app, and renews its recovery codes. */
import { and, eq, isNotNull, sql } from "drizzle-orm";
import type { Caller } from "../../../platform/http/caller.ts";
import { invalid, notFound } from "../../../platform/http/errors.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { messages } from "../messages.ts";
import { users } from "../tables.ts";
import { toBase32 } from "./authenticator/base32.ts";
import { newSecret, openSecret, sealSecret, stepOf, totpUri } from "./authenticator/totp.ts";
import {
  commitChange,
  dropCodesWithLast,
  factorCount,
  mayLose,
  requireRemaining,
  sessionStands,
} from "./changes.ts";
import { type GivenProof, requireFreshProof } from "./proofs/fresh-proof.ts";
import { newRecoveryCodes } from "./recovery-codes.ts";
import { totpSecrets } from "./tables.ts";

/** Ms within which a new secret's first code must be entered. */
const SETUP_MS = 15 * 60_000;

/** Makes a secret that takes effect with its first code. A current authenticator app stays valid until then. */
export async function beginTotp(
  ctx: RequestContext,
  caller: Caller,
  given: GivenProof,
): Promise<{ readonly secret: string; readonly uri: string }> {
  const { user } = await requireFreshProof(ctx, caller, given);
  const secret = newSecret();
  const pending = {
    pendingSecret: await sealSecret(ctx, user.id, secret),
    pendingUntil: ctx.now() + SETUP_MS,
  };
  await ctx.db
    .insert(totpSecrets)
    .values({ userId: user.id, ...pending, createdAt: ctx.now() })
    .onConflictDoUpdate({ target: totpSecrets.userId, set: pending });
  return { secret: toBase32(secret), uri: totpUri(secret, user.email ?? user.phone ?? user.username) };
}

/** Activates the new secret by its first code. Returns recovery codes if this is the account's first factor, else null. */
export async function confirmTotp(
  ctx: RequestContext,
  caller: Caller,
  code: string,
): Promise<readonly string[] | null> {
  const { userId } = caller;
  const [found] = await ctx.db
    .select({
      user: users,
      pending: totpSecrets.pendingSecret,
      until: totpSecrets.pendingUntil,
      factors: factorCount(userId),
    })
    .from(totpSecrets)
    .innerJoin(users, eq(users.id, totpSecrets.userId))
    .where(eq(totpSecrets.userId, userId));
  const { pending = null, until = null } = found ?? {};
  const isLive = pending !== null && until !== null && until > ctx.now();
  const secret = isLive ? await openSecret(ctx, userId, pending) : null;
  if (!found || !secret || pending === null)
    throw invalid({ non_field_errors: messages.totpNotBegun }, { code: "totp_not_begun" });
  const step = stepOf(secret, code.replace(/\s/g, ""), ctx.now());
  if (step === null) throw invalid({ otp: messages.otpInvalid }, { code: "otp_invalid" });
  const activate = ctx.db
    .update(totpSecrets)
    .set({
      sealedSecret: pending,
      pendingSecret: null,
      pendingUntil: null,
      lastStep: step,
      createdAt: ctx.now(),
      lastUsedAt: null,
    })
    .where(
      and(eq(totpSecrets.userId, userId), eq(totpSecrets.pendingSecret, pending), sessionStands(caller)),
    );
  const recovery = found.factors === 0 ? await newRecoveryCodes(ctx, userId) : null;
  const change = { event: "second_factor_added", action: "second_factor_add", kind: "totp" } as const;
  if (!(await commitChange(ctx, caller, found.user, change, activate, recovery?.statements)))
    throw invalid({ non_field_errors: messages.totpNotBegun });
  return recovery?.codes ?? null;
}

/** Removes the authenticator app. 404 without one. */
export async function removeTotp(ctx: RequestContext, caller: Caller, given: GivenProof): Promise<void> {
  if (!(await hasTotp(ctx, caller.userId))) throw notFound();
  await requireRemaining(ctx, caller);
  const { user } = await requireFreshProof(ctx, caller, given);
  const remove = ctx.db
    .delete(totpSecrets)
    .where(
      and(
        eq(totpSecrets.userId, user.id),
        isNotNull(totpSecrets.sealedSecret),
        sessionStands(caller),
        mayLose(ctx, caller),
      ),
    );
  const change = { event: "second_factor_removed", action: "second_factor_remove", kind: "totp" } as const;
  const rest = [dropCodesWithLast(ctx, user.id)];
  if (!(await commitChange(ctx, caller, user, change, remove, rest))) throw notFound();
}

async function hasTotp(ctx: RequestContext, userId: number): Promise<boolean> {
  const [row] = await ctx.db
    .select({ userId: totpSecrets.userId })
    .from(totpSecrets)
    .where(and(eq(totpSecrets.userId, userId), isNotNull(totpSecrets.sealedSecret)));
  return row !== undefined;
}

/** Replaces the recovery codes. 404 for an account without a second factor. */
export async function renewRecoveryCodes(
  ctx: RequestContext,
  caller: Caller,
  given: GivenProof,
): Promise<readonly string[]> {
  const { user, hasFactor } = await requireFreshProof(ctx, caller, given);
  if (!hasFactor) throw notFound();
  const { codes, statements } = await newRecoveryCodes(ctx, user.id);
  const change = {
    event: "recovery_codes_renewed",
    action: "recovery_codes_renew",
    kind: "recovery_codes",
  } as const;
  // A change of nothing that holds only while the session and a factor do.
  const guard = ctx.db
    .update(users)
    .set({ id: user.id })
    .where(and(eq(users.id, user.id), sessionStands(caller), sql`${factorCount(user.id)} > 0`));
  if (!(await commitChange(ctx, caller, user, change, guard, statements))) throw notFound();
  return codes;
}
