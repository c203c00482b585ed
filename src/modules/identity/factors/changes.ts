/** What every change of an account's second factors consists of: its condition, security letters, audit row and consequences. */
import { type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { auditEntry } from "../../../platform/db/audit.ts";
import { commit } from "../../../platform/db/outbox.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { refuse } from "../../../platform/http/errors.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { emailsOf, formerOf } from "../accounts/contacts.ts";
import type { User } from "../accounts/queries.ts";
import { securityNotices } from "../mail/notices.ts";
import type { SecurityEvent } from "../mail/templates.ts";
import { messages } from "../messages.ts";
import { forgetCallers } from "../sessions/authentication.ts";
import { mustHaveFactor } from "./rules.ts";

export type FactorKind = "totp" | "passkey" | "recovery_codes";

export interface FactorChange {
  readonly event: SecurityEvent;
  /** For the audit: `second_factor_add`. */
  readonly action: string;
  readonly kind: FactorKind;
}

type Statement = BatchItem<"sqlite">;

/** SQL: the requesting session still exists. Isolates cache sessions for a while. */
export function sessionStands({ sessionId }: Pick<Caller, "sessionId">): SQL {
  return sql`EXISTS (SELECT 1 FROM sessions WHERE id = ${sessionId})`;
}

/** Commits a change with its letters and its audit row. False if it changed nothing. */
export async function commitChange(
  ctx: RequestContext,
  caller: Caller,
  user: User,
  { event, action, kind }: FactorChange,
  statement: Statement,
  rest: readonly Statement[] = [],
): Promise<boolean> {
  const letters = securityNotices(ctx, user, event, emailsOf(await formerOf(ctx, user.id)));
  const entry = { action: `user.${action}`, subject: `user:${user.id}`, before: null, after: { kind } };
  const done = await commit(ctx, statement, letters, [...rest, auditEntry(ctx, caller, entry)]);
  // What staff may do depends on it.
  if (done) forgetCallers({ userId: user.id });
  return done !== null;
}

/** Number of an account's second factors. */
export function factorCount(userId: number): SQL<number> {
  return sql<number>`((SELECT count(*) FROM passkeys WHERE user_id = ${userId})
    + (SELECT count(*) FROM totp_secrets WHERE user_id = ${userId} AND sealed_secret IS NOT NULL))`;
}

/** SQL for the removal of a factor: another one remains, where the settings require one of this person. */
export function mayLose(ctx: RequestContext, caller: Caller): SQL | undefined {
  return mustHaveFactor(ctx, caller) ? sql`${factorCount(caller.userId)} > 1` : undefined;
}

export async function requireRemaining(ctx: RequestContext, caller: Caller): Promise<void> {
  if (!mustHaveFactor(ctx, caller)) return;
  const [row] = await ctx.db.all<{ n: number }>(sql`SELECT ${factorCount(caller.userId)} AS n`);
  if ((row?.n ?? 0) <= 1) throw refuse(409, messages.lastFactor, { code: "last_factor" });
}

/** A statement for the batch of a removal: recovery codes go with the last factor. */
export function dropCodesWithLast(ctx: RequestContext, userId: number) {
  return ctx.db.run(sql`DELETE FROM recovery_codes WHERE user_id = ${userId} AND ${factorCount(userId)} = 0`);
}
