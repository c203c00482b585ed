/** Sessions: one a device, whatever it carries — an access token with its refresh token, an opaque key, or all of them. */

import { and, desc, eq, lt, ne, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { type JWTPayload, jwtVerify, SignJWT } from "jose";
import { equalInConstantTime, randomHex, sha256 } from "../../platform/crypto/digest.ts";
import { commit, type Effect } from "../../platform/db/outbox.ts";
import type { Authentication, Caller, Credential } from "../../platform/http/caller.ts";
import { log } from "../../platform/log.ts";
import { rosterOf } from "../../platform/realtime/roster.ts";
import type { Revocation } from "../../platform/realtime/sockets.ts";
import type { Runtime, Scope } from "../../platform/runtime.ts";
import { sessions, users } from "./tables.ts";

/** What an app's door hands out, and for how long. Seconds. */
export interface Door {
  readonly name: "alphabet" | "eurorace" | "find-friend" | "rideshare" | "tow-truck" | "console";
  readonly accessSeconds: number;
  readonly refreshSeconds: number;
}

const HOUR = 3600;
const DAY = 24 * HOUR;

export const doors = {
  /** Its clients never refresh within a day. */
  alphabet: { name: "alphabet", accessSeconds: DAY, refreshSeconds: 30 * DAY },
  rideshare: { name: "rideshare", accessSeconds: DAY, refreshSeconds: 7 * DAY },
  eurorace: { name: "eurorace", accessSeconds: DAY, refreshSeconds: 7 * DAY },
  findFriend: { name: "find-friend", accessSeconds: HOUR, refreshSeconds: 7 * DAY },
  towTruck: { name: "tow-truck", accessSeconds: HOUR, refreshSeconds: 7 * DAY },
} satisfies Record<string, Door>;

/** However often it is refreshed, a device signs in anew after this long. */
const LONGEST_SESSION = 365 * DAY * 1000;

const ISSUER = "caravan";
const AUDIENCE = "caravan-api";

/** Everything a client may be given at sign-in. `key` is for the Token scheme. */
export interface Credentials {
  readonly sessionId: string;
  readonly access: string;
  readonly refresh: string;
  readonly key: string;
}

export interface Holder {
  readonly id: number;
  readonly userType: Caller["userType"];
  readonly isStaff: boolean;
}

/** A session for a user who is known, or whose row the same batch is only just writing. */
export interface NewSession {
  readonly id: string;
  readonly key: string;
  readonly statement: BatchItem<"sqlite">;
}

/** Prepares a session's row; `userId` may be a subquery that finds a user of the same batch. */
export async function prepareSession(
  scope: Scope,
  door: Door,
  userId: number | SQL<number>,
): Promise<NewSession> {
  const now = scope.now();
  const id = crypto.randomUUID();
  const key = randomHex(20);
  const statement = scope.db.insert(sessions).values({
    id,
    userId: userId as number,
    door: door.name,
    keyHash: await sha256(key),
    accessSeconds: door.accessSeconds,
    refreshSeconds: door.refreshSeconds,
    refreshExpiresAt: now + door.refreshSeconds * 1000,
    expiresAt: now + LONGEST_SESSION,
    address: scope.client.address,
    userAgent: scope.client.userAgent,
    createdAt: now,
    lastSeenAt: now,
  });
  return { id, key, statement };
}

/** What the client of a new session gets. */
export async function credentialsFor(
  scope: Scope,
  session: NewSession,
  door: Door,
  holder: Holder,
): Promise<Credentials> {
  return {
    sessionId: session.id,
    key: session.key,
    access: await signAccess(scope, session.id, holder, door.accessSeconds),
    refresh: await refreshToken(scope.runtime, session.id, 0),
  };
}

/**
 * Opens a session for somebody whose password was right. Null when it is theirs no longer: a reset that comes while
 * the hash is computed ends the sessions that there are, and this one would outlive it.
 */
export async function openSession(
  scope: Scope,
  door: Door,
  holder: Holder & { readonly passwordHash: string | null },
): Promise<Credentials | null> {
  const session = await prepareSession(scope, door, holder.id);
  const touch = scope.db
    .update(users)
    .set({ lastLoginAt: scope.now() })
    .where(
      and(
        eq(users.id, holder.id),
        eq(users.passwordHash, holder.passwordHash ?? ""),
        eq(users.isActive, true),
      ),
    );
  const opened = await commit(scope, touch, [], [session.statement]);
  return opened && credentialsFor(scope, session, door, holder);
}

async function signAccess(scope: Scope, sessionId: string, holder: Holder, seconds: number): Promise<string> {
  const issued = Math.floor(scope.now() / 1000);
  const role = holder.isStaff ? "STAFF" : holder.userType;
  return new SignJWT({ token_type: "access", user_id: holder.id, sid: sessionId, role })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(String(holder.id))
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(issued)
    .setExpirationTime(issued + seconds)
    .setJti(crypto.randomUUID())
    .sign(await scope.runtime.keys.hmacKey("access"));
}

const REFRESH_PREFIX = "r1";

/**
 * The refresh token of a session at a count: derived, so that nothing that opens anything is stored, and so that
 * a client that lost the answer to its last refresh can be given the same one again.
 */
async function refreshToken(runtime: Runtime, sessionId: string, count: number): Promise<string> {
  return [REFRESH_PREFIX, sessionId, count, await runtime.keys.hmac("refresh", sessionId, count)].join(".");
}

export type Refreshed =
  | { readonly ok: true; readonly access: string; readonly refresh: string }
  | { readonly ok: false; readonly fault: "invalid" | "wrong_type" | "reused" };

/**
 * Trades a refresh token for a new pair. The token of the count before answers the current pair; an older one
 * ends the session: somebody else has it.
 */
export async function refresh(scope: Scope, token: string): Promise<Refreshed> {
  const [prefix, sessionId = "", countText = "", mac = ""] = token.split(".");
  if (prefix !== REFRESH_PREFIX) {
    return { ok: false, fault: (await readAccess(scope, token)) === null ? "invalid" : "wrong_type" };
  }
  const count = Number(countText);
  const expected = await scope.runtime.keys.hmac("refresh", sessionId, countText);
  if (!equalInConstantTime(mac, expected)) return { ok: false, fault: "invalid" };

  const now = scope.now();
  const [row] = await scope.db
    .select({
      count: sessions.refreshCount,
      accessSeconds: sessions.accessSeconds,
      refreshSeconds: sessions.refreshSeconds,
      endsAt: sql<number>`min(${sessions.refreshExpiresAt}, ${sessions.expiresAt})`,
      id: users.id,
      userType: users.userType,
      isStaff: users.isStaff,
      isActive: users.isActive,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.id, sessionId));
  if (!row?.isActive || row.endsAt <= now) return { ok: false, fault: "invalid" };
  if (count < row.count - 1) {
    await endSessions(scope, { userId: row.id, sessionId });
    return { ok: false, fault: "reused" };
  }
  if (count === row.count) {
    // Whoever loses this race is now one behind, and gets the pair that the winner made.
    await scope.db
      .update(sessions)
      .set({ refreshCount: count + 1, refreshExpiresAt: now + row.refreshSeconds * 1000, lastSeenAt: now })
      .where(and(eq(sessions.id, sessionId), eq(sessions.refreshCount, count)));
  }
  return {
    ok: true,
    access: await signAccess(scope, sessionId, row, row.accessSeconds),
    refresh: await refreshToken(scope.runtime, sessionId, Math.max(row.count, count + 1)),
  };
}

/** How long an isolate trusts what it read of a session: the time in which every one of them honours a sign-out. */
const TRUST = 25_000;
const CACHE_SIZE = 5_000;

interface Known {
  readonly readAt: number;
  readonly caller: Caller;
}

/** Sessions that this isolate has seen to be good, by session id or by hash of the key. */
const known = new Map<string, Known>();

function remember(name: string, caller: Caller, now: number): void {
  if (known.size >= CACHE_SIZE) {
    const [oldest] = known.keys();
    if (oldest !== undefined) known.delete(oldest);
  }
  known.set(name, { readAt: now, caller });
}

/** Makes this isolate honour a revocation at once; the others follow when what they know has aged. */
function forget({ userId, sessionId, exceptSession }: Revocation): void {
  for (const [name, { caller }] of known) {
    if (caller.userId !== userId) continue;
    if (sessionId !== undefined ? caller.sessionId === sessionId : caller.sessionId !== exceptSession)
      known.delete(name);
  }
}

/** Checks what a request or a socket offers. One statement, none while the session is known. */
export async function authenticate(scope: Scope, credential: Credential): Promise<Authentication> {
  const now = scope.now();
  if (credential.scheme === "Token") return byKey(scope, await sha256(credential.value), now);
  if (credential.scheme === "Session") {
    const [userId = "", sessionId = ""] = credential.value.split(".");
    return bySession(scope, Number(userId), sessionId, null, now);
  }
  const claims = await readAccess(scope, credential.value);
  if (!claims)
    return { ok: false, fault: credential.value.startsWith(`${REFRESH_PREFIX}.`) ? "wrong_type" : "invalid" };
  return bySession(scope, claims.userId, claims.sessionId, claims.expiresAt, now);
}

/** What is read of a session to know its caller. */
const sessionFacts = {
  sessionId: sessions.id,
  signedInAt: sessions.createdAt,
  expiresAt: sessions.expiresAt,
  userId: users.id,
  userType: users.userType,
  isStaff: users.isStaff,
  isActive: users.isActive,
};

async function byKey(scope: Scope, keyHash: string, now: number): Promise<Authentication> {
  const name = `key:${keyHash}`;
  const cached = known.get(name);
  if (cached && cached.readAt > now - TRUST && cached.caller.expiresAt > now)
    return { ok: true, caller: cached.caller };
  const [row] = await scope.db
    .select(sessionFacts)
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.keyHash, keyHash));
  if (!row || row.expiresAt <= now) return { ok: false, fault: "invalid" };
  if (!row.isActive) return { ok: false, fault: "inactive" };
  const { isActive: _, ...caller } = row;
  remember(name, caller, now);
  return { ok: true, caller };
}

