/** Authenticates requests and sockets. Sessions are read from D1 and cached per isolate. */
import { and, eq } from "drizzle-orm";
import { TtlCache } from "../../../platform/cache.ts";
import { sha256 } from "../../../platform/crypto/digest.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { Authentication, Credential } from "../../../platform/http/credentials.ts";
import type { Revocation } from "../../../platform/realtime/rights/revocation.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { powerColumns, powersOf } from "../accounts/powers.ts";
import { findKeyCaller, isApiKey } from "../api-keys/queries.ts";
import { hasSecondFactor } from "../factors/proofs/requirement.ts";
import { mustHaveFactor } from "../factors/rules.ts";
import { sessions, users } from "../tables.ts";
import { REFRESH_PREFIX, readAccess } from "./tokens.ts";

/** How long an isolate caches a session, in ms. A sign-out takes effect everywhere within this time. */
const CACHE_MS = 25_000;

/** Authenticated callers, by session id or by the key's hash. */
const callers = new TtlCache<string, Caller>({ ttl: CACHE_MS, size: 5_000 });

/** Removes revoked callers from this isolate's cache. Other isolates follow when their cache expires. */
export function forgetCallers({ userId, sessionId, exceptSession }: Revocation): void {
  callers.deleteWhere((caller) => {
    if (caller.userId !== userId) return false;
    return sessionId !== undefined ? caller.sessionId === sessionId : caller.sessionId !== exceptSession;
  });
}

/** Checks the credential of a request or a socket. One statement, or none if the session is cached. `fresh`: in no cache. */
export async function authenticate(
  ctx: RequestContext,
  credential: Credential,
  fresh = false,
): Promise<Authentication> {
  const now = ctx.now();
  if (credential.scheme === "Bearer" && isApiKey(credential.value))
    return credential.from === "cookie"
      ? { ok: false, fault: "invalid" }
      : byApiKey(ctx, credential.value, now, fresh);
  if (credential.scheme === "Token") return byKey(ctx, await sha256(credential.value), now, fresh);
  if (credential.scheme === "Session") {
    const [userId = "", sessionId = ""] = credential.value.split(".");
    return bySession(ctx, Number(userId), sessionId, null, now, fresh);
  }
  const claims = await readAccess(ctx, credential.value);
  if (!claims)
    return { ok: false, fault: credential.value.startsWith(`${REFRESH_PREFIX}.`) ? "wrong_type" : "invalid" };
  return bySession(ctx, claims.userId, claims.sessionId, claims.expiresAt, now, fresh);
}

/** The columns that make up a caller. */
const sessionFacts = {
  sessionId: sessions.id,
  signedInAt: sessions.createdAt,
  expiresAt: sessions.expiresAt,
  userId: users.id,
  ...powerColumns,
  isActive: users.isActive,
  hasFactor: hasSecondFactor,
};

async function byKey(
  ctx: RequestContext,
  keyHash: string,
  now: number,
  fresh: boolean,
): Promise<Authentication> {
  const name = `key:${keyHash}`;
  const cached = fresh ? undefined : callers.get(name, now);
  if (cached && cached.expiresAt > now) return { ok: true, caller: cached };
  const [row] = await ctx.db
    .select(sessionFacts)
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.keyHash, keyHash));
  if (!row || row.expiresAt <= now) return { ok: false, fault: "invalid" };
  if (!row.isActive) return { ok: false, fault: "inactive" };
  const { isActive: _, userType, isStaff, groupRights, ...facts } = row;
  const caller = { ...facts, ...powersOf({ userType, isStaff, groupRights }) };
  return { ok: true, caller: remember(ctx, name, caller, now) };
}

/** A caller of an API key: its owner, with the key's scopes. The key's name stands for the session. */
async function byApiKey(
  ctx: RequestContext,
  value: string,
  now: number,
  fresh: boolean,
): Promise<Authentication> {
  const name = `api:${await sha256(value)}`;
  const cached = fresh ? undefined : callers.get(name, now);
  if (cached && cached.expiresAt > now) return { ok: true, caller: cached };
  const found = await findKeyCaller(ctx, value);
  if (!found || found.caller.expiresAt <= now) return { ok: false, fault: "invalid" };
  if (!found.isActive) return { ok: false, fault: "inactive" };
  return { ok: true, caller: remember(ctx, name, { ...found.caller, hasFactor: found.hasFactor }, now) };
}

/** `expiresAt`: when the token expires, epoch ms; null if only the session's end counts. */
async function bySession(
  ctx: RequestContext,
  userId: number,
  sessionId: string,
  expiresAt: number | null,
  now: number,
  fresh: boolean,
): Promise<Authentication> {
  const until = (caller: Caller) => ({
    ...caller,
    expiresAt: Math.min(caller.expiresAt, expiresAt ?? caller.expiresAt),
  });
  const cached = fresh ? undefined : callers.get(sessionId, now);
  if (cached?.userId === userId) return { ok: true, caller: until(cached) };
  const [row] = await ctx.db
    .select(sessionFacts)
    .from(users)
    .leftJoin(sessions, and(eq(sessions.id, sessionId), eq(sessions.userId, users.id)))
    .where(eq(users.id, userId));
  if (!row) return { ok: false, fault: "deleted" };
  if (!row.isActive) return { ok: false, fault: "inactive" };
  const { sessionId: found, signedInAt, expiresAt: endsAt, isActive: _, hasFactor, ...powers } = row;
  if (found === null || signedInAt === null || endsAt === null || endsAt <= now)
    return { ok: false, fault: "invalid" };
  const facts = { userId, hasFactor, ...powersOf(powers), sessionId: found, signedInAt, expiresAt: endsAt };
  const caller = remember(ctx, sessionId, facts, now);
  return { ok: true, caller: until(caller) };
}

/**
 * Caches a caller, unless they must set up a second factor: that ends as soon as they have one, in every isolate. The
 * rights of groups are asked for each time, because a change of a group ends them at once.
 */
function remember(
  ctx: RequestContext,
  name: string,
  { hasFactor, ...caller }: Caller & { readonly hasFactor: boolean },
  now: number,
): Caller {
  if (!hasFactor && mustHaveFactor(ctx, caller)) return { ...caller, mustSetUpFactor: true };
  if (!caller.rights) callers.set(name, caller, now);
  return caller;
}
