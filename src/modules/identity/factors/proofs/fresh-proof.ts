/** The fresh proof that changes of second factors and API keys require: a session alone, which may be stolen, is not enough. */
import { eq } from "drizzle-orm";
import type { Caller } from "../../../../platform/http/caller.ts";
import { invalid, notFound, refuse } from "../../../../platform/http/errors.ts";
import { secret } from "../../../../platform/http/input/fields.ts";
import { messages as shared } from "../../../../platform/http/messages.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import type { User } from "../../accounts/queries.ts";
import { messages } from "../../messages.ts";
import { factorFault } from "../../refusals.ts";
import { otpField } from "../../schemas.ts";
import { verifyOwnPassword } from "../../sessions/sign-in.ts";
import { users } from "../../tables.ts";
import { hasSecondFactor, requireSecondFactor } from "./requirement.ts";

/** The fields that carry the proof. */
export const proofFields = {
  current_password: secret().optional(),
  otp: otpField(),
};

export interface GivenProof {
  readonly current_password?: string | undefined;
  readonly otp?: string | undefined;
}

/** An account without a password proves itself by a sign-in that is this young, in ms. */
const FRESH_SESSION = 10 * 60_000;

/** The caller's account, after they proved that it is theirs: by the second factor if they have one, else by the password. */
export async function requireFreshProof(
  ctx: RequestContext,
  caller: Caller,
  given: GivenProof,
): Promise<{ readonly user: User; readonly hasFactor: boolean }> {
  const { userId, sessionId } = caller;
  const [found] = await ctx.db
    .select({ user: users, hasFactor: hasSecondFactor })
    .from(users)
    .where(eq(users.id, userId));
  if (!found) throw notFound();
  const { user, hasFactor } = found;
  if (hasFactor) {
    const verdict = await requireSecondFactor(
      ctx,
      { userId, hasFactor },
      given.otp,
      `user:${userId}|session:${sessionId}`,
    );
    if (!verdict.ok) {
      const { text, extra } = factorFault(verdict);
      throw invalid({ otp: text }, extra);
    }
  } else if (user.passwordHash === null) {
    if ((caller.signedInAt ?? 0) <= ctx.now() - FRESH_SESSION)
      throw refuse(403, messages.signInAgain, { code: "sign_in_again" });
  } else if (given.current_password === undefined) {
    throw invalid({ current_password: shared.required });
  } else if (!(await verifyOwnPassword(ctx, user, caller, given.current_password))) {
    throw invalid({ current_password: messages.passwordWrong });
  }
  return { user, hasFactor };
}
