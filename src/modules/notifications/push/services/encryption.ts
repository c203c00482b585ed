/** Encrypts the payload of a Web Push: `aes128gcm`, RFC 8291 over RFC 8188, in one record. */

/** Base64url without padding, as browsers give them. */
export interface BrowserKeys {
  /** `keys.p256dh`: the browser's public key, an uncompressed point of P-256. */
  readonly publicKey: string;
  /** `keys.auth`: 16 bytes. */
  readonly authSecret: string;
}

const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;
const SALT_BYTES = 16;
/** One record holds everything. Push services take 4,096 bytes at least (RFC 8030, 7.2). */
const RECORD_SIZE = 4096;
/** Header, the tag of AES-GCM, and the delimiter of the last record. */
const OVERHEAD = SALT_BYTES + 4 + 1 + 65 + 16 + 1;
export const LARGEST_PAYLOAD = RECORD_SIZE - OVERHEAD;

const utf8 = (words: string) => new TextEncoder().encode(words);
export const fromBase64Url = (words: string) => Uint8Array.fromBase64(words, { alphabet: "base64url" });
export const toBase64Url = (bytes: Uint8Array) =>
  bytes.toBase64({ alphabet: "base64url", omitPadding: true });

/** The body of the request. Each call makes a new key pair and salt. @throws when the browser's key is no point. */
export async function encrypt(payload: string, { publicKey, authSecret }: BrowserKeys): Promise<Uint8Array> {
  const plain = utf8(payload);
  if (plain.byteLength > LARGEST_PAYLOAD) throw new Error("the payload is too large");
  const theirPoint = fromBase64Url(publicKey);
  const theirs = await crypto.subtle.importKey("raw", theirPoint as BufferSource, CURVE, false, []);
  const ours = (await crypto.subtle.generateKey(CURVE, true, ["deriveBits"])) as CryptoKeyPair;
  const ourPoint = new Uint8Array((await crypto.subtle.exportKey("raw", ours.publicKey)) as ArrayBuffer);
  // Both names: the platform's types want `$public`, the runtime and the standard `public`.
  const algorithm = { name: "ECDH", public: theirs } as unknown as SubtleCryptoDeriveKeyAlgorithm;
  const shared = new Uint8Array(await crypto.subtle.deriveBits(algorithm, ours.privateKey, 256));
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const info = concat(utf8("WebPush: info\0"), theirPoint, ourPoint);
  const material = await derive(shared, fromBase64Url(authSecret), info, 32);
  const key = await derive(material, salt, utf8("Content-Encoding: aes128gcm\0"), 16);
  const nonce = await derive(material, salt, utf8("Content-Encoding: nonce\0"), 12);
  const aes = await crypto.subtle.importKey("raw", key as BufferSource, "AES-GCM", false, ["encrypt"]);
  // 2: the last record.
  const record = concat(plain, new Uint8Array([2]));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce as BufferSource },
    aes,
    record as BufferSource,
  );
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, RECORD_SIZE);
  return concat(salt, size, new Uint8Array([ourPoint.byteLength]), ourPoint, new Uint8Array(sealed));
}

/** HKDF with SHA-256. */
async function derive(
  secret: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  bytes: number,
): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey("raw", secret as BufferSource, "HKDF", false, ["deriveBits"]);
  const options = { name: "HKDF", hash: "SHA-256", salt: salt as BufferSource, info: info as BufferSource };
  return new Uint8Array(await crypto.subtle.deriveBits(options, key, bytes * 8));
}

function concat(...pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.byteLength;
  }
  return all;
}
