/** Clean-ups of second factors: what nobody can use any more. */
import { and, isNull, lt } from "drizzle-orm";
import type { RequestContext } from "../../../platform/runtime.ts";
import { spentProofs, totpSecrets } from "./tables.ts";

/** Every minute: forgets proofs that have expired, which nobody can use any more. */
export async function purgeProofs(ctx: RequestContext): Promise<void> {
  await ctx.db.delete(spentProofs).where(lt(spentProofs.expiresAt, ctx.now()));
}

/** Nightly: forgets secrets that were shown and never confirmed. */
export async function purgePendingSecrets(ctx: RequestContext): Promise<void> {
  const overdue = lt(totpSecrets.pendingUntil, ctx.now());
  await ctx.db.delete(totpSecrets).where(and(overdue, isNull(totpSecrets.sealedSecret)));
  await ctx.db.update(totpSecrets).set({ pendingSecret: null, pendingUntil: null }).where(overdue);
}
