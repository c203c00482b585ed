/** Makes and revokes API keys. */
import { and, eq, sql } from "drizzle-orm";
import { randomToken, sha256 } from "../../../platform/crypto/digest.ts";
import { auditEntry } from "../../../platform/db/audit.ts";
import { commit } from "../../../platform/db/outbox.ts";
import { belowQuota, insertWhere, quotaRefusal } from "../../../platform/db/quota.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { notFound } from "../../../platform/http/errors.ts";
import type { KeyScope } from "../../../platform/http/key-scopes.ts";
import type { Audit, Subject } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { emailsOf, formerOf } from "../accounts/contacts.ts";
import { findUser, type User } from "../accounts/queries.ts";
import { sessionStands } from "../factors/changes.ts";
import { type GivenProof, requireFreshProof } from "../factors/proofs/fresh-proof.ts";
import { securityNotices } from "../mail/notices.ts";
import { forgetCallers } from "../sessions/authentication.ts";
import { type ApiKey, KEY_PREFIX, keySession } from "./queries.ts";
import { apiKeys } from "./tables.ts";

const DAY_MS = 24 * 3600_000;

/** Characters of a key that its owner sees later: the prefix and six of 43 random ones. */
const SHOWN = KEY_PREFIX.length + 6;

export interface NewKey {
  readonly name: string;
  readonly scopes: readonly KeyScope[];
  readonly days: number;
}

/** Makes a key of 32 random bytes. It is returned here only; its hash is stored. */
export async function createKey(
  ctx: RequestContext,
  caller: Caller,
  { name, scopes, days }: NewKey,
  proof: GivenProof,
): Promise<{ readonly row: ApiKey; readonly key: string }> {
  const { user } = await requireFreshProof(ctx, caller, proof);
  const key = `${KEY_PREFIX}${randomToken(32)}`;
  const now = ctx.now();
  const row = {
    id: crypto.randomUUID(),
    name,
    prefix: key.slice(0, SHOWN),
    scopes: [...new Set(scopes)].sort(),
    createdAt: now,
    expiresAt: now + days * DAY_MS,
    lastUsedAt: null,
  };
  const own = sql`SELECT 1 FROM api_keys WHERE user_id = ${user.id}`;
  const values = { ...row, userId: user.id, keyHash: await sha256(key) };
  const room = sql`${sessionStands(caller)} AND ${belowQuota(ctx, "apiKeys", own)}`;
  const insert = insertWhere(ctx.db, apiKeys, values, room);
  const after = { prefix: row.prefix, scopes: row.scopes, expires_at: row.expiresAt };
  const entry = { action: "api_key.create", subject: `api_key:${row.id}`, before: null, after };
  const letters = await lettersTo(ctx, user, "api_key_added");
  if (!(await commit(ctx, insert, letters, [auditEntry(ctx, caller, entry)])))
    throw quotaRefusal(ctx, "apiKeys");
  return { row, key };
}

async function lettersTo(ctx: RequestContext, user: User, event: "api_key_added" | "api_key_removed") {
  return securityNotices(ctx, user, event, emailsOf(await formerOf(ctx, user.id)));
}

/** Revokes an own key: at once in this isolate, within 30 s in all. 404 for another's. */
export async function revokeKey(ctx: RequestContext, caller: Caller, id: string): Promise<void> {
  const own = and(eq(apiKeys.id, id), eq(apiKeys.userId, caller.userId));
  const [found] = await ctx.db.select({ prefix: apiKeys.prefix }).from(apiKeys).where(own);
  const user = found && (await findUser(ctx, caller.userId));
  if (!found || !user) throw notFound();
  const entry = { action: "api_key.revoke", subject: `api_key:${id}`, before: found, after: null };
  const letters = await lettersTo(ctx, user, "api_key_removed");
  const done = await commit(ctx, ctx.db.delete(apiKeys).where(own), letters, [
    auditEntry(ctx, caller, entry),
  ]);
  forgetCallers({ userId: caller.userId, sessionId: keySession(id) });
  if (!done) throw notFound();
}

/** The same by staff, in the console. */
export async function revokeByStaff(
  ctx: RequestContext,
  _: Caller,
  { id, row }: Subject,
  audit: Audit,
): Promise<boolean> {
  const userId = Number(row.user);
  const user = await findUser(ctx, userId);
  const letters = user ? await lettersTo(ctx, user, "api_key_removed") : [];
  const entry = audit("revoke", { user: userId, prefix: row.prefix }, null);
  const done = await commit(ctx, ctx.db.delete(apiKeys).where(eq(apiKeys.id, id)), letters, [entry]);
  forgetCallers({ userId, sessionId: keySession(id) });
  return done !== null;
}
