/** Recovery codes: ten random codes, each of which replaces a second factor once. Stored as hashes, shown when they are made. */
import { and, eq } from "drizzle-orm";
import { sha256 } from "../../../platform/crypto/digest.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { toBase32 } from "./authenticator/base32.ts";
import { recoveryCodes } from "./tables.ts";

const COUNT = 10;
/** 80 bits make 16 letters and digits of base32. A plain hash of so many can't be reversed. */
const CODE_LENGTH = 10;

/** The letters of a code without what people write between them; null if it is no recovery code. */
export function recoveryCodeIn(words: string): string | null {
  const code = words.replace(/[\s\p{Pd}]/gu, "").toUpperCase();
  return /^[A-Z2-7]{16}$/.test(code) ? code : null;
}

/** The account is part of the hash, so that equal codes of two accounts have different ones. */
function hashOf(userId: number, code: string): Promise<string> {
  return sha256(`recovery:${userId}:${code}`);
}

/** New codes, `ABCD-EFGH-IJKL-MNOP`, and the statements that replace the former ones with them. */
export async function newRecoveryCodes(ctx: RequestContext, userId: number) {
  const codes = Array.from({ length: COUNT }, () =>
    toBase32(crypto.getRandomValues(new Uint8Array(CODE_LENGTH))),
  );
  const rows = await Promise.all(
    codes.map(async (code) => ({ userId, codeHash: await hashOf(userId, code), createdAt: ctx.now() })),
  );
  return {
    codes: codes.map((code) => code.replace(/(.{4})(?=.)/g, "$1-")),
    statements: [dropRecoveryCodes(ctx, userId), ctx.db.insert(recoveryCodes).values(rows)],
  };
}

/** A statement for a batch: the account has no recovery codes any more. */
export function dropRecoveryCodes(ctx: RequestContext, userId: number) {
  return ctx.db.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
}

/** The statement that uses a code up: its row count says whether the code was right. */
export async function spendRecoveryCode(ctx: RequestContext, userId: number, code: string) {
  const codeHash = await hashOf(userId, code);
  // Wrapped in an object: a bare statement is thenable and would run when the promise resolves.
  return {
    statement: ctx.db
      .delete(recoveryCodes)
      .where(and(eq(recoveryCodes.userId, userId), eq(recoveryCodes.codeHash, codeHash))),
  };
}
