/**
 * The second factor at sign-in. `openSession` takes a `FactorProof`, which only this file makes, so no way to a session
 * can leave it out.
 */
import { type SQL, sql } from "drizzle-orm";
import { attempt, clearHits, type Limit } from "../../../../platform/http/limits/rate-limits.ts";
import { onDemand } from "../../../../platform/on-demand.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";

const check = onDemand(() => import("./check.ts"));

declare const made: unique symbol;

/** That an account's second factor was checked, or that it has none. */
export interface FactorProof {
  readonly [made]: true;
  readonly userId: number;
  /** Whether the account had a second factor then. */
  readonly hadFactor: boolean;
}

/** How an account can prove its second factor. */
export type FactorMethod = "totp" | "passkey" | "recovery_code";

export type FactorVerdict =
  | { readonly ok: true; readonly proof: FactorProof }
  | {
      readonly ok: false;
      readonly reason: "otp_required" | "otp_invalid";
      readonly methods: readonly FactorMethod[];
    };

/** SQL for queries of `users`: the account has an authenticator app or a passkey. */
export const hasSecondFactor: SQL<boolean> = sql`(
  EXISTS (SELECT 1 FROM totp_secrets AS t WHERE t.user_id = users.id AND t.sealed_secret IS NOT NULL)
  OR EXISTS (SELECT 1 FROM passkeys AS k WHERE k.user_id = users.id))`.mapWith(Boolean);

interface Holder {
  readonly userId: number;
  readonly hasFactor: boolean;
}

/**
 * Checks `otp`: a code of the authenticator app, a recovery code, or the pass of a passkey's check. It is used up.
 * Guesses are counted before the check, by default per account. Throws 429 beyond the rates `otpGuess` and `otpGuessDay`.
 * @param subject who guesses, where that is counted apart
 */
export async function requireSecondFactor(
  ctx: RequestContext,
  { userId, hasFactor }: Holder,
  otp: string | undefined,
  subject = `user:${userId}`,
): Promise<FactorVerdict> {
  if (!hasFactor) return { ok: true, proof: proofOf(userId, false) };
  const { methodsOf, spendSecondFactor } = await check();
  if (otp === undefined) return { ok: false, reason: "otp_required", methods: await methodsOf(ctx, userId) };
  const guesses: readonly Limit[] = [
    { rate: "otpGuess", subject },
    { rate: "otpGuessDay", subject },
  ];
  const shard = `user:${userId}`;
  await attempt(ctx, shard, guesses);
  if (!(await spendSecondFactor(ctx, userId, otp)))
    return { ok: false, reason: "otp_invalid", methods: await methodsOf(ctx, userId) };
  await clearHits(ctx, shard, guesses);
  return { ok: true, proof: proofOf(userId, true) };
}

/** The proof of a sign-in by passkey, which proves possession and the person (PIN, fingerprint) at once. */
export function proofByPasskey(userId: number): FactorProof {
  return proofOf(userId, true);
}

function proofOf(userId: number, hadFactor: boolean): FactorProof {
  return { userId, hadFactor } as FactorProof;
}
