/** Reads an account's second factors. Secrets and keys are not among the columns. */
import { and, asc, count, eq, isNotNull, type SQL } from "drizzle-orm";
import type { RequestContext } from "../../../platform/runtime.ts";
import { passkeys, recoveryCodes, totpSecrets } from "./tables.ts";

/** A passkey as its owner sees it. */
export const passkeyColumns = {
  id: passkeys.id,
  name: passkeys.name,
  isSynced: passkeys.isSynced,
  createdAt: passkeys.createdAt,
  lastUsedAt: passkeys.lastUsedAt,
};

export interface Passkey {
  readonly id: number;
  readonly name: string;
  readonly isSynced: boolean;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

/** Passkeys as their owner sees them, the oldest first. */
export async function findPasskeys(ctx: RequestContext, where: SQL): Promise<Passkey[]> {
  return ctx.db.select(passkeyColumns).from(passkeys).where(where).orderBy(asc(passkeys.id));
}

/** An account's passkeys. */
export function listPasskeys(ctx: RequestContext, userId: number): Promise<Passkey[]> {
  return findPasskeys(ctx, eq(passkeys.userId, userId));
}

/** All second factors of an account, in one trip. `totp` is null without an authenticator app. */
export async function readFactors(ctx: RequestContext, userId: number) {
  const [totp, keys, codes] = await ctx.db.batch([
    ctx.db
      .select({ createdAt: totpSecrets.createdAt, lastUsedAt: totpSecrets.lastUsedAt })
      .from(totpSecrets)
      .where(and(eq(totpSecrets.userId, userId), isNotNull(totpSecrets.sealedSecret))),
    ctx.db.select(passkeyColumns).from(passkeys).where(eq(passkeys.userId, userId)).orderBy(asc(passkeys.id)),
    ctx.db.select({ left: count() }).from(recoveryCodes).where(eq(recoveryCodes.userId, userId)),
  ]);
  return { totp: totp[0] ?? null, passkeys: keys as Passkey[], codesLeft: codes[0]?.left ?? 0 };
}
