/** Reads API keys. Their hashes are not among the columns that are returned. */
import { and, asc, eq, isNull, lte, or } from "drizzle-orm";
import { sha256 } from "../../../platform/crypto/digest.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { powerColumns, powersOf } from "../accounts/powers.ts";
import { hasSecondFactor } from "../factors/proofs/requirement.ts";
import { users } from "../tables.ts";
import { apiKeys } from "./tables.ts";

/** What every key begins with. */
export const KEY_PREFIX = "cvk_";

export const isApiKey = (value: string): boolean => value.startsWith(KEY_PREFIX);

/** Ms after which a key's last use is written again. */
export const NOTE_USE = 300_000;

export const keyColumns = {
  id: apiKeys.id,
  name: apiKeys.name,
  prefix: apiKeys.prefix,
  scopes: apiKeys.scopes,
  createdAt: apiKeys.createdAt,
  expiresAt: apiKeys.expiresAt,
  lastUsedAt: apiKeys.lastUsedAt,
};

export type ApiKey = Omit<typeof apiKeys.$inferSelect, "userId" | "keyHash">;

/** A person's keys, the oldest first. */
export function listKeys(ctx: RequestContext, userId: number): Promise<ApiKey[]> {
  return ctx.db
    .select(keyColumns)
    .from(apiKeys)
    .where(eq(apiKeys.userId, userId))
    .orderBy(asc(apiKeys.createdAt), asc(apiKeys.id));
}

/** The name of a key's callers where sessions have their id. */
export const keySession = (id: string): string => `key:${id}`;

interface KeyCaller {
  readonly caller: Caller;
  readonly isActive: boolean;
  readonly hasFactor: boolean;
}

/** The caller of a key, expired or not; null for an unknown one. Notes the use, once in five minutes. */
export async function findKeyCaller(ctx: RequestContext, value: string): Promise<KeyCaller | null> {
  const [row] = await ctx.db
    .select({
      ...keyColumns,
      userId: users.id,
      ...powerColumns,
      isActive: users.isActive,
      hasFactor: hasSecondFactor,
    })
    .from(apiKeys)
    .innerJoin(users, eq(users.id, apiKeys.userId))
    .where(eq(apiKeys.keyHash, await sha256(value)));
  if (!row) return null;
  const { id, userId, isActive, hasFactor, scopes, createdAt, expiresAt } = row;
  const now = ctx.now();
  if (isActive && expiresAt > now && (row.lastUsedAt ?? 0) <= now - NOTE_USE)
    ctx.defer("api_key.use", noteUse(ctx, id, now), { key: id });
  const key = { id, prefix: row.prefix, scopes };
  const caller = {
    userId,
    ...powersOf(row),
    sessionId: keySession(id),
    signedInAt: createdAt,
    expiresAt,
    key,
  };
  return { caller, isActive, hasFactor };
}

/** Of many isolates that note a use at once, one writes. */
async function noteUse(ctx: RequestContext, id: string, now: number): Promise<void> {
  const isOld = or(isNull(apiKeys.lastUsedAt), lte(apiKeys.lastUsedAt, now - NOTE_USE));
  await ctx.db
    .update(apiKeys)
    .set({ lastUsedAt: now })
    .where(and(eq(apiKeys.id, id), isOld));
}
