/** Access tokens (JWT) and refresh tokens (derived from the session and its rotation count). */
import { type JWTPayload, jwtVerify, SignJWT } from "jose";
import { TtlCache } from "../../../platform/cache.ts";
import type { Keyring } from "../../../platform/crypto/digest.ts";
import { type Caller, type KnownCaller, USER_TYPES } from "../../../platform/http/caller.ts";
import type { RequestContext, Runtime } from "../../../platform/runtime.ts";
import { type PowerFacts, powersOf } from "../accounts/powers.ts";

const ISSUER = "caravan";

const AUDIENCE = "caravan-api";

/** The account that a token is issued to. */
export interface Holder extends Omit<PowerFacts, "groupRights"> {
  readonly id: number;
  readonly groupRights?: PowerFacts["groupRights"];
}

/** The session that a token belongs to. Times in epoch ms. */
export interface TokenSession {
  readonly id: string;
  readonly signedInAt: number;
  readonly endsAt: number;
  /** Before the holder and the session were read: nothing that happened later is in the token. */
  readonly asOf: number;
}

/** Signs an access token that lives for `seconds`, and no longer than its session. */
export async function signAccess(
  ctx: RequestContext,
  session: TokenSession,
  holder: Holder,
  seconds: number,
): Promise<string> {
  const issued = Math.floor(session.asOf / 1000);
  const { userType, isStaff, rights } = powersOf({ groupRights: null, ...holder });
  const role = isStaff ? "STAFF" : userType;
  // `role` is for clients. Sockets open by `user_type`, `is_staff` and `auth_time` without a read of the database: without
  // `auth_time` it is read, and the rights of groups with it.
  const claims = {
    token_type: "access",
    user_id: holder.id,
    sid: session.id,
    role,
    user_type: userType,
    is_staff: isStaff,
    ...(rights ? {} : { auth_time: session.signedInAt / 1000 }),
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(String(holder.id))
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(issued)
    .setExpirationTime(Math.min(issued + seconds, Math.floor(session.endsAt / 1000)))
    .setJti(crypto.randomUUID())
    .sign(await ctx.runtime.keys.hmacKey("access"));
}

export const REFRESH_PREFIX = "r1";

/**
 * The refresh token of a session at a rotation count. It is derived, so no usable secret is stored, and a client that
 * lost the answer to its last refresh can be given the same token again.
 */
export async function refreshToken(runtime: Runtime, sessionId: string, count: number): Promise<string> {
  return [REFRESH_PREFIX, sessionId, count, await runtime.keys.hmac("refresh", sessionId, count)].join(".");
}

interface AccessClaims {
  readonly userId: number;
  readonly sessionId: string;
  /** Epoch ms. */
  readonly expiresAt: number;
  /** The caller as of the issue; null in a token of a version that did not sign it. */
  readonly signed: KnownCaller | null;
}

/** Tokens that an isolate remembers as verified. */
const VERIFIED = 5_000;

/** Verified tokens and their claims, by the keys that verified them, until they expire. Failures are not remembered. */
const verified = new WeakMap<Keyring, TtlCache<string, AccessClaims>>();

function verifiedBy(keys: Keyring): TtlCache<string, AccessClaims> {
  let cache = verified.get(keys);
  if (!cache) {
    cache = new TtlCache({ ttl: 0, size: VERIFIED });
    verified.set(keys, cache);
  }
  return cache;
}

/**
 * The claims of a valid, unexpired access token of this server; null for anything else. A token is verified once in an
 * isolate. Whether its session still stands is another question, asked each time.
 */
export async function readAccess(ctx: RequestContext, token: string): Promise<AccessClaims | null> {
  const { keys } = ctx.runtime;
  const now = ctx.now();
  const cache = verifiedBy(keys);
  const known = cache.get(token, now);
  if (known) return known;
  const claims = await verifyAccess(keys, token, now);
  if (claims) cache.set(token, claims, now, claims.expiresAt - now);
  return claims;
}

async function verifyAccess(keys: Keyring, token: string, now: number): Promise<AccessClaims | null> {
  let claims: JWTPayload;
  try {
    ({ payload: claims } = await jwtVerify(token, await keys.hmacKey("access"), {
      algorithms: ["HS256"],
      issuer: ISSUER,
      audience: AUDIENCE,
      currentDate: new Date(now),
    }));
  } catch {
    return null;
  }
  const { token_type, user_id, sid, exp } = claims;
  if (token_type !== "access" || typeof user_id !== "number" || typeof sid !== "string" || !exp) return null;
  const credential = { userId: user_id, sessionId: sid, expiresAt: exp * 1000 };
  return { ...credential, signed: signedCaller(credential, claims) };
}

function signedCaller(
  credential: Pick<Caller, "userId" | "sessionId" | "expiresAt">,
  { user_type, is_staff, auth_time, iat }: JWTPayload,
): KnownCaller | null {
  const userType = USER_TYPES.find((type) => type === user_type);
  if (!userType || typeof is_staff !== "boolean" || typeof auth_time !== "number" || !iat) return null;
  const caller = { ...credential, userType, isStaff: is_staff, signedInAt: Math.round(auth_time * 1000) };
  return { caller, asOf: iat * 1000 };
}
