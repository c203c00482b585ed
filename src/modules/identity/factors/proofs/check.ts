/** Checks what is given as a second factor. Loaded when an account has one. */
import { eq, sql } from "drizzle-orm";
import { auditEntry } from "../../../../platform/db/audit.ts";
import { commit } from "../../../../platform/db/outbox.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { emailsOf, formerOf } from "../../accounts/contacts.ts";
import { findUser } from "../../accounts/queries.ts";
import { securityNotices } from "../../mail/notices.ts";
import { users } from "../../tables.ts";
import { spendTotp } from "../authenticator/totp.ts";
import { recoveryCodeIn, spendRecoveryCode } from "../recovery-codes.ts";
import { readProof, spendProof } from "./one-time.ts";
import type { FactorMethod } from "./requirement.ts";

/** Marks the pass of a passkey's check in the field `otp`. */
const PASS_PREFIX = "pk_";

/** A pass as clients send it. */
export const toPassWire = (proof: string) => `${PASS_PREFIX}${proof}`;

/** Whether `otp` proves the account's second factor. It is used up then; of two requests at once with the same, one gets true. */
export async function spendSecondFactor(ctx: RequestContext, userId: number, otp: string): Promise<boolean> {
  const words = otp.trim();
  if (words.startsWith(PASS_PREFIX)) {
    const proof = await readProof(ctx, "pass", String(userId), words.slice(PASS_PREFIX.length));
    return proof !== null && (await spendProof(ctx, proof));
  }
  const digits = words.replace(/\s/g, "");
  if (/^\d{6}$/.test(digits)) return spendTotp(ctx, userId, digits);
  const code = recoveryCodeIn(words);
  return code !== null && useRecoveryCode(ctx, userId, code);
}

/** The owner is told, because a used code is one less, and may have been somebody else's find. */
async function useRecoveryCode(ctx: RequestContext, userId: number, code: string): Promise<boolean> {
  const user = await findUser(ctx, userId);
  if (!user) return false;
  const letters = securityNotices(ctx, user, "recovery_code_used", emailsOf(await formerOf(ctx, userId)));
  const { statement } = await spendRecoveryCode(ctx, userId, code);
  const entry = { action: "user.recovery_code_use", subject: `user:${userId}`, before: null, after: null };
  return (await commit(ctx, statement, letters, [auditEntry(ctx, { userId }, entry)])) !== null;
}

/** The ways in which an account can prove its second factor now. */
export async function methodsOf(ctx: RequestContext, userId: number): Promise<FactorMethod[]> {
  const [row] = await ctx.db
    .select({
      totp: sql`EXISTS (SELECT 1 FROM totp_secrets AS t WHERE t.user_id = users.id AND t.sealed_secret IS NOT NULL)`.mapWith(
        Boolean,
      ),
      passkey: sql`EXISTS (SELECT 1 FROM passkeys AS k WHERE k.user_id = users.id)`.mapWith(Boolean),
      recovery_code: sql`EXISTS (SELECT 1 FROM recovery_codes AS r WHERE r.user_id = users.id)`.mapWith(
        Boolean,
      ),
    })
    .from(users)
    .where(eq(users.id, userId));
  return (["totp", "passkey", "recovery_code"] as const).filter((method) => row?.[method]);
}
