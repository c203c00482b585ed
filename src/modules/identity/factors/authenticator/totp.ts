/** Codes of authenticator apps: RFC 6238 with SHA-1, six digits and steps of 30 s, which every app supports. */
import { generateHOTP } from "@oslojs/otp";
import { and, eq, lt } from "drizzle-orm";
import { equalInConstantTime } from "../../../../platform/crypto/digest.ts";
import { seal, unseal } from "../../../../platform/crypto/sealed.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { totpSecrets } from "../tables.ts";
import { toBase32 } from "./base32.ts";

const STEP_MS = 30_000;
const DIGITS = 6;
/** Bytes, as RFC 4226 recommends. */
const SECRET_LENGTH = 20;
/** Steps by which the app's clock may be off, to either side. */
const DRIFT = 1;

export function newSecret(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(SECRET_LENGTH));
}

/** The time step whose code this is; null if it is the code of no step near `now` (epoch ms). */
export function stepOf(secret: Uint8Array, code: string, now: number): number | null {
  const current = Math.floor(now / STEP_MS);
  for (let step = current - DRIFT; step <= current + DRIFT; step++)
    if (equalInConstantTime(code, generateHOTP(secret, BigInt(step), DIGITS))) return step;
  return null;
}

/** The address that an authenticator app reads from a QR code. */
export function totpUri(secret: Uint8Array, account: string): string {
  const query = `secret=${toBase32(secret)}&issuer=Caravan&algorithm=SHA1&digits=${DIGITS}&period=${STEP_MS / 1000}`;
  return `otpauth://totp/Caravan:${encodeURIComponent(account)}?${query}`;
}

function keyOf(ctx: RequestContext, userId: number): Promise<CryptoKey> {
  return ctx.runtime.keys.sealingKey(`totp:${userId}`);
}

/** Encrypts a secret for its row. */
export async function sealSecret(ctx: RequestContext, userId: number, secret: Uint8Array): Promise<string> {
  return seal(await keyOf(ctx, userId), secret.toBase64());
}

/** The secret of a row; null if it was encrypted under another signing secret. */
export async function openSecret(
  ctx: RequestContext,
  userId: number,
  sealed: string,
): Promise<Uint8Array | null> {
  try {
    return Uint8Array.fromBase64(await unseal(await keyOf(ctx, userId), sealed));
  } catch {
    return null;
  }
}

/** Whether a code of the account's app is right and was not used before. It is used up then. */
export async function spendTotp(ctx: RequestContext, userId: number, code: string): Promise<boolean> {
  const [row] = await ctx.db
    .select({ sealed: totpSecrets.sealedSecret })
    .from(totpSecrets)
    .where(eq(totpSecrets.userId, userId));
  const secret = row?.sealed && (await openSecret(ctx, userId, row.sealed));
  const step = secret ? stepOf(secret, code, ctx.now()) : null;
  if (step === null) return false;
  // Codes of the same or of an earlier step are spent, also between two requests at once.
  const spent = await ctx.db
    .update(totpSecrets)
    .set({ lastStep: step, lastUsedAt: ctx.now() })
    .where(and(eq(totpSecrets.userId, userId), lt(totpSecrets.lastStep, step)))
    .returning({ userId: totpSecrets.userId });
  return spent.length > 0;
}
