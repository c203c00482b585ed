/** Staff's reset of a person's second factors, for people who have lost their device and their recovery codes. */
import { and, eq } from "drizzle-orm";
import { commit } from "../../../platform/db/outbox.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { notFound, refuse } from "../../../platform/http/errors.ts";
import type { Audit, Subject } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { emailsOf, formerOf } from "../accounts/contacts.ts";
import { findUser } from "../accounts/queries.ts";
import { securityNotices } from "../mail/notices.ts";
import { messages } from "../messages.ts";
import { forgetCallers } from "../sessions/authentication.ts";
import { users } from "../tables.ts";
import { hasSecondFactor } from "./proofs/requirement.ts";
import { dropRecoveryCodes } from "./recovery-codes.ts";
import { passkeys, totpSecrets } from "./tables.ts";

/**
 * Removes all second factors and recovery codes of somebody else, and tells them. Nobody resets their own here, because
 * that would need no proof. 409 if there is none.
 */
export async function resetFactors(
  ctx: RequestContext,
  caller: Caller,
  { id }: Subject,
  audit: Audit,
): Promise<null> {
  const userId = Number(id);
  if (userId === caller.userId) throw refuse(409, messages.ownFactors);
  const user = await findUser(ctx, userId);
  if (!user) throw notFound();
  // Changes nothing but counts: the batch is written only for an account that has a factor.
  const guard = ctx.db
    .update(users)
    .set({ id: userId })
    .where(and(eq(users.id, userId), hasSecondFactor));
  const letters = securityNotices(ctx, user, "second_factor_reset", emailsOf(await formerOf(ctx, userId)));
  const done = await commit(ctx, guard, letters, [
    ctx.db.delete(totpSecrets).where(eq(totpSecrets.userId, userId)),
    ctx.db.delete(passkeys).where(eq(passkeys.userId, userId)),
    dropRecoveryCodes(ctx, userId),
    audit("reset_second_factor", null, null),
  ]);
  if (!done) throw refuse(409, messages.noFactors);
  forgetCallers({ userId });
  return null;
}
