/** Random values, keyed hashes and derived keys. */
const encoder = new TextEncoder();

/** Random bytes as lower-case hex: 20 bytes make the 40-character keys of the Token scheme. */
export function randomHex(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toHex();
}

/** Random bytes as base64url without padding. */
export function randomToken(bytes = 32): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(bytes)));
}

/** Six digits, 100000 to 999999, evenly distributed. */
export function randomCode(): string {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
  return value < RANGE * Math.floor(2 ** 32 / RANGE) ? String(100_000 + (value % RANGE)) : randomCode();
}
const RANGE = 900_000;

export async function sha256(input: string | Uint8Array): Promise<string> {
  const bytes = typeof input === "string" ? encoder.encode(input) : input;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as BufferSource)).toHex();
}

/** Derives keys from the signing secret: each purpose has its own key. */
export class Keyring {
  readonly #secret: string;
  readonly #keys = new Map<string, Promise<CryptoKey>>();

  constructor(secret: string) {
    this.#secret = secret;
  }

  hmacKey(purpose: string): Promise<CryptoKey> {
    let key = this.#keys.get(purpose);
    if (!key) {
      key = derive(this.#secret, `hmac:${purpose}`, { name: "HMAC", hash: "SHA-256" }, ["sign", "verify"]);
      this.#keys.set(purpose, key);
    }
    return key;
  }

  /** A key for one sealed value. Not cached, because each value has its own purpose. */
  sealingKey(purpose: string): Promise<CryptoKey> {
    return derive(this.#secret, `aes:${purpose}`, { name: "AES-GCM" }, ["encrypt", "decrypt"]);
  }

  /** HMAC-SHA-256 of the parts, hex. Parts are length-prefixed, so no two lists collide. */
  async hmac(purpose: string, ...parts: (string | number)[]): Promise<string> {
    const input = parts.map((part) => `${String(part).length}:${part}`).join("");
    const key = await this.hmacKey(purpose);
    return new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(input))).toHex();
  }
}

type KeyUsage = "sign" | "verify" | "encrypt" | "decrypt";

async function derive(
  secret: string,
  info: string,
  algorithm: object,
  usages: KeyUsage[],
): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", encoder.encode(secret), "HKDF", false, [
    "deriveBits",
  ]);
  const bits = await crypto.subtle.deriveBits(
    { name: "HKDF", hash: "SHA-256", salt: encoder.encode("caravan"), info: encoder.encode(info) },
    material,
    256,
  );
  return crypto.subtle.importKey("raw", bits, algorithm as SubtleCryptoImportKeyAlgorithm, false, usages);
}

/** Compares two strings in constant time. */
export function equalInConstantTime(a: string, b: string): boolean {
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  return left.byteLength === right.byteLength && crypto.subtle.timingSafeEqual(left, right);
}

function toBase64Url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
