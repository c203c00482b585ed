/** Sessions: one a device, whatever it carries — an access token with its refresh token, an opaque key, or all of them. */
import { and, desc, eq, lt, ne, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { equalInConstantTime, randomHex, sha256 } from "../../platform/crypto/digest.ts";
import { defineEffect } from "../../platform/db/effects.ts";
import { commit, type Effect } from "../../platform/db/outbox.ts";
import { rosterOf } from "../../platform/realtime/roster.ts";
import type { Revocation } from "../../platform/realtime/sockets.ts";
import type { Scope } from "../../platform/runtime.ts";
import { forget } from "./authentication.ts";
import { marksToKeep } from "./devices.ts";
import { sessions, users } from "./tables.ts";
import { type Holder, REFRESH_PREFIX, readAccess, refreshToken, signAccess } from "./tokens.ts";

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

/** Everything a client may be given at sign-in. `key` is for the Token scheme. */
export interface Credentials {
  readonly sessionId: string;
  readonly access: string;
  readonly refresh: string;
  readonly key: string;
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
    ...(await marksToKeep(scope)),
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
  effects: readonly Effect[] = [],
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
  const opened = await commit(scope, touch, effects, [session.statement]);
  return opened && credentialsFor(scope, session, door, holder);
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
  return sessionsRevoked.row({ ...revocation, at: scope.now() });
}

/** Closes the sockets of sessions that ended: the person's roster knows them all. */
export const sessionsRevoked = defineEffect<Revocation>("revoke", {
  address: ({ userId }) => `user:${userId}`,
  run: (scope, revocation) => rosterOf(scope.runtime.rosters, revocation.userId).revoke(revocation),
});

/** Honours a revocation here and now; if the sockets can't be reached, the outbox repeats it. */
export async function enforce(scope: Scope, revocation: Revocation): Promise<void> {
  forget(revocation);
  await sessionsRevoked.now(scope, { ...revocation, at: scope.now() });
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