/** `expiresAt` of the token, epoch ms; null when only the session's own end counts. */
async function bySession(
  scope: Scope,
  userId: number,
  sessionId: string,
  expiresAt: number | null,
  now: number,
): Promise<Authentication> {
  const until = (caller: Caller) => ({
    ...caller,
    expiresAt: Math.min(caller.expiresAt, expiresAt ?? caller.expiresAt),
  });
  const cached = known.get(sessionId);
  if (cached && cached.readAt > now - TRUST && cached.caller.userId === userId) {
    return { ok: true, caller: until(cached.caller) };
  }
  const [row] = await scope.db
    .select(sessionFacts)
    .from(users)
    .leftJoin(sessions, and(eq(sessions.id, sessionId), eq(sessions.userId, users.id)))
    .where(eq(users.id, userId));
  if (!row) return { ok: false, fault: "deleted" };
  if (!row.isActive) return { ok: false, fault: "inactive" };
  const { sessionId: found, signedInAt, expiresAt: endsAt, isActive: _, ...who } = row;
  if (found === null || signedInAt === null || endsAt === null || endsAt <= now)
    return { ok: false, fault: "invalid" };
  const caller: Caller = { ...who, sessionId: found, signedInAt, expiresAt: endsAt };
  remember(sessionId, caller, now);
  return { ok: true, caller: until(caller) };
}

