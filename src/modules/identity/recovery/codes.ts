/** One-time codes and link secrets, stored as keyed hashes. Each is valid once, for a limited time. */
import type { SQL } from "drizzle-orm";
import { and, eq, gt, inArray, lt, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { clientOf } from "../../../platform/http/limits/rate-limits.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { codes } from "../tables.ts";

export type Purpose = (typeof codes.$inferSelect)["purpose"];

/** The lifetime of each kind, in ms. */
const LIFETIME: Record<Purpose, number> = {
  verify_email: 3 * 24 * 3600_000,
  reset_link: 3600_000,
  reset_code: 15 * 60_000,
  reset_sms: 10 * 60_000,
  change_phone: 10 * 60_000,
};

/** The attempts at a code that the requesting client has, and that all other clients together have. */
const MAX_ATTEMPTS = 5;

export interface NewCode {
  readonly purpose: Purpose;
  readonly userId: number | SQL<number>;
  readonly secret: string;
  /** The address or phone it is sent to. */
  readonly target: string;
  /** Generated if absent. */
  readonly id?: string;
  /** The encrypted hash of a new password that takes effect when the code is entered. */
  readonly sealedPassword?: string;
}

function secretHash(ctx: RequestContext, purpose: Purpose, secret: string): Promise<string> {
  return ctx.runtime.keys.hmac(`code:${purpose}`, secret);
}

/** Prepares the row of a new code, for a batch that first deletes the old ones (`dropCodes`). */
export async function prepareCode(
  ctx: RequestContext,
  code: NewCode,
): Promise<{ statement: BatchItem<"sqlite"> }> {
  const statement = ctx.db.insert(codes).values({
    id: code.id ?? crypto.randomUUID(),
    userId: code.userId as number,
    purpose: code.purpose,
    secretHash: await secretHash(ctx, code.purpose, code.secret),
    target: code.target,
    askedFrom: clientOf(ctx),
    sealedPassword: code.sealedPassword ?? null,
    expiresAt: ctx.now() + LIFETIME[code.purpose],
    createdAt: ctx.now(),
  });
  // Wrapped in an object: a bare statement is thenable and would run when the promise resolves.
  return { statement };
}

/** A statement for a batch: deletes the account's codes of this purpose. */
export function dropCodes(ctx: RequestContext, userId: number, purpose: Purpose): BatchItem<"sqlite"> {
  return ctx.db.delete(codes).where(and(eq(codes.userId, userId), eq(codes.purpose, purpose)));
}

/** A statement for a batch: voids all pending password resets, after a new password or a change of address or phone. */
export function dropResets(ctx: RequestContext, userId: number): BatchItem<"sqlite"> {
  const resets: Purpose[] = ["reset_link", "reset_code", "reset_sms"];
  return ctx.db.delete(codes).where(and(eq(codes.userId, userId), inArray(codes.purpose, resets)));
}

export interface LiveCode {
  readonly id: string;
  readonly userId: number;
  readonly target: string;
}

/** The live code with this secret. Does not use it up. */
export async function findCode(
  ctx: RequestContext,
  purpose: Purpose,
  secret: string,
): Promise<LiveCode | null> {
  const [row] = await ctx.db
    .select({ id: codes.id, userId: codes.userId, target: codes.target })
    .from(codes)
    .where(
      and(
        eq(codes.purpose, purpose),
        eq(codes.secretHash, await secretHash(ctx, purpose, secret)),
        gt(codes.expiresAt, ctx.now()),
      ),
    );
  return row ?? null;
}

/**
 * Checks a short code of an account. Every attempt counts, right or wrong. Attempts by other clients do not use up those
 * of the client that requested the code.
 */
export async function tryCode(
  ctx: RequestContext,
  purpose: Purpose,
  userId: number,
  secret: string,
): Promise<LiveCode | null> {
  const asked = sql`(${codes.askedFrom} = ${clientOf(ctx)})`;
  const [row] = await ctx.db
    .update(codes)
    .set({
      attempts: sql`${codes.attempts} + ${asked}`,
      strangerAttempts: sql`${codes.strangerAttempts} + NOT ${asked}`,
    })
    .where(
      and(
        eq(codes.userId, userId),
        eq(codes.purpose, purpose),
        gt(codes.expiresAt, ctx.now()),
        sql`iif(${asked}, ${codes.attempts}, ${codes.strangerAttempts}) < ${MAX_ATTEMPTS}`,
      ),
    )
    .returning({ id: codes.id, userId: codes.userId, target: codes.target, secretHash: codes.secretHash });
  return row && row.secretHash === (await secretHash(ctx, purpose, secret)) ? row : null;
}

/** The live code behind a page, with the encrypted password that it activates. */
export async function findPendingReset(
  ctx: RequestContext,
  id: string,
): Promise<(LiveCode & { readonly sealedPassword: string }) | null> {
  const [row] = await ctx.db
    .select({
      id: codes.id,
      userId: codes.userId,
      target: codes.target,
      sealedPassword: codes.sealedPassword,
    })
    .from(codes)
    .where(and(eq(codes.id, id), gt(codes.expiresAt, ctx.now()), lt(codes.attempts, MAX_ATTEMPTS)));
  return row?.sealedPassword ? { ...row, sealedPassword: row.sealedPassword } : null;
}

/** Checks a code entered on its own page, whose address only its receiver has. Every attempt counts. */
export async function tryPendingReset(
  ctx: RequestContext,
  purpose: Purpose,
  id: string,
  secret: string,
): Promise<boolean> {
  const [row] = await ctx.db
    .update(codes)
    .set({ attempts: sql`${codes.attempts} + 1` })
    .where(and(eq(codes.id, id), gt(codes.expiresAt, ctx.now()), lt(codes.attempts, MAX_ATTEMPTS)))
    .returning({ secretHash: codes.secretHash });
  return row !== undefined && row.secretHash === (await secretHash(ctx, purpose, secret));
}

/** Whether this client requested a code of this purpose that is still live. */
export async function hasAsked(ctx: RequestContext, purpose: Purpose): Promise<boolean> {
  const [row] = await ctx.db
    .select({ id: codes.id })
    .from(codes)
    .where(
      and(eq(codes.purpose, purpose), eq(codes.askedFrom, clientOf(ctx)), gt(codes.expiresAt, ctx.now())),
    )
    .limit(1);
  return row !== undefined;
}

/** Uses up a code: the statement's row count says whether this request did it. */
export function spendCode(ctx: RequestContext, id: string) {
  return ctx.db.delete(codes).where(and(eq(codes.id, id), gt(codes.expiresAt, ctx.now())));
}

/** Nightly: deletes expired codes. */
export async function purgeCodes(ctx: RequestContext): Promise<void> {
  await ctx.db.delete(codes).where(lt(codes.expiresAt, ctx.now()));
}
