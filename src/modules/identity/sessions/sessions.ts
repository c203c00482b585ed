/** Sessions, one per signed-in device. A session's client may hold an access and a refresh token, an opaque key, or all of them. */
import { and, desc, eq, lt, ne, not, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { equalInConstantTime, randomHex, sha256 } from "../../../platform/crypto/digest.ts";
import { defineEffect } from "../../../platform/db/effects.ts";
import { commit, type Effect } from "../../../platform/db/outbox.ts";
import { registryOf } from "../../../platform/realtime/handshake/connection-registry.ts";
import type { Revocation } from "../../../platform/realtime/rights/revocation.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { powerColumns } from "../accounts/powers.ts";
import { type FactorProof, hasSecondFactor } from "../factors/proofs/requirement.ts";
import { sessions, users } from "../tables.ts";
import { forgetCallers } from "./authentication.ts";
import { marksToKeep } from "./devices.ts";
import {
  type Holder,
  REFRESH_PREFIX,
  readAccess,
  refreshToken,
  signAccess,
  type TokenSession,
} from "./tokens.ts";

/** The name and the token lifetimes of an app's clients, in seconds. */
export interface ClientProfile {
  readonly name: "alphabet" | "eurorace" | "find-friend" | "rideshare" | "tow-truck" | "console";
  readonly accessSeconds: number;
  readonly refreshSeconds: number;
}

const HOUR = 3600;

const DAY = 24 * HOUR;

export const clientProfiles = {
  /** AlphaBet's clients do not refresh within a day. */
  alphabet: { name: "alphabet", accessSeconds: DAY, refreshSeconds: 30 * DAY },
  rideshare: { name: "rideshare", accessSeconds: DAY, refreshSeconds: 7 * DAY },
  eurorace: { name: "eurorace", accessSeconds: DAY, refreshSeconds: 7 * DAY },
  findFriend: { name: "find-friend", accessSeconds: HOUR, refreshSeconds: 7 * DAY },
  towTruck: { name: "tow-truck", accessSeconds: HOUR, refreshSeconds: 7 * DAY },
} satisfies Record<string, ClientProfile>;

/** A session ends after this time even if it is refreshed, in ms. */
const LONGEST_SESSION = 365 * DAY * 1000;

/** All credentials that a sign-in can hand out. `key` is for the `Token` scheme. */
export interface Credentials {
  readonly sessionId: string;
  readonly access: string;
  readonly refresh: string;
  readonly key: string;
}

/** A session whose row is not written yet. */
export interface NewSession extends TokenSession {
  readonly key: string;
  readonly statement: BatchItem<"sqlite">;
}

/** Prepares a session's row; `userId` may be a subquery for a user inserted by the same batch. */
export async function prepareSession(
  ctx: RequestContext,
  client: ClientProfile,
  userId: number | SQL<number>,
): Promise<NewSession> {
  const now = ctx.now();
  const id = crypto.randomUUID();
  const key = randomHex(20);
  const statement = ctx.db.insert(sessions).values({
    id,
    userId: userId as number,
    client: client.name,
    keyHash: await sha256(key),
    accessSeconds: client.accessSeconds,
    refreshSeconds: client.refreshSeconds,
    refreshExpiresAt: now + client.refreshSeconds * 1000,
    expiresAt: now + LONGEST_SESSION,
    address: ctx.client.address,
    userAgent: ctx.client.userAgent,
    ...(await marksToKeep(ctx)),
    createdAt: now,
    lastSeenAt: now,
  });
  return { id, key, statement, signedInAt: now, endsAt: now + LONGEST_SESSION, asOf: now };
}

/** The credentials for the client of a new session. */
export async function credentialsFor(
  ctx: RequestContext,
  session: NewSession,
  client: ClientProfile,
  holder: Holder,
): Promise<Credentials> {
  return {
    sessionId: session.id,
    key: session.key,
    access: await signAccess(ctx, session, holder, client.accessSeconds),
    refresh: await refreshToken(ctx.runtime, session.id, 0),
  };
}

/**
 * Opens a session for a user who proved who they are. Null if the password changed meanwhile, or the account got its
 * first second factor: a reset during the hashing ends the existing sessions, and this one would escape it.
 */
export async function openSession(
  ctx: RequestContext,
  client: ClientProfile,
  holder: { readonly id: number; readonly passwordHash: string | null },
  { hadFactor }: FactorProof,
  effects: readonly Effect[] = [],
): Promise<Credentials | null> {
  const session = await prepareSession(ctx, client, holder.id);
  const touch = ctx.db
    .update(users)
    .set({ lastLoginAt: ctx.now() })
    .where(
      and(
        eq(users.id, holder.id),
        sql`${users.passwordHash} IS ${holder.passwordHash}`,
        eq(users.isActive, true),
        hadFactor ? undefined : not(hasSecondFactor),
      ),
    )
    // The role may have changed during the hashing, and the token signs it.
    .returning({ id: users.id, ...powerColumns });
  const opened = await commit(ctx, touch, effects, [session.statement]);
  const current = opened?.[0];
  return current ? credentialsFor(ctx, session, client, current) : null;
}

export type Refreshed =
  | { readonly ok: true; readonly access: string; readonly refresh: string }
  | { readonly ok: false; readonly fault: "invalid" | "wrong_type" | "reused" };

/**
 * Exchanges a refresh token for a new pair. The previous token returns the current pair. An older token ends the
 * session, because it may have been stolen.
 */
export async function refresh(ctx: RequestContext, token: string): Promise<Refreshed> {
  const [prefix, sessionId = "", countText = "", mac = ""] = token.split(".");
  if (prefix !== REFRESH_PREFIX) {
    return { ok: false, fault: (await readAccess(ctx, token)) === null ? "invalid" : "wrong_type" };
  }
  const count = Number(countText);
  const expected = await ctx.runtime.keys.hmac("refresh", sessionId, countText);
  if (!equalInConstantTime(mac, expected)) return { ok: false, fault: "invalid" };

  const now = ctx.now();
  const [row] = await ctx.db
    .select({
      count: sessions.refreshCount,
      accessSeconds: sessions.accessSeconds,
      refreshSeconds: sessions.refreshSeconds,
      signedInAt: sessions.createdAt,
      endsAt: sessions.expiresAt,
      refreshEndsAt: sql<number>`min(${sessions.refreshExpiresAt}, ${sessions.expiresAt})`,
      id: users.id,
      ...powerColumns,
      isActive: users.isActive,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.id, sessionId));
  if (!row?.isActive || row.refreshEndsAt <= now) return { ok: false, fault: "invalid" };
  if (count < row.count - 1) {
    await endSessions(ctx, { userId: row.id, sessionId });
    return { ok: false, fault: "reused" };
  }
  if (count === row.count) {
    // The loser of a race holds the previous token now and gets the winner's pair.
    await ctx.db
      .update(sessions)
      .set({ refreshCount: count + 1, refreshExpiresAt: now + row.refreshSeconds * 1000, lastSeenAt: now })
      .where(and(eq(sessions.id, sessionId), eq(sessions.refreshCount, count)));
  }
  const session = { id: sessionId, signedInAt: row.signedInAt, endsAt: row.endsAt, asOf: now };
  return {
    ok: true,
    access: await signAccess(ctx, session, row, row.accessSeconds),
    refresh: await refreshToken(ctx.runtime, sessionId, Math.max(row.count, count + 1)),
  };
}

/** The condition that selects the revoked sessions. */
function isRevoked({ userId, sessionId, exceptSession }: Revocation) {
  return and(
    eq(sessions.userId, userId),
    sessionId === undefined ? undefined : eq(sessions.id, sessionId),
    exceptSession === undefined ? undefined : ne(sessions.id, exceptSession),
  );
}

/** SQL condition: the person's session has not ended. */
export const isOpen = (sessionId: string, userId: number): SQL =>
  sql`EXISTS (SELECT 1 FROM sessions WHERE id = ${sessionId} AND user_id = ${userId})`;

/** A statement for a batch: ends the revoked sessions. */
export function dropSessions(ctx: RequestContext, revocation: Revocation) {
  return ctx.db.delete(sessions).where(isRevoked(revocation));
}

/** Ends sessions and closes their sockets. False if there was none to end. */
export async function endSessions(ctx: RequestContext, revocation: Revocation): Promise<boolean> {
  const ended = await commit(ctx, dropSessions(ctx, revocation), [revokeEffect(ctx, revocation)]);
  await enforce(ctx, revocation);
  return ended !== null;
}

/** The effect for a batch that ends sessions. Call `enforce` after the commit. */
export function revokeEffect(ctx: RequestContext, revocation: Revocation): Effect {
  return sessionsRevoked.row({ ...revocation, at: ctx.now() });
}

/** Closes the sockets of ended sessions through the person's connection registry. */
export const sessionsRevoked = defineEffect<Revocation>("revoke", {
  address: ({ userId }) => `user:${userId}`,
  run: (ctx, revocation) => registryOf(ctx.runtime.registries, revocation.userId).revoke(revocation),
});

/** Applies a revocation in this isolate and closes the sockets; if that fails, the outbox repeats it. */
export async function enforce(ctx: RequestContext, revocation: Revocation): Promise<void> {
  forgetCallers(revocation);
  await sessionsRevoked.attempt(ctx, { ...revocation, at: ctx.now() });
}

export interface Device {
  readonly id: string;
  readonly client: string;
  readonly address: string;
  readonly userAgent: string;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
}

/** A person's signed-in devices, the most recently used first. */
export async function listDevices(ctx: RequestContext, userId: number): Promise<Device[]> {
  return ctx.db
    .select({
      id: sessions.id,
      client: sessions.client,
      address: sessions.address,
      userAgent: sessions.userAgent,
      createdAt: sessions.createdAt,
      lastSeenAt: sessions.lastSeenAt,
      expiresAt: sessions.expiresAt,
    })
    .from(sessions)
    .where(and(eq(sessions.userId, userId), sql`${sessions.expiresAt} > ${ctx.now()}`))
    .orderBy(desc(sessions.lastSeenAt))
    .limit(100);
}

export async function purgeSessions(ctx: RequestContext): Promise<void> {
  await ctx.db.delete(sessions).where(lt(sessions.expiresAt, ctx.now()));
}