interface AccessClaims {
  readonly userId: number;
  readonly sessionId: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** The claims of one of our own unexpired access tokens, else null. */
async function readAccess(scope: Scope, token: string): Promise<AccessClaims | null> {
  let claims: JWTPayload;
  try {
    const key = await scope.runtime.keys.hmacKey("access");
    const currentDate = new Date(scope.now());
    ({ payload: claims } = await jwtVerify(token, key, {
      algorithms: ["HS256"],
      issuer: ISSUER,
      audience: AUDIENCE,
      currentDate,
    }));
  } catch {
    return null;
  }
  const { token_type, user_id, sid, exp } = claims;
  if (token_type !== "access" || typeof user_id !== "number" || typeof sid !== "string" || !exp) return null;
  return { userId: user_id, sessionId: sid, expiresAt: exp * 1000 };
}

/** The sessions that a revocation means, as a condition. */
function meant({ userId, sessionId, exceptSession }: Revocation) {
  return and(
    eq(sessions.userId, userId),
    sessionId === undefined ? undefined : eq(sessions.id, sessionId),
    exceptSession === undefined ? undefined : ne(sessions.id, exceptSession),
  );
}

/** For a batch: ends the sessions that a revocation means. */
export function dropSessions(scope: Scope, revocation: Revocation) {
  return scope.db.delete(sessions).where(meant(revocation));
}

/** Ends sessions and closes their sockets. False when there was none to end. */
export async function endSessions(scope: Scope, revocation: Revocation): Promise<boolean> {
  const ended = await commit(scope, dropSessions(scope, revocation), [revokeEffect(scope, revocation)]);
  await enforce(scope, revocation);
  return ended !== null;
}

/** For changes that end sessions in a batch of their own: goes into that batch, with `enforce` after it. */
export function revokeEffect(scope: Scope, revocation: Revocation): Effect {
  const payload: Revocation = { ...revocation, at: scope.now() };
  return { kind: "revoke", address: `user:${revocation.userId}`, payload };
}

/** Honours a revocation here and now; if the sockets can't be reached, the outbox repeats it. */
export async function enforce(scope: Scope, revocation: Revocation): Promise<void> {
  forget(revocation);
  try {
    const roster = rosterOf(scope.runtime.rosters, revocation.userId);
    await roster.revoke({ ...revocation, at: scope.now() });
  } catch (error) {
    log("warn", "sessions.enforce", { requestId: scope.requestId }, error);
  }
}

export interface Device {
  readonly id: string;
  readonly door: string;
  readonly address: string;
  readonly userAgent: string;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
}

/** A person's devices, the one used last first. */
export async function listDevices(scope: Scope, userId: number): Promise<Device[]> {
  return scope.db
    .select({
      id: sessions.id,
      door: sessions.door,
      address: sessions.address,
      userAgent: sessions.userAgent,
      createdAt: sessions.createdAt,
      lastSeenAt: sessions.lastSeenAt,
      expiresAt: sessions.expiresAt,
    })
    .from(sessions)
    .where(and(eq(sessions.userId, userId), sql`${sessions.expiresAt} > ${scope.now()}`))
    .orderBy(desc(sessions.lastSeenAt))
    .limit(100);
}

export async function purgeSessions(scope: Scope): Promise<void> {
  await scope.db.delete(sessions).where(lt(sessions.expiresAt, scope.now()));
}
