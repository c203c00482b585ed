/** One-time proofs: signed texts that expire, are bound to a purpose and a subject, and can be used once. Only used ones are stored. */
import { equalInConstantTime, randomToken } from "../../../../platform/crypto/digest.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { spentProofs } from "../tables.ts";

/**
 * - `register`: the challenge of a new passkey, bound to the account and its session;
 * - `sign_in`: the challenge of a sign-in by passkey, when nobody is known yet;
 * - `pass`: what a passkey's check returns, accepted as `otp`, bound to the account.
 */
export type ProofPurpose = "register" | "sign_in" | "pass";

/** Lifetimes in ms: as long as people need for their device's dialog, or an app for its next request. */
const LIFETIME: Record<ProofPurpose, number> = { register: 300_000, sign_in: 300_000, pass: 120_000 };

/** Seconds for which a pass is accepted. */
export const PASS_SECONDS = LIFETIME.pass / 1000;

export interface OneTimeProof {
  readonly id: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** Makes a proof, `id.expiry.mac`. `bound`: what it is valid for; the same must be named when it is read. */
export async function issueProof(ctx: RequestContext, purpose: ProofPurpose, bound: string): Promise<string> {
  const id = randomToken(16);
  const expiresAt = ctx.now() + LIFETIME[purpose];
  return [id, expiresAt, await macOf(ctx, purpose, bound, id, String(expiresAt))].join(".");
}

/** The proof, if this server made it for this purpose and subject and it has not expired. It may have been used. */
export async function readProof(
  ctx: RequestContext,
  purpose: ProofPurpose,
  bound: string,
  text: string,
): Promise<OneTimeProof | null> {
  const [id = "", expiry = "", mac = ""] = text.split(".");
  if (!equalInConstantTime(mac, await macOf(ctx, purpose, bound, id, expiry))) return null;
  return Number(expiry) > ctx.now() ? { id, expiresAt: Number(expiry) } : null;
}

/** Uses a proof up. False if it was used before: of two requests at once, one gets true. */
export async function spendProof(ctx: RequestContext, { id, expiresAt }: OneTimeProof): Promise<boolean> {
  const spent = await ctx.db
    .insert(spentProofs)
    .values({ id, expiresAt })
    .onConflictDoNothing()
    .returning({ id: spentProofs.id });
  return spent.length > 0;
}

function macOf(ctx: RequestContext, purpose: ProofPurpose, ...words: string[]): Promise<string> {
  return ctx.runtime.keys.hmac(`proof:${purpose}`, ...words);
}
