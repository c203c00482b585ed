/** The signed tokens by which push services know this server: VAPID (RFC 8292), a Google service account, an Apple key. */
import { importPKCS8, SignJWT } from "jose";
import { TtlCache } from "../../../../platform/cache.ts";
import { fromBase64Url, toBase64Url } from "./encryption.ts";

/** Base64url: the uncompressed point, and the scalar. */
export interface VapidPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

const ES256 = { name: "ECDSA", namedCurve: "P-256" } as const;

/** A new pair, in the spelling that `web-push generate-vapid-keys` uses. */
export async function newVapidPair(): Promise<VapidPair> {
  const { publicKey, privateKey } = (await crypto.subtle.generateKey(ES256, true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  const point = new Uint8Array((await crypto.subtle.exportKey("raw", publicKey)) as ArrayBuffer);
  const { d = "" } = (await crypto.subtle.exportKey("jwk", privateKey)) as JsonWebKey;
  return { publicKey: toBase64Url(point), privateKey: d };
}

function vapidKey({ publicKey, privateKey }: VapidPair): Promise<CryptoKey> {
  const point = fromBase64Url(publicKey);
  const [x, y] = [toBase64Url(point.slice(1, 33)), toBase64Url(point.slice(33))];
  const jwk = { kty: "EC", crv: "P-256", x, y, d: privateKey };
  return crypto.subtle.importKey("jwk", jwk, ES256, false, ["sign"]);
}

const HOUR = 3600;
/** Push services refuse more than a day (RFC 8292, 2). Seconds. */
const VAPID_LIFE = 12 * HOUR;
/** Apple refuses tokens older than an hour and new ones more often than every 20 minutes. Seconds. */
const APPLE_LIFE = 50 * 60;

const tokens = new TtlCache<string, string>({ ttl: HOUR * 1000, size: 200 });

/** The `Authorization` header for an endpoint. `subject`: how a push service reaches the operator, `mailto:` or `https:`. */
export async function vapidHeader(
  endpoint: string,
  pair: VapidPair,
  subject: string,
  now: number,
): Promise<string> {
  const audience = new URL(endpoint).origin;
  const token = await cached(
    `vapid ${audience} ${pair.publicKey} ${subject}`,
    now,
    VAPID_LIFE / 2,
    async () =>
      new SignJWT({})
        .setProtectedHeader({ typ: "JWT", alg: "ES256" })
        .setAudience(audience)
        .setExpirationTime(Math.floor(now / 1000) + VAPID_LIFE)
        .setSubject(subject)
        .sign(await vapidKey(pair)),
  );
  return `vapid t=${token}, k=${pair.publicKey}`;
}

export interface AppleKey {
  /** PKCS #8 in PEM, as Apple's `.p8` file. */
  readonly key: string;
  readonly keyId: string;
  readonly teamId: string;
}

export function appleToken({ key, keyId, teamId }: AppleKey, now: number): Promise<string> {
  return cached(`apple ${teamId} ${keyId} ${key}`, now, APPLE_LIFE, async () =>
    new SignJWT({})
      .setProtectedHeader({ alg: "ES256", kid: keyId })
      .setIssuer(teamId)
      .setIssuedAt(Math.floor(now / 1000))
      .sign(await importPKCS8(key, "ES256")),
  );
}

export interface ServiceAccount {
  readonly projectId: string;
  readonly clientEmail: string;
  /** PKCS #8 in PEM. */
  readonly privateKey: string;
  readonly tokenUrl: string;
}

/** A signed request for an access token, valid for an hour (RFC 7523). */
export async function googleAssertion(account: ServiceAccount, now: number): Promise<string> {
  const at = Math.floor(now / 1000);
  return new SignJWT({ scope: "https://www.googleapis.com/auth/firebase.messaging" })
    .setProtectedHeader({ typ: "JWT", alg: "RS256" })
    .setIssuer(account.clientEmail)
    .setAudience(account.tokenUrl)
    .setIssuedAt(at)
    .setExpirationTime(at + HOUR)
    .sign(await importPKCS8(account.privateKey, "RS256"));
}

/** Keeps what `make` returns for so many seconds in this isolate. */
async function cached(
  name: string,
  now: number,
  seconds: number,
  make: () => Promise<string>,
): Promise<string> {
  const known = tokens.get(name, now);
  if (known !== undefined) return known;
  const token = await make();
  tokens.set(name, token, now, seconds * 1000);
  return token;
}
