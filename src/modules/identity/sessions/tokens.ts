/** Access tokens (JWT) and refresh tokens (derived from the session and its rotation count). */
import { type JWTPayload, jwtVerify, SignJWT } from "jose";
import { TtlCache } from "../../../platform/cache.ts";
import type { Keyring } from "../../../platform/crypto/digest.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext, Runtime } from "../../../platform/runtime.ts";

const ISSUER = "caravan";

const AUDIENCE = "caravan-api";

/** The account that a token is issued to. */
export interface Holder {
  readonly id: number;
  readonly userType: Caller["userType"];
  readonly isStaff: boolean;
}

/** Signs an access token that lives for `seconds`. */
export async function signAccess(
  ctx: RequestContext,
  sessionId: string,
  holder: Holder,
  seconds: number,
): Promise<string> {
  const issued = Math.floor(ctx.now() / 1000);
  const role = holder.isStaff ? "STAFF" : holder.userType;
  return new SignJWT({ token_type: "access", user_id: holder.id, sid: sessionId, role })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(String(holder.id))
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(issued)
    .setExpirationTime(issued + seconds)
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
  return { userId: user_id, sessionId: sid, expiresAt: exp * 1000 };
}
